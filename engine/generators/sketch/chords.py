"""Chords: comping and arpeggio figures, and pads, on led voicings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from engine.generators.sketch.bass import bass_pitch
from engine.generators.sketch.rhythm import METERS, Stroke, decide, strokes
from engine.generators.sketch.score import INSTRUMENTS, Section
from engine.generators.sketch.song import Hit, Song
from engine.generators.sketch.styles.model import Player
from engine.generators.sketch.theory import Chord
from engine.generators.sketch.voicing import lead

__all__ = ["Voicer", "write_chords", "write_pad"]

_LOUD = {"X": 1.15, "o": 0.75, "u": 0.65, "t": 0.8}


class Voicer:
    """Leads one player's chords: remembers the last voicing and one for each chord since."""

    def __init__(self, player: Player, instrument: str) -> None:
        self._player = player
        self._span = INSTRUMENTS[instrument]
        self._last: tuple[int, ...] | None = None

    def __call__(self, chord: Chord) -> tuple[int, ...]:
        self._last = lead(
            chord,
            self._last,
            centre=self._player.register,
            voices=self._player.voices,
            spread=self._player.spread,
            low=self._span.low,
            high=self._span.high,
        )
        return self._last


def write_chords(
    song: Song, player: Player, instrument: str, active: Sequence[Section], aspect: str
) -> list[Hit]:
    """A figure for quieter sections and one for louder; the harmony changes under it."""
    random = song.random(aspect)
    native = METERS[song.style.meters[0]]
    picked = sorted(random.sample(range(len(player.figures)), min(2, len(player.figures))))
    turn = _turn(random)
    figures = [decide(player.figures[place], ".1234", random).translate(turn) for place in picked]
    voice = Voicer(player, instrument)
    hits: list[Hit] = []
    for section in active:
        figure = figures[-1 if section.energy >= 0.72 else 0]
        written = strokes(figure, native, song.meter)
        for bar in song.bars_of(section):
            start = bar * song.meter.bar
            spans = song.spans_between(start, start + song.meter.bar)
            voiced = [(span, voice(span.chord)) for span in spans]
            for stroke in written[(bar - section.start_bar) % len(written)]:
                for span, pitches in voiced:
                    part = _within(stroke, start, span.start, span.end)
                    if part is not None:
                        weight = 0.86 + 0.18 * section.energy
                        weight *= song.meter.weight(part.at - start)
                        hits.extend(_strike(part, pitches, span.chord, player, instrument, weight))
    return hits


def _turn(random: Random) -> dict[int, int]:
    """A seed's own way through broken chords: which rungs the written digits stand for."""
    return str.maketrans("1234", random.choice(("1234", "1234", "1324", "1342", "1423")))


def _within(stroke: Stroke, bar: float, begin: float, end: float) -> Stroke | None:
    """What of a stroke sounds under one chord; held into the next chord it strikes again."""
    at, until = bar + stroke.at, bar + stroke.at + stroke.length
    first, last = max(at, begin), min(until, end)
    if last - first < 0.05 or (first > at and last - first < 0.45):
        return None
    return Stroke(first, last - first, stroke.sign)


def _strike(
    stroke: Stroke,
    pitches: tuple[int, ...],
    chord: Chord,
    player: Player,
    instrument: str,
    weight: float,
) -> Iterator[Hit]:
    """One stroke of a figure as notes; ``weight``: how strongly its place is played."""
    loud = player.velocity * _LOUD.get(stroke.sign, 1.0)
    length = stroke.length * player.gate
    if stroke.sign.isdigit():
        pitch = _rung(pitches, int(stroke.sign) - 1, INSTRUMENTS[instrument].high)
        yield Hit(stroke.at, length, pitch, loud * weight)
        return
    if stroke.sign in "bf":
        root = bass_pitch(chord.bass, player, instrument)
        low = root - 12 if root - 12 >= max(INSTRUMENTS[instrument].low, 36) else root
        if stroke.sign == "f":
            low += (chord.triad[-1] - low) % 12
            low -= 12 if low - 12 >= INSTRUMENTS[instrument].low else 0
        yield Hit(stroke.at, length, low, loud * weight)
        return
    chosen = pitches[-2:] if stroke.sign == "t" else pitches
    order = reversed(chosen) if stroke.sign == "u" else iter(chosen)
    step = player.strum / max(1, len(chosen) - 1)
    for i, pitch in enumerate(order):
        late = min(i * step, length / 2)
        yield Hit(stroke.at + late, length - late, pitch, loud * (0.92 if i else 1.0) * weight)


def _rung(pitches: tuple[int, ...], index: int, high: int) -> int:
    """Note ``index`` of the chord's ladder, which goes on upwards by octaves."""
    octave, place = divmod(index, len(pitches))
    pitch = pitches[place] + 12 * octave
    while pitch > high:
        pitch -= 12
    return pitch


def write_pad(song: Song, player: Player, instrument: str, active: Sequence[Section]) -> list[Hit]:
    """Each chord held for its whole length, swelling with the energy."""
    voice = Voicer(player, instrument)
    longest = 4 * song.meter.bar
    hits: list[Hit] = []
    for section in active:
        bars = song.bars_of(section)
        if not bars:
            continue
        begin, end = bars[0] * song.meter.bar, (bars[-1] + 1) * song.meter.bar
        loud = player.velocity * (0.7 + 0.35 * section.energy)
        for span in song.spans_between(begin, end):
            pitches = voice(span.chord)
            at = span.start
            while at < span.end - 1e-6:
                length = min(longest, span.end - at)
                hits.extend(Hit(at, length, pitch, loud) for pitch in pitches)
                at += length
    return hits
