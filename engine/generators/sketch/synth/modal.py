"""Struck and plucked things as sums of decaying partials (modal synthesis).

A partial ``a exp(-d t) sin(w t + p)`` is the imaginary part of powers of one complex number. They
split into a part that moves from block to block and a part that is the same inside every block, so
a whole bank is one matrix product: exact, in tune, and about as cheap as a single filter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.generators.sketch.synth.dsp import SAMPLE_RATE, Floats

__all__ = ["Modes", "ring", "string_modes"]

_BLOCK = 256
_STRIDE = 16
_SILENT = 3e-5
"""Partials below this part of the loudest are dropped (-90 dB)."""
_FAINTEST = 40.0
"""Nepers; -350 dB."""

_Array = NDArray[np.float64]
_Turns = NDArray[np.complex64]


@dataclass(frozen=True, slots=True)
class Modes:
    """A bank of partials; arrays of one length. Where it sounds different to the left and to the
    right, amplitude and phase are (2, partials).
    """

    hertz: _Array
    amplitude: _Array
    seconds: _Array
    """Time to fall by 60 dB."""
    phase: _Array
    """Radians."""

    def __add__(self, other: Modes) -> Modes:
        return Modes(
            np.concatenate((self.hertz, other.hertz)),
            np.concatenate((self.amplitude, other.amplitude), axis=-1),
            np.concatenate((self.seconds, other.seconds)),
            np.concatenate((self.phase, other.phase), axis=-1),
        )

    def heard(self, left: float, right: float) -> Modes:
        """The bank at these levels to the left and to the right."""
        sides = np.array([[left], [right]])
        amplitude, phase = self.amplitude * sides, np.tile(self.phase, (2, 1))
        return Modes(self.hertz, amplitude, self.seconds, phase)


def ring(modes: Modes, count: int) -> Floats:
    """Sum of the partials from time 0: (count,), or (2, count) for a bank with sides."""
    blocks = -(-count // _BLOCK)
    begin = modes.amplitude * np.exp(1j * modes.phase)
    lives = _lives(modes)
    # Longest first, so that those still heard are always the first ones.
    order = np.argsort(-lives, kind="stable")
    lives = lives[order]
    turning = 2j * np.pi * modes.hertz - 6.9078 / modes.seconds
    speed = np.asarray(turning[order] / SAMPLE_RATE, np.complex128)
    # The matrix product takes pairs (imaginary, real) by pairs (real, imaginary).
    begin = (1j * np.conj(np.atleast_2d(begin)[:, order])).astype(np.complex64)
    inner = np.ascontiguousarray(_powers(speed, 0, _BLOCK).T).view(np.float32)
    inner = np.ascontiguousarray(inner.reshape(-1, _BLOCK, 2).swapaxes(1, 2))
    out = np.zeros((len(begin), blocks, _BLOCK), np.float32)
    start, size = 0, _STRIDE
    while start < blocks:
        # Ever longer stretches, each with those partials only that are still heard.
        heard = int(np.searchsorted(-lives, -start * _BLOCK))
        if not heard:
            break
        end = min(start + size, blocks)
        turned = _powers(np.conj(speed[:heard]) * _BLOCK, start, end - start)
        turned *= np.arange(start, end)[:, None] * _BLOCK < lives[:heard]
        left = np.multiply(begin[:, None, :heard], turned, order="C", dtype=np.complex64)
        product = left.reshape(-1, heard).view(np.float32) @ inner[:heard].reshape(-1, _BLOCK)
        out[:, start:end] = product.reshape(len(begin), -1, _BLOCK)
        start, size = end, 2 * size
    flat = out.reshape(len(begin), -1)[:, :count]
    return flat if modes.amplitude.ndim > 1 or modes.phase.ndim > 1 else flat[0]


def _lives(modes: Modes) -> _Array:
    """For how many frames each partial is heard; 0 or less: not at all."""
    loud = np.abs(np.atleast_2d(modes.amplitude)).max(axis=0, initial=0.0)
    floor = _SILENT * float(loud.max(initial=1e-12))
    with np.errstate(divide="ignore"):
        lives = np.log10(loud / floor) / 3.0 * modes.seconds * SAMPLE_RATE
    return np.where(modes.hertz < 0.47 * SAMPLE_RATE, lives, 0.0)


def _powers(speed: NDArray[np.complex128], first: int, count: int) -> _Turns:
    """exp(speed * n) for ``count`` whole n from ``first``: (count, partials).

    Few exponentials, multiplied with each other: n = 16 a + b.
    """
    coarse = (first + _STRIDE * np.arange(-(-count // _STRIDE)))[:, None] * speed
    # Never so small that the processor takes its slow path for it.
    np.maximum(coarse.real, -_FAINTEST, out=coarse.real)
    turns = np.exp(coarse).astype(np.complex64)
    within = np.exp(np.arange(_STRIDE)[:, None] * speed).astype(np.complex64)
    out: _Turns = (turns[:, None] * within).reshape(-1, len(speed))[:count]
    return out


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
