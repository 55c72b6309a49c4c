"""Blocks of samples, and how loud one is. Only the playback thread needs numpy for them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.playback.meter import Level

__all__ = ["Frames", "measure"]

Frames = NDArray[np.float32]
"""Shape (frames, 2), full scale at -1 and 1."""


def measure(block: Frames, start: int, rate: int) -> Level:
    """How loud a block is that begins at frame ``start`` of the stream; ``rate`` in Hz."""
    peak = np.abs(block).max(axis=0)
    square = np.einsum("ij,ij->j", block, block) / len(block)
    return Level(
        start,
        len(block) / rate,
        (float(peak[0]), float(peak[1])),
        (float(square[0]), float(square[1])),
    )
