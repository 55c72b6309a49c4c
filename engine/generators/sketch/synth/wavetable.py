"""Band-limited periodic waves: single cycles made from harmonics, read by an integer phase.

A table holds only the harmonics that fit under the Nyquist frequency at its pitch, so nothing
aliases. Moving filters and formants are a stack of tables to glide through: the filter is applied
to the harmonics, exactly, resonance and all, and costs one more look-up and no recursion.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft

from engine.generators.sketch.synth.dsp import SAMPLE_RATE, Floats, ramps

__all__ = ["glide", "harmonics_below", "phase_ramp", "read", "saw", "square", "tables"]

_BITS = 12
_SIZE = 1 << _BITS
_SHIFT = np.uint32(32 - _BITS)
_MASK = np.uint32((1 << (32 - _BITS)) - 1)
_STRETCH = 1 << 14
_UNIT = np.float32(1.0 / (1 << (32 - _BITS)))

Phase = NDArray[np.uint32]
"""A whole turn is 2**32, so it wraps by itself and stays exact for hours."""


def harmonics_below(hertz: float, limit: float = 0.45 * SAMPLE_RATE) -> NDArray[np.float64]:
    """1, 2, 3, … as far as they stay under ``limit`` hertz."""
    return np.arange(1, int(max(1, min(_SIZE // 2 - 1, limit / hertz))) + 1, dtype=np.float64)


def saw(n: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1.0 / n


def square(n: NDArray[np.float64], width: float = 0.5) -> NDArray[np.float64]:
    """A pulse that is high for ``width`` of its cycle."""
    return np.sin(np.pi * n * width) / n


def tables(spectra: NDArray[np.float64] | NDArray[np.complex128]) -> Floats:
    """Cycles from the amplitudes of harmonics 1, 2, …: (stack, harmonics) to (stack, size + 1)."""
    stack, count = spectra.shape
    full = np.zeros((stack, _SIZE // 2 + 1), np.complex64)
    full[:, 1 : count + 1] = spectra * (-0.5j * _SIZE)
    cycle = irfft(full, axis=1)
    return np.concatenate((cycle, cycle[:, :1]), axis=1).astype(np.float32)


def phase_ramp(
    count: int, hertz: float, start: float = 0.0, bend: NDArray[np.float64] | None = None
) -> Phase:
    """Phase of each frame; ``start`` in turns; ``bend`` is the deviation in semitones at the
    control nodes.
    """
    step = hertz / SAMPLE_RATE * 2**32
    offset = np.uint32(int(start % 1.0 * 2**32))
    if bend is None:
        return np.arange(count, dtype=np.uint32) * np.uint32(round(step)) + offset
    phase = ramps(np.exp2(bend / 12.0) * step, count).astype(np.uint32)
    np.cumsum(phase, out=phase)
    phase += offset
    return phase


def read(table: Floats, phase: Phase) -> Floats:
    """One cycle, read with linear interpolation."""
    return _between(table, *_split(phase))


def glide(stack: Floats, phase: Phase, place: NDArray[np.float64]) -> Floats:
    """A stack of cycles, read at ``place`` (0 to stack - 1, at the control nodes)."""
    blend = ramps(place, len(phase))
    flat, width, last = stack.reshape(-1), stack.shape[1], len(stack) - 2
    # In stretches whose arrays stay in the processor's cache.
    for start in range(0, len(phase), _STRETCH):
        there = slice(start, start + _STRETCH)
        layer = np.minimum(blend[there].astype(np.int64), last)
        blend[there] -= layer
        index, part = _split(phase[there])
        layer *= width
        index += layer
        low = _between(flat, index, part)
        index += width
        high = _between(flat, index, part)
        high -= low
        high *= blend[there]
        low += high
        blend[there] = low
    return blend


def _split(phase: Phase) -> tuple[NDArray[np.int64], Floats]:
    """The place in a table before each frame, and how far it is to the next one."""
    part = (phase & _MASK).astype(np.float32)
    part *= _UNIT
    return (phase >> _SHIFT).astype(np.int64), part


def _between(flat: Floats, index: NDArray[np.int64], part: Floats) -> Floats:
    low = flat.take(index)
    high = flat[1:].take(index)
    high -= low
    high *= part
    low += high
    return low
