"""Bass: written figures on the chord of the moment, or a line that walks."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from engine.generators.sketch.rhythm import METERS, decide, strokes
from engine.generators.sketch.score import INSTRUMENTS, Section
from engine.generators.sketch.song import Hit, Song
from engine.generators.sketch.styles.model import Player
from engine.generators.sketch.theory import Chord, chord_scale

__all__ = ["bass_pitch", "write_bass", "write_walk"]


def write_bass(song: Song, player: Player, instrument: str, active: Sequence[Section]) -> list[Hit]:
    """One figure for quieter sections, one for louder, each bar on its chords."""
    random = song.random("bass")
    native = METERS[song.style.meters[0]]
    picked = sorted(random.sample(range(len(player.figures)), min(2, len(player.figures))))
    figures = [decide(player.figures[place], ".11835", random) for place in picked]
    hits: list[Hit] = []
    for section in active:
        figure = figures[-1 if section.energy >= 0.72 else 0]
        written = strokes(figure, native, song.meter)
        force = player.velocity * (0.86 + 0.18 * section.energy)
        for bar in song.bars_of(section):
            start = bar * song.meter.bar
            for stroke in written[(bar - section.start_bar) % len(written)]:
                at = start + stroke.at
                pitch = _pitch(stroke.sign, song, at, player, instrument, random)
                loud = 0.45 if stroke.sign == "g" else 0.3 + 0.7 * song.meter.weight(stroke.at)
                length = stroke.length * (0.4 if stroke.sign == "g" else player.gate)
                hits.append(Hit(at, length, pitch, force * loud))
    return hits


def _pitch(
    sign: str, song: Song, at: float, player: Player, instrument: str, random: Random
) -> int:
    chord = song.chord_at(at)
    root = bass_pitch(chord.bass, player, instrument)
    tones = chord.tones
    match sign:
        case "8":
            wanted = root + 12
        case "5":
            wanted = root + (tones[min(2, len(tones) - 1)] - root) % 12
        case "4":
            wanted = root - (root - tones[min(2, len(tones) - 1)]) % 12
        case "3":
            wanted = root + (tones[1] - root) % 12
        case "7":
            wanted = root + ((tones[3] if len(tones) > 3 else tones[2]) - root) % 12
        case "a":
            return _approach(song, at, player, instrument, random)
        case _:
            wanted = root
    return _inside(wanted, instrument)


def _approach(song: Song, at: float, player: Player, instrument: str, random: Random) -> int:
    """A note that leads to the next root: a scale step, or its fifth."""
    following = song.next_chord(at)
    goal = bass_pitch(following.bass, player, instrument)
    scale = chord_scale(song.chord_at(at), song.key)
    near = [goal + step for step in (-1, -2, 2, 1) if (goal + step) % 12 in scale]
    pool = [*near[:2], goal + 7 if goal + 7 <= INSTRUMENTS[instrument].high else goal - 5]
    return _inside(random.choice(pool), instrument)


def bass_pitch(pc: int, player: Player, instrument: str) -> int:
    """The pitch of a class nearest to the player's register."""
    return _inside(player.register + (pc - player.register + 6) % 12 - 6, instrument)


def _inside(pitch: int, instrument: str) -> int:
    """Into the instrument's range, by octaves."""
    span = INSTRUMENTS[instrument]
    while pitch < span.low:
        pitch += 12
    while pitch > span.high:
        pitch -= 12
    return pitch


def write_walk(song: Song, player: Player, instrument: str, active: Sequence[Section]) -> list[Hit]:
    """A walking line: the root when the chord comes, steps between, a lead into the next."""
    random = song.random("bass")
    hits: list[Hit] = []
    before = bass_pitch(song.key.pc, player, instrument)
    for section in active:
        bars = song.bars_of(section)
        if not bars:
            continue
        for span in song.spans_between(bars[0] * song.meter.bar, (bars[-1] + 1) * song.meter.bar):
            beats = max(1, round(span.end - span.start))
            goal = bass_pitch(song.next_chord(span.start).bass, player, instrument)
            line = _walk(span.chord, beats, before, goal, song, player, instrument, random)
            for i, pitch in enumerate(line):
                loud = player.velocity * (1.0 if i % 2 == 0 else 0.92)
                at = span.start + i
                hits.append(Hit(at, player.gate, pitch, loud))
                if i % 2 and random.random() < 0.1:
                    hits[-1] = hits[-1]._replace(duration=0.45)
                    hits.append(Hit(at + 0.5, 0.4, pitch, loud * 0.6))
            before = line[-1]
    return hits


def _walk(
    chord: Chord,
    beats: int,
    before: int,
    goal: int,
    song: Song,
    player: Player,
    instrument: str,
    random: Random,
) -> list[int]:
    """``beats`` pitches from the chord's bass towards a neighbour of ``goal``."""
    low = bass_pitch(chord.bass, player, instrument)
    first = min((low, _inside(low + 12, instrument)), key=lambda pitch: abs(pitch - before))
    line = [first]
    scale = chord_scale(chord, song.key)
    while len(line) < beats:
        left = beats - len(line)
        at = line[-1]
        if left == 1:
            steps = [step for step in (-1, 1, -2, 2) if _inside(goal + step, instrument) != at]
            line.append(_inside(goal + random.choice(steps[:2]), instrument))
            break
        pool = chord.triad if left % 2 == 0 else scale
        nearby = [
            pitch
            for pitch in range(at - 5, at + 6)
            if pitch % 12 in pool and pitch != at and _inside(pitch, instrument) == pitch
        ]
        towards = [pitch for pitch in nearby if (pitch - at) * (goal - at) >= 0] or nearby
        line.append(random.choice(towards or [at]))
    return line
