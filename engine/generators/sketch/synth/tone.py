"""The balance of the whole: hears the finished mix, and says how the bus should lean.

What a mastering engineer does by ear against records of the kind: bands that stick out are drawn
back and missing ones lifted, part of the way and never far.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft

from engine.generators.sketch.synth.dsp import (
    SAMPLE_RATE,
    Floats,
    Sections,
    high_shelf,
    low_shelf,
    peaking,
)

__all__ = ["Balance"]

_EDGES = (40.0, 130.0, 500.0, 1800.0, 5000.0, 15_000.0)
_TARGET_DB = np.array([-5.0, -5.5, -6.5, -11.0, -16.5])
"""Share of each band in the power of a well-balanced record."""
_LIMITS_DB = ((-4.0, 1.0), (-3.0, 1.5), (-2.0, 2.0), (-3.0, 3.5), (-3.5, 4.5))
"""How far each band may be drawn back or lifted."""
_STRENGTH = 0.65
"""Part of the difference that is made up."""
_WINDOW = 8192


class Balance:
    """Hear every block of the mix, then ask for ``sections``."""

    def __init__(self) -> None:
        self._power = np.zeros(_WINDOW // 2 + 1)
        self._window = np.hanning(_WINDOW).astype(np.float32)

    def hear(self, block: Floats) -> None:
        """(2, frames) of the mix."""
        count = block.shape[1] // _WINDOW
        if not count:
            block = np.pad(block, ((0, 0), (0, _WINDOW - block.shape[1])))
            count = 1
        middle = block[0, : count * _WINDOW] + block[1, : count * _WINDOW]
        lines = rfft(middle.reshape(count, _WINDOW) * self._window, axis=1)
        self._power += (np.square(lines.real) + np.square(lines.imag)).sum(axis=0)

    def sections(self, tilt_db: float) -> Sections:
        """The bus equaliser; ``tilt_db`` (bright above 0) leans the target as the style asks."""
        low, body, middle, presence, air = self._gains(tilt_db)
        return np.concatenate(
            (
                low_shelf(110, low),
                peaking(260, body, 0.8),
                peaking(950, middle, 0.7),
                peaking(3000, presence, 0.7),
                high_shelf(6500, air),
            )
        )

    def _gains(self, tilt_db: float) -> NDArray[np.float64]:
        """Decibels for each band."""
        hertz = np.arange(len(self._power)) * (SAMPLE_RATE / _WINDOW)
        bands = np.add.reduceat(self._power, np.searchsorted(hertz, _EDGES))[:-1]
        if bands.sum() <= 0.0:
            return np.zeros(len(bands))
        share = 10 * np.log10(bands / bands.sum() + 1e-9)
        wanted = _TARGET_DB + tilt_db * np.linspace(-0.6, 1.4, len(bands))
        low, high = np.transpose(_LIMITS_DB)
        gains: NDArray[np.float64] = np.clip(_STRENGTH * (wanted - share), low, high)
        return gains
