"""A take's instruments apart: what the mixer adds up, before the master bus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from threadpoolctl import ThreadpoolController

from engine.generators.base import Samples
from engine.generators.sketch.compose import compose
from engine.generators.sketch.score import Score
from engine.generators.sketch.synth.dsp import frames, from_db
from engine.generators.sketch.synth.ends import fade, fold
from engine.generators.sketch.synth.mixer import BLOCK, Mixer
from engine.request import Request

__all__ = ["Stem", "render_stems"]

_CEILING_DB = -1.0


@dataclass(frozen=True, slots=True)
class Stem:
    """One instrument of a take."""

    name: str
    """For example "Electric piano"; no two of a take have the same."""
    samples: Samples
    """(frames, 2), as long as the take and in step with it."""


def render_stems(request: Request) -> Iterator[Stem]:
    """The instruments of the take that ``request`` gives, each with its own room and echo.

    Added up they are the take's mix, but for its master bus. All have one gain, by which the
    loudest of them, or of their sum, just reaches -1 dBFS. Only two pieces are in memory at once,
    so everything is played twice: first to find that gain.
    """
    score = compose(request).score
    played = [number for number, part in enumerate(score.parts) if part.notes]
    # As in a rendering, to have its samples: a sum split otherwise is not the same sum.
    with ThreadpoolController().limit(limits=1, user_api="blas"):
        gain = _common_gain(score, played)
        names = _told_apart([score.parts[number].name for number in played])
        for number, name in zip(played, names, strict=True):
            sound = _alone(score, number)
            sound *= gain
            yield Stem(name, sound)


def _common_gain(score: Score, played: list[int]) -> np.float32:
    together = np.zeros((max(1, frames(score.seconds)), 2), np.float32)
    loudest = 1e-6
    for number in played:
        sound = _alone(score, number)
        together += sound
        loudest = max(loudest, _peak(sound))
    return np.float32(from_db(_CEILING_DB) / max(loudest, _peak(together)))


def _alone(score: Score, number: int) -> Samples:
    """One part as it sounds in the mix: (frames, 2)."""
    mixer = Mixer(score, alone=number)
    count = max(1, frames(score.seconds))
    sound = np.zeros((count + (mixer.rings_on(count) if score.loop else 0), 2), np.float32)
    for start in range(0, len(sound), BLOCK):
        end = min(start + BLOCK, len(sound))
        sound[start:end] = mixer.block(start, end - start).T
    if score.loop:
        return fold(sound, count)
    fade(sound, 0, count, score)
    return sound


def _peak(sound: Samples) -> float:
    return max(float(sound.max(initial=0.0)), -float(sound.min(initial=0.0)))


def _told_apart(names: list[str]) -> list[str]:
    """With a number where several have the same."""
    many, seen = Counter(names), Counter[str]()
    told = []
    for name in names:
        seen[name] += 1
        told.append(f"{name} {seen[name]}" if many[name] > 1 else name)
    return told
