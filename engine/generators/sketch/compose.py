"""Composing: from a request to a whole score, in one pass, the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass

from engine.generators.sketch.arrange import arrange
from engine.generators.sketch.casting import cast
from engine.generators.sketch.form import measure, sections
from engine.generators.sketch.harmony import harmonise
from engine.generators.sketch.reading import read
from engine.generators.sketch.score import Score
from engine.generators.sketch.song import Song
from engine.generators.sketch.streams import stream
from engine.jobs import Request

__all__ = ["Composition", "compose"]

_FREE_TEMPO = 0.045
"""How far a tempo that nobody asked for may move to fit the length to whole bars."""
_FADE_SECONDS = 6.0


@dataclass(frozen=True, slots=True)
class Composition:
    """A score and what to tell about it."""

    score: Score
    tempo: float
    """Felt beats per minute: of dotted quarters in 6/8."""
    key: str
    beats_per_bar: int
    """Felt beats: 2 in 6/8."""
    not_understood: tuple[str, ...]


def compose(request: Request) -> Composition:
    """Write the score for a request; a missing seed counts as 0. Never fails on a prompt."""
    seed = request.seed or 0
    brief = read(request.prompt)
    choice = cast(brief, seed)
    style, meter = choice.style, choice.meter
    loop = request.loop or brief.loop
    length = measure(
        request.duration,
        meter,
        choice.tempo,
        free=0.0 if choice.stated else _FREE_TEMPO,
        loop=loop,
        closes=(brief.ending or style.ending) == "chord",
    )
    plan = sections(
        style.form,
        length.bars,
        style.phrase,
        brief.mood.arousal,
        stream(seed, "form"),
        loop=loop,
    )
    spans = harmonise(style, choice.key, meter, plan, stream(seed, "harmony"), closes=length.closes)
    song = Song(
        style=style,
        key=choice.key,
        meter=meter,
        tempo=length.tempo,
        bars=length.bars,
        sections=plan,
        spans=spans,
        seed=seed,
        loop=loop,
        closes=length.closes,
        beats=length.seconds * length.tempo / 60,
    )
    fades = not loop and not length.closes and length.bars >= 4
    score = Score(
        style=style.name,
        tempo=length.tempo,
        beats_per_bar=meter.bar,
        meter=meter.name,
        key=str(choice.key),
        sections=plan,
        parts=arrange(song, choice.band),
        mix=style.mix,
        seconds=length.seconds,
        loop=loop,
        fade_out=min(_FADE_SECONDS, length.seconds / 5) if fades else 0.0,
        seed=seed,
    )
    return Composition(
        score, length.tempo / meter.beat, score.key, len(meter.pulses), brief.not_understood
    )
