"""Composing: from a request to a whole score, in one pass, the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from engine.generators.sketch.arrange import Arrangement
from engine.generators.sketch.brief import Mood
from engine.generators.sketch.casting import cast
from engine.generators.sketch.ear import plainness
from engine.generators.sketch.form import measure, sections
from engine.generators.sketch.harmony import harmonise
from engine.generators.sketch.reading import read
from engine.generators.sketch.score import Mix, Score
from engine.generators.sketch.song import Song
from engine.generators.sketch.streams import stream
from engine.generators.sketch.styles.model import Style
from engine.generators.sketch.theory import Key
from engine.request import Request

__all__ = ["Composition", "compose"]

_FREE_TEMPO = 0.045
"""How far a tempo that nobody asked for may move to fit the length to whole bars."""
_FADE_SECONDS = 6.0
_DRAFTS = 8
_PLAIN = 0.13
"""Lead of the key over all others (see ``ear``) with which a draft is kept."""


@dataclass(frozen=True, slots=True)
class Composition:
    """A score and what to tell about it."""

    score: Score
    tempo: float
    """Felt beats per minute: of dotted quarters in 6/8."""
    key: str
    beats_per_bar: int | None
    """Felt beats: 2 in 6/8; None where they are not alike, as in 7/8."""
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
        _lift(brief.mood, style),
        stream(seed, "form"),
        loop=loop,
    )
    fades = not loop and not length.closes and length.bars >= 4

    def write(draft: int) -> tuple[Score, Arrangement]:
        """A score without its drums, and who adds them."""
        harmony = stream(seed, "harmony", draft)
        song = Song(
            style=style,
            key=choice.key,
            meter=meter,
            tempo=length.tempo,
            bars=length.bars,
            sections=plan,
            spans=harmonise(style, choice.key, meter, plan, harmony, closes=length.closes),
            seed=seed,
            loop=loop,
            closes=length.closes,
            beats=length.seconds * length.tempo / 60,
            draft=draft,
        )
        arrangement = Arrangement(song, choice.band)
        score = Score(
            style=style.name,
            tempo=length.tempo,
            beats_per_bar=meter.bar,
            meter=meter.name,
            key=str(choice.key),
            sections=plan,
            parts=arrangement.pitched(),
            mix=_coloured(style.mix, brief.mood),
            seconds=length.seconds,
            loop=loop,
            fade_out=min(_FADE_SECONDS, length.seconds / 5) if fades else 0.0,
            seed=seed,
        )
        return score, arrangement

    # Five notes are neither major nor minor, so there is nothing to be plain about.
    score, arrangement = _plainest(write, choice.key) if len(choice.key.scale) > 5 else write(0)
    score = replace(score, parts=arrangement.whole())
    moved = length.tempo / choice.tempo
    beats = len(meter.pulses) if meter.even else None
    return Composition(score, choice.counted * moved, score.key, beats, brief.not_understood)


def _plainest(
    write: Callable[[int], tuple[Score, Arrangement]], key: Key
) -> tuple[Score, Arrangement]:
    """The first draft that is plainly in its key, else the plainest of them all."""
    drafts: list[tuple[float, tuple[Score, Arrangement]]] = []
    for number in range(_DRAFTS):
        draft = write(number)
        drafts.append((plainness(draft[0], key), draft))
        if drafts[-1][0] >= _PLAIN:
            return draft
    return max(drafts, key=lambda found: found[0])[1]


def _lift(mood: Mood, style: Style) -> float:
    """How much livelier than the style's habit the piece was asked to be, -1 to 1."""
    return max(-1.0, min(1.0, mood.arousal - style.arousal)) if mood.asked else 0.0


def _coloured(mix: Mix, mood: Mood) -> Mix:
    """The style's sound, brighter or darker and nearer or farther as the moods say."""
    lowpass = mix.lowpass_hz
    if lowpass is not None:
        lowpass *= 2 ** (0.7 * mood.bright)
    return replace(
        mix,
        tilt_db=mix.tilt_db + 1.5 * mood.bright,
        lowpass_hz=lowpass,
        reverb_seconds=mix.reverb_seconds * (1 + 0.5 * mood.space),
    )
