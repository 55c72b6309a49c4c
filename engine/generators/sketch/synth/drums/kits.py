"""The kits: their tables, and what is done to every stroke of a kit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from engine.generators.sketch.synth.drums import acoustic, machines
from engine.generators.sketch.synth.drums.stroke import Stroke
from engine.generators.sketch.synth.dsp import (
    Floats,
    decay,
    fade_in,
    filtered,
    frames,
    high_shelf,
    highpass,
    lowpass,
    peaking,
    rng_for,
    soft_clip,
    white,
)

__all__ = ["KIT_TABLE", "Kit"]

Finish = Callable[[np.random.Generator, Floats], Floats]
"""(2, frames) to (2, frames)."""


@dataclass(frozen=True, slots=True)
class Kit:
    strokes: dict[str, Stroke]
    finish: Finish | None = None
    level_db: float = 0.0
    """Trim against the other kits."""


_NEAR = frames(0.05)
"""What the room hears of a stroke: its beginning."""


def in_a_room(level: float, seconds: float, rng: np.random.Generator, stroke: Floats) -> Floats:  # noqa: ARG001
    """A few early reflections baked into the stroke, as overhead microphones hear them."""
    count, room = frames(seconds), _room(seconds)
    size = stroke.shape[1]
    near = rfft(stroke[:, :_NEAR].mean(axis=0), _room_size(seconds))
    wet = irfft(room * near, _room_size(seconds))[:, :count]
    out = np.zeros((2, max(size, count)), np.float32)
    out[:, :size] = stroke
    wet *= np.float32(level * np.abs(stroke).max() / (np.abs(wet).max() + 1e-9))
    out[:, :count] += wet
    out[:, -220:] *= fade_in(220)[::-1]
    return out


def _room_size(seconds: float) -> int:
    """Frames of the transform in which a room meets a stroke."""
    return int(next_fast_len(frames(seconds) + _NEAR, real=True))


@lru_cache(maxsize=8)
def _room(seconds: float) -> NDArray[np.complex64]:
    """(2, lines): the room that all strokes of a kit are played in."""
    count = frames(seconds)
    noise = white(rng_for("room", seconds), count, 2)
    room = filtered(noise, highpass(250), lowpass(6500)) * decay(count, seconds)
    room[:, : frames(0.006)] *= fade_in(frames(0.006))
    return np.asarray(rfft(room, _room_size(seconds)), np.complex64)


def _worn(rng: np.random.Generator, stroke: Floats) -> Floats:  # noqa: ARG001
    """Sampled from an old record: pushed, held at half the rate, dull on top."""
    pushed = soft_clip(stroke * np.float32(1.6), 1.8)
    count = pushed.shape[1] // 2 * 2
    held = pushed[:, :count:2].repeat(2, axis=1)
    return filtered(held, lowpass(7200), peaking(180, 2.5, 0.9), high_shelf(3500, -3))


def _eight_bit(rng: np.random.Generator, stroke: Floats) -> Floats:  # noqa: ARG001
    """Sixteen levels, a quarter of the rate, one channel."""
    middle = stroke.mean(axis=0)
    peak = np.abs(middle).max() + 1e-9
    count = len(middle) // 4 * 4
    held = (np.rint(middle[:count:4] / peak * 8) / 8 * peak).repeat(4)
    return np.stack((held, held)).astype(np.float32)


KIT_TABLE: dict[str, Kit] = {
    "kit_acoustic": Kit(acoustic.ACOUSTIC, partial(in_a_room, 0.16, 0.30)),
    "kit_rock": Kit(acoustic.ROCK, partial(in_a_room, 0.30, 0.42), level_db=-2.0),
    "kit_brush": Kit(acoustic.BRUSH, partial(in_a_room, 0.14, 0.34), level_db=1.0),
    "kit_808": Kit(machines.EIGHT, level_db=-1.5),
    "kit_909": Kit(machines.NINE, level_db=-3.5),
    "kit_lofi": Kit(acoustic.LOFI, _worn, level_db=-3.0),
    "kit_chip": Kit(machines.CHIP, _eight_bit, level_db=-4.0),
    "kit_latin": Kit(acoustic.LATIN, partial(in_a_room, 0.14, 0.26)),
    "kit_gendang": Kit(acoustic.GENDANG, partial(in_a_room, 0.20, 0.36)),
    "kit_orchestral": Kit(acoustic.ORCHESTRAL, partial(in_a_room, 0.22, 0.8), level_db=0.5),
}
