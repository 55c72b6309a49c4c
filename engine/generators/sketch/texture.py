"""What surrounds the tune: counter lines, elaborations of it, noise textures and risers."""

from __future__ import annotations

from collections.abc import Sequence

from engine.generators.sketch.score import INSTRUMENTS, Section
from engine.generators.sketch.song import Hit, Song
from engine.generators.sketch.styles.model import Player
from engine.generators.sketch.theory import chord_scale

__all__ = ["write_counter", "write_elaboration", "write_riser", "write_texture"]


def write_counter(
    song: Song, player: Player, instrument: str, active: Sequence[Section]
) -> list[Hit]:
    """A second line of long notes: thirds and sevenths that move by step through the chords."""
    span_of = INSTRUMENTS[instrument]
    low, high = max(span_of.low, player.register - 8), min(span_of.high, player.register + 9)
    last = player.register
    hits: list[Hit] = []
    for section in active:
        bars = song.bars_of(section)
        if not bars:
            continue
        begin, end = bars[0] * song.meter.bar, (bars[-1] + 1) * song.meter.bar
        for span in song.spans_between(begin, end):
            guides = set(span.chord.tones[1:4:2]) | {span.chord.tones[1]}
            pool = [pitch for pitch in range(low, high + 1) if pitch % 12 in guides]
            last = min(pool, key=lambda pitch: abs(pitch - last)) if pool else last
            length = (span.end - span.start) * player.gate
            hits.append(Hit(span.start, length, last, player.velocity))
            scale = chord_scale(span.chord, song.key)
            if section.energy > 0.7 and length > 2.5 and (last + 2) % 12 in scale:
                half = (span.end - span.start) / 2
                hits[-1] = hits[-1]._replace(duration=half * player.gate)
                hits.append(Hit(span.start + half, half * player.gate, last + 2, player.velocity))
    return hits


def write_elaboration(
    song: Song,
    player: Player,
    instrument: str,
    active: Sequence[Section],
    melody: Sequence[Hit],
    aspect: str,
) -> list[Hit]:
    """The melody's skeleton, broken into ``follow`` notes a beat that circle it and lead on."""
    random = song.random(aspect)
    span = INSTRUMENTS[instrument]
    low, high = max(span.low, player.register - 12), min(span.high, player.register + 14)
    shape = random.choice(((0, 1, 0, -1), (0, 2, 1, 0), (0, -1, 0, 1), (0, 1, 2, 1)))
    step = 1 / player.follow
    hits: list[Hit] = []
    for section in active:
        for bar in song.bars_of(section):
            start = bar * song.meter.bar
            for i in range(round(song.meter.bar / step)):
                at = start + i * step
                chord = song.chord_at(at)
                ladder = [
                    pitch
                    for pitch in range(low, high + 1)
                    if pitch % 12 in chord_scale(chord, song.key)
                ]
                goal = _sounding(melody, at, player.register)
                near = min(range(len(ladder)), key=lambda k: abs(ladder[k] - goal))
                place = min(max(near + shape[i % len(shape)], 0), len(ladder) - 1)
                loud = player.velocity * (1.0 if i % len(shape) == 0 else 0.85)
                hits.append(Hit(at, step * player.gate, ladder[place], loud))
    return hits


def _sounding(melody: Sequence[Hit], at: float, register: int) -> int:
    """The melody's note at a beat, in the octave of the register; the register where it rests."""
    last = next((hit.pitch for hit in reversed(melody) if hit.start <= at + 1e-6), register)
    return register + (last - register + 6) % 12 - 6


def write_texture(song: Song, player: Player, active: Sequence[Section]) -> list[Hit]:
    """One sound from the first active section to the last, for as long as the piece rings."""
    if not active:
        return []
    start = active[0].start_bar * song.meter.bar
    final = active[-1] is song.sections[-1]
    end = song.beats if final else (active[-1].start_bar + active[-1].bars) * song.meter.bar
    return [Hit(start, end - start, 60, player.velocity)]


def write_riser(song: Song, player: Player) -> list[Hit]:
    """Noise that rises into each drop and chorus out of something quieter."""
    hits: list[Hit] = []
    for before, after in zip(song.sections, song.sections[1:], strict=False):
        if after.name in ("drop", "chorus") and after.energy > before.energy + 0.1:
            length = min(2, before.bars) * song.meter.bar
            end = after.start_bar * song.meter.bar
            hits.append(Hit(end - length, length, 60, player.velocity))
    return hits
