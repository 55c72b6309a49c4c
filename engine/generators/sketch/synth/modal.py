"""Struck and plucked things as sums of decaying partials (modal synthesis).

A partial ``a exp(-d t) sin(w t + p)`` splits into a part that moves from block to block and a part
that is the same inside every block, so a whole bank is one matrix product: exact, in tune, and
about as cheap as a single filter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.generators.sketch.synth.dsp import SAMPLE_RATE, Floats

__all__ = ["Modes", "ring", "string_modes"]

_BLOCK = 256
_SILENT = 3e-5
"""Partials below this part of the loudest are dropped (-90 dB)."""

_Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Modes:
    """A bank of partials; all arrays of one length."""

    hertz: _Array
    amplitude: _Array
    seconds: _Array
    """Time to fall by 60 dB."""
    phase: _Array
    """Radians."""

    def __add__(self, other: Modes) -> Modes:
        return Modes(
            np.concatenate((self.hertz, other.hertz)),
            np.concatenate((self.amplitude, other.amplitude)),
            np.concatenate((self.seconds, other.seconds)),
            np.concatenate((self.phase, other.phase)),
        )


def ring(modes: Modes, count: int) -> Floats:
    """Sum of the partials from time 0: (count,)."""
    out = np.zeros(-(-count // _BLOCK) * _BLOCK, np.float32)
    floor = _SILENT * float(np.abs(modes.amplitude).max(initial=1e-12))
    start, size = 0, 32
    while start * _BLOCK < count:
        # Ever longer stretches, each with those partials only that are still heard.
        seconds = start * _BLOCK / SAMPLE_RATE
        level = np.abs(modes.amplitude) * 10.0 ** (-3.0 * seconds / modes.seconds)
        heard = (level > floor) & (modes.hertz < 0.47 * SAMPLE_RATE)
        if not heard.any():
            break
        blocks = min(size, len(out) // _BLOCK - start)
        out[start * _BLOCK : (start + blocks) * _BLOCK] = _stretch(modes, heard, start, blocks)
        start += blocks
        size *= 2
    return out[:count]


def _stretch(modes: Modes, heard: NDArray[np.bool_], start: int, blocks: int) -> Floats:
    """``blocks`` blocks from block ``start`` on, of the partials that are heard."""
    omega = 2 * np.pi * modes.hertz[heard] / SAMPLE_RATE
    rate = 6.9078 / (modes.seconds[heard] * SAMPLE_RATE)
    heads = (start + np.arange(blocks))[:, None] * _BLOCK
    outer = modes.amplitude[heard] * np.exp(-rate * heads)
    angle = np.remainder(omega * heads + modes.phase[heard], 2 * np.pi)
    inner = np.arange(_BLOCK)
    fall = np.exp(-rate[:, None] * inner)
    turn = omega[:, None] * inner
    left = np.concatenate((outer * np.sin(angle), outer * np.cos(angle)), axis=1)
    right = np.concatenate((fall * np.cos(turn), fall * np.sin(turn)))
    product: Floats = left.astype(np.float32) @ right.astype(np.float32)
    return product.reshape(-1)


def string_modes(
    hertz: float,
    *,
    brightness: float,
    pluck: float,
    sustain: float,
    damping: float,
    stiffness: float = 0.0,
    most: int = 80,
) -> Modes:
    """The partials of a plucked or struck string.

    brightness: hertz at which the excitation has fallen by 6 dB (then 12 dB per octave).
    pluck: where it is excited, as a part of its length; takes out partials that have a node there.
    sustain: seconds for the fundamental to fall by 60 dB.
    damping: how much faster high partials die; 0 all alike, 1 like gut or nylon.
    stiffness: inharmonicity coefficient B.
    """
    count = int(max(1, min(most, 0.46 * SAMPLE_RATE / hertz)))
    n = np.arange(1, count + 1, dtype=np.float64)
    # Stretched partials, with the first one kept where the tuner puts it.
    partial = hertz * n * np.sqrt((1 + stiffness * n**2) / (1 + stiffness))
    colour = 1.0 / (1.0 + (partial / brightness) ** 2)
    amplitude = np.abs(np.sin(np.pi * n * pluck)) / n**0.7 * colour + 1e-9
    seconds = sustain / (1.0 + damping * 0.5 * (n - 1) + damping * (partial / 3500.0) ** 2)
    return Modes(partial, amplitude, seconds, np.zeros(count))
