"""Melody: motifs that are stated, answered, moved and brought home, on the chords below.

A theme is a phrase plan over two motifs. It is written once for each kind of section, so that a
verse that comes back is recognised; its notes are then set on the chords of each place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from engine.generators.sketch.rhythm import METERS, Stroke, strokes
from engine.generators.sketch.score import INSTRUMENTS, Section
from engine.generators.sketch.song import Hit, Song
from engine.generators.sketch.styles.model import Player, Tune
from engine.generators.sketch.theory import MODES, Chord, chord_scale

__all__ = ["write_melody"]

_STEPS: dict[tuple[str, str], tuple[int, ...]] = {
    ("pentatonic", "major"): (0, 2, 4, 7, 9),
    ("pentatonic", "minor"): (0, 3, 5, 7, 10),
    ("blues", "major"): (0, 2, 3, 4, 7, 9),
    ("blues", "minor"): (0, 3, 5, 6, 7, 10),
}
_PLANS = (
    ("a", "b", "a", "c"),
    ("a", "a", "b", "c"),
    ("a", "a+", "b", "c"),
    ("a", "a-", "a", "c"),
    ("a", "b", "a+", "c"),
)
"""Phrases of four bars: motifs, moved up or down, and the closing bar."""


@dataclass(frozen=True, slots=True)
class _Motif:
    """A bar's rhythm and its way, in scale steps from where it starts."""

    rhythm: tuple[Stroke, ...]
    way: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Theme:
    """Two motifs, a close, how phrases use them, and where the theme lies."""

    motifs: dict[str, _Motif]
    plan: tuple[str, ...]
    lift: int
    """Scale steps above the middle of the register."""


def write_melody(
    song: Song, player: Player, instrument: str, active: Sequence[Section], aspect: str
) -> list[Hit]:
    """The tune of all active sections."""
    singer = _Singer(song, player, instrument, aspect)
    hits: list[Hit] = []
    for section in active:
        hits.extend(singer.sing(section))
    return hits


class _Singer:
    """Sings sections one after the other, so that each goes on from the last note."""

    def __init__(self, song: Song, player: Player, instrument: str, aspect: str) -> None:
        self._song = song
        self._player = player
        self._tune = song.style.tune
        self._random = song.random(f"{aspect}/notes")
        span = INSTRUMENTS[instrument]
        # At least 16 semitones, wherever the register lies in the instrument's range: every
        # chord then has its tones in reach.
        self._low = max(span.low, min(player.register - 10, span.high - 16))
        self._high = min(span.high, max(player.register + 13, span.low + 16))
        steps = _STEPS.get((self._tune.steps, song.key.family)) or MODES[song.key.mode]
        if len(MODES[song.key.mode]) == 5:
            steps = MODES[song.key.mode]
        self._steps = steps
        self._themes = {
            kind: _theme(song, song.random(f"{aspect}/theme/{kind}"), self._tune, lift)
            for kind, lift in (("verse", 0), ("chorus", 2), ("bridge", 1))
        }
        self._last = player.register

    def sing(self, section: Section) -> list[Hit]:
        theme = self._themes[_kind(section)]
        bars = self._song.bars_of(section)
        hits: list[Hit] = []
        sparse = section.name in ("intro", "outro", "break", "build")
        for bar in bars:
            place = bar - section.start_bar
            name = theme.plan[place % 4]
            if bar == bars[-1] and len(bars) > 1:
                name = "c"
            if sparse and place % 2 == 1 and name != "c":
                continue
            motif = theme.motifs[name[0]]
            if name[0] != "c" and self._random.random() < self._tune.rest * (place % 4 != 0):
                motif = _Motif(motif.rhythm[: max(1, len(motif.rhythm) // 2)], motif.way)
            shift = {"+": 1, "-": -1}.get(name[1:], 0)
            closing = name == "c"
            home = closing and (bar == bars[-1] or place % 8 == 7)
            hits.extend(self._bar(bar, motif, theme.lift + shift, section, closing, home))
        return hits

    def _bar(
        self, bar: int, motif: _Motif, lift: int, section: Section, closing: bool, home: bool
    ) -> list[Hit]:
        start = bar * self._song.meter.bar
        hits: list[Hit] = []
        anchor = self._anchor(start, lift)
        for i, stroke in enumerate(motif.rhythm):
            at = start + stroke.at
            chord = self._song.chord_at(at)
            ladder = self._ladder(chord)
            final = closing and i == len(motif.rhythm) - 1
            index = _nearest(ladder, anchor) + motif.way[i % len(motif.way)]
            pitch = ladder[min(max(index, 0), len(ladder) - 1)]
            strong = self._song.meter.heavy(stroke.at) or stroke.length >= 1.5 or not hits
            if final:
                pitch = self._rest_on(chord, home)
            elif strong or (stroke.length >= 0.9 and _rubs(pitch, chord)):
                pitch = self._chord_tone(pitch, chord, avoid=self._last if i else None)
            if abs(pitch - self._last) > 12:
                pitch += 12 if pitch < self._last else -12
            pitch = self._fold(pitch)
            loud = self._player.velocity * (0.85 + 0.2 * section.energy)
            loud *= 1.05 if strong else 0.9
            hits.append(Hit(at, stroke.length * self._player.gate, pitch, loud))
            self._last = pitch
        return hits

    def _anchor(self, start: float, lift: int) -> int:
        """Where a bar begins: a chord tone near the theme's place and not far from the last."""
        middle = self._player.register + round(lift * 1.7)
        aim = round(0.65 * middle + 0.35 * self._last)
        return self._chord_tone(aim, self._song.chord_at(start), avoid=None)

    def _ladder(self, chord: Chord) -> tuple[int, ...]:
        return _ladder(chord_scale(chord, self._song.key, self._steps), self._low, self._high)

    def _chord_tone(self, pitch: int, chord: Chord, avoid: int | None) -> int:
        """The nearest tone of the triad; the tonic a little sooner, ``avoid`` a little later."""
        pool = _ladder(tuple(sorted(set(chord.triad))), self._low, self._high)
        home = self._song.key.pc

        def distance(tone: int) -> float:
            return abs(tone - pitch) - 0.8 * (tone % 12 == home) + 1.5 * (tone == avoid)

        return min(pool, key=distance)

    def _rest_on(self, chord: Chord, home: bool) -> int:
        """The last note of a phrase: the tonic where the chord has it, else its root or third."""
        tonic = self._song.key.pc
        wanted = [tonic] if home and tonic in chord.triad else [chord.tones[0], chord.tones[1]]
        pool = _ladder(tuple(sorted(set(wanted))), self._low, self._high)
        return min(pool, key=lambda tone: abs(tone - self._last))

    def _fold(self, pitch: int) -> int:
        while pitch > self._high:
            pitch -= 12
        while pitch < self._low:
            pitch += 12
        return pitch


def _kind(section: Section) -> str:
    if section.name in ("chorus", "drop"):
        return "chorus"
    return "bridge" if section.name == "bridge" else "verse"


def _theme(song: Song, random: Random, tune: Tune, lift: int) -> _Theme:
    native = METERS[song.style.meters[0]]
    cells = random.sample(tune.cells, min(2, len(tune.cells)))
    first = strokes(cells[0], native, song.meter)[0]
    second = strokes(cells[-1], native, song.meter)[0]
    motifs = {
        "a": _Motif(first, _way(len(first), random, tune.leap)),
        "b": _Motif(second, _way(len(second), random, tune.leap)),
        "c": _close(first, song, random),
    }
    plan = _PLANS[0] if random.random() < tune.repeat * 0.5 else random.choice(_PLANS)
    return _Theme(motifs, plan, lift + random.choice((-1, 0, 1)))


def _way(count: int, random: Random, leap: float) -> tuple[int, ...]:
    """A contour: an arch, a fall, a rise or a wave, in steps with few leaps turned back from."""
    shape = random.choice(("arch", "fall", "rise", "wave"))
    place = 0
    way = [0]
    for i in range(1, max(1, count)):
        half = i < (count + 1) / 2
        direction = {
            "arch": 1 if half else -1,
            "fall": -1,
            "rise": 1,
            "wave": 1 if i % 2 else -1,
        }[shape]
        if random.random() < 0.18:
            direction = -direction
        size = random.choice((2, 3)) if random.random() < leap else random.choice((1, 1, 1, 0))
        if abs(place + direction * size) > 4:
            direction = -direction
        place += direction * size
        way.append(place)
    return tuple(way)


def _close(rhythm: tuple[Stroke, ...], song: Song, random: Random) -> _Motif:
    """A phrase's last bar: the motif's head, then one long note and a breath."""
    meter = song.meter
    head = [stroke for stroke in rhythm if stroke.at < meter.bar / 2 - 0.1]
    head = head[: random.choice((1, 2, 3))]
    landing = meter.bar / 2 if head else 0.0
    if meter.compound or len(meter.pulses) == 3:
        landing = meter.pulses[0] if head else 0.0
    head = [stroke for stroke in head if stroke.at < landing - 0.1]
    head = [stroke._replace(length=min(stroke.length, landing - stroke.at)) for stroke in head]
    long = Stroke(landing, (meter.bar - landing) * random.choice((0.6, 0.75, 0.9)), "x")
    way = tuple(random.choice((1, 2)) - i for i in range(len(head) + 1))
    return _Motif((*head, long), way)


def _rubs(pitch: int, chord: Chord) -> bool:
    """Whether a note lies a semitone above a chord tone, and so cannot be dwelt on."""
    return pitch % 12 not in chord.tones and (pitch - 1) % 12 in chord.tones


def _ladder(pcs: tuple[int, ...], low: int, high: int) -> tuple[int, ...]:
    return tuple(pitch for pitch in range(low, high + 1) if pitch % 12 in pcs)


def _nearest(ladder: tuple[int, ...], pitch: int) -> int:
    return min(range(len(ladder)), key=lambda i: abs(ladder[i] - pitch))
