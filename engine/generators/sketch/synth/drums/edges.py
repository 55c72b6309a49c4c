"""What ends every stroke: its height and its last moment."""

from __future__ import annotations

import numpy as np

from engine.generators.sketch.synth.dsp import Floats, fade_in, frames

__all__ = ["Rng", "ended", "peaked"]

Rng = np.random.Generator


def peaked(signal: Floats) -> Floats:
    """Scaled in place to a peak of 1."""
    signal /= np.float32(np.abs(signal).max() + 1e-9)
    return signal


def ended(signal: Floats) -> Floats:
    """The last hundredth of a second faded out."""
    count = min(frames(0.01), len(signal))
    signal[-count:] *= fade_in(count)[::-1]
    return signal
