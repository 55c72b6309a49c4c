"""Lush ensembles in one inverse Fourier transform.

After Paul Nasca's PADsynth: each harmonic is a narrow hill of random-phase lines instead of one
line, as when many players or singers sound together. The result repeats without a seam, so one
short cycle holds a note of any length, and two draws of the phases make a true stereo pair.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft

from engine.generators.sketch.synth.dsp import SAMPLE_RATE, Floats

__all__ = ["ensemble"]


_STEADY = 0.45
"""Power in the middle of each hill: without it the low partials come and go too deeply."""


def ensemble(
    rng: np.random.Generator,
    hertz: NDArray[np.float64],
    amplitude: NDArray[np.float64],
    cents: float,
    growth: float = 1.0,
    bits: int = 18,
) -> Floats:
    """An endless chord of partials, RMS 1: (2, frames), end meeting start.

    cents: half-width of each hill; growth: how the hills' widths rise with frequency (1: in
    proportion, as detuned players do; 0: all alike, as slow beating does);
    bits: the cycle has ``2**bits`` frames (18: 6 seconds).
    """
    size = 1 << bits
    bins = size // 2 + 1
    power = np.zeros(bins, np.float64)
    step = SAMPLE_RATE / size
    for centre, level in zip(hertz, amplitude, strict=True):
        if level <= 0.0 or centre >= 0.47 * SAMPLE_RATE:
            continue
        spread = (2 ** (cents / 1200) - 1) * hertz[0] * (centre / hertz[0]) ** growth
        width = max(spread / step, 0.6)
        low = max(1, int(centre / step - 4 * width))
        high = min(bins - 1, int(centre / step + 4 * width) + 2)
        hill = np.exp(-0.5 * ((np.arange(low, high) - centre / step) / width) ** 2)
        power[low:high] += (1.0 - _STEADY) * level**2 * hill / hill.sum()
        power[round(centre / step)] += _STEADY * level**2
    there = np.flatnonzero(power > 1e-9 * power.max())
    turns = rng.random((2, len(there)), dtype=np.float32) * np.float32(2 * np.pi)
    lines = np.zeros((2, bins), np.complex64)
    lines[:, there] = np.sqrt(power[there]) * (np.cos(turns) + 1j * np.sin(turns))
    out: Floats = irfft(lines, axis=1).astype(np.float32, copy=False)
    # Half alike: wide, and still whole when both sides are played by one loudspeaker.
    out[1] = 0.5 * out[0] + 0.866 * out[1]
    out /= np.float32(np.sqrt(np.square(out).mean()))
    return out
