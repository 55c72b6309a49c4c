"""Metres, written step patterns, and the feel that takes them off the grid.

A pattern is one string for each bar, split by "|"; its characters are equal steps of the bar.
"." is a rest, "-" holds what sounded, "*" is left to the seed (``decide``); anything else is a
stroke that the reader gives meaning to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise
from random import Random
from typing import NamedTuple

__all__ = ["METERS", "Feel", "Meter", "Stroke", "decide", "strokes"]


@dataclass(frozen=True)
class Meter:
    """A metre; ``pulses`` are the lengths of its felt beats, in quarter notes.

    No slots: what follows from the pulses is asked for with every note, and kept.
    """

    name: str
    pulses: tuple[float, ...]

    @cached_property
    def bar(self) -> float:
        """Quarter notes in a bar."""
        return sum(self.pulses)

    @cached_property
    def compound(self) -> bool:
        """Felt in threes: the beat is a dotted quarter."""
        return all(pulse == 1.5 for pulse in self.pulses)

    @cached_property
    def even(self) -> bool:
        """Whether all felt beats are of one length."""
        return len(set(self.pulses)) == 1

    @cached_property
    def beat(self) -> float:
        """The note value that a metronome counts, in quarter notes."""
        return 1.5 if self.compound else 1.0

    @cached_property
    def beats(self) -> tuple[float, ...]:
        """Where the felt beats of a bar start."""
        return (0.0, *accumulate(self.pulses[:-1]))

    def strong(self, position: float) -> bool:
        """Whether a place in the bar is the start of a felt beat."""
        return any(abs(position - beat) < 0.01 for beat in self.beats)

    def heavy(self, position: float) -> bool:
        """Whether a place is the bar's start, or the middle of four beats."""
        return any(abs(position - edge) < 0.01 for edge in self._edges)

    @cached_property
    def _edges(self) -> tuple[float, ...]:
        count = len(self.pulses)
        heavy = self.pulses if count != 3 else (self.bar,)
        if count == 4:
            heavy = (self.bar / 2, self.bar / 2)
        return (0.0, *accumulate(heavy))

    def weight(self, position: float) -> float:
        """How strongly a place in the bar is played: 1 on felt beats, less between them."""
        if self.strong(position):
            return 1.0
        half = 0.5 if not self.compound else 0.25
        return 0.7 if abs(position / half - round(position / half)) < 0.01 else 0.55


METERS: dict[str, Meter] = {
    meter.name: meter
    for meter in (
        Meter("4/4", (1, 1, 1, 1)),
        Meter("3/4", (1, 1, 1)),
        Meter("2/4", (1, 1)),
        Meter("5/4", (1, 1, 1, 1, 1)),
        Meter("6/4", (1, 1, 1, 1, 1, 1)),
        Meter("7/4", (1, 1, 1, 1, 1, 1, 1)),
        Meter("6/8", (1.5, 1.5)),
        Meter("9/8", (1.5, 1.5, 1.5)),
        Meter("12/8", (1.5, 1.5, 1.5, 1.5)),
        Meter("5/8", (1.5, 1)),
        Meter("7/8", (1, 1, 1.5)),
    )
}


class Stroke(NamedTuple):
    """One written stroke: beats from the bar's start, how long it is held, and its sign."""

    at: float
    length: float
    sign: str


@lru_cache(maxsize=4096)
def strokes(pattern: str, native: Meter, meter: Meter) -> tuple[tuple[Stroke, ...], ...]:
    """Read a pattern written for ``native``, fitted to ``meter``: one tuple for each bar."""
    return tuple(_read_bar(bar, native, meter) for bar in pattern.split("|"))


def decide(pattern: str, signs: str, random: Random) -> str:
    """The pattern with each "*" replaced by one of ``signs``: what the seed makes of it."""
    return "".join(random.choice(signs) if sign == "*" else sign for sign in pattern)


def _read_bar(bar: str, native: Meter, meter: Meter) -> tuple[Stroke, ...]:
    places = _grid(len(bar), native) if native == meter else None
    cells = (
        [(at, end, bar[i]) for i, (at, end) in enumerate(places)]
        if places is not None
        else list(_fit(bar, native, meter))
    )
    found: list[Stroke] = []
    holding = False
    for at, end, sign in cells:
        if sign == "-" and holding:
            found[-1] = found[-1]._replace(length=end - found[-1].at)
        elif sign in ".-":
            holding = False
        else:
            found.append(Stroke(at, end - at, sign))
            holding = True
    return tuple(found)


def _grid(steps: int, meter: Meter) -> list[tuple[float, float]]:
    step = meter.bar / steps
    return [(i * step, (i + 1) * step) for i in range(steps)]


def _fit(bar: str, native: Meter, meter: Meter) -> Iterator[tuple[float, float, str]]:
    """Give each felt beat of the metre a felt beat of the pattern, the first and last first."""
    per_pulse = max(1, len(bar) // len(native.pulses))
    beats = [bar[i : i + per_pulse] for i in range(0, len(bar), per_pulse)]
    at = 0.0
    for i, pulse in enumerate(meter.pulses):
        cell = beats[_source(i, len(meter.pulses), len(beats))]
        fractions = _fractions(len(cell), pulse)
        for place, (begin, end) in enumerate(fractions):
            yield at + begin, at + end, cell[place % len(cell)]
        at += pulse


def _source(index: int, wanted: int, written: int) -> int:
    """Which written beat stands for beat ``index`` of ``wanted``; the last keeps its turn."""
    if wanted <= 2 or written <= 2:
        return index % written
    if index == wanted - 1:
        return written - 1
    return index % written if wanted <= written else index % (written - 1)


def _fractions(steps: int, pulse: float) -> list[tuple[float, float]]:
    """Where the steps of one beat fall; in a dotted beat, fours lean into threes."""
    if pulse == 1.5 and steps == 4:
        edges = [0.0, 0.5, 1.0, 1.25, 1.5]
    elif pulse == 1.5 and steps == 2:
        edges = [0.0, 1.0, 1.5]
    else:
        edges = [pulse * i / steps for i in range(steps + 1)]
    return list(pairwise(edges))


@dataclass(frozen=True, slots=True)
class Feel:
    """How a style sits against the grid."""

    swing: float = 0.5
    """Where the off-beat falls between two beats: 0.5 straight, 0.67 triplet."""
    unit: float = 0.5
    """The note that swings: 0.5 for eighths, 0.25 for sixteenths."""
    loose_ms: float = 5.0
    """Spread of human timing (standard deviation)."""
    late_ms: float = 0.0
    """How far snare and chords lie behind the beat."""

    def place(self, beat: float) -> float:
        """A place on the grid, swung."""
        steps = beat / self.unit
        nearest = round(steps)
        if nearest % 2 == 1 and abs(steps - nearest) < 0.01:
            return beat + (self.swing - 0.5) * 2 * self.unit
        return beat
