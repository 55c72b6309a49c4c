"""One entry of a kit's table: how a voice is struck, its level and its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from engine.generators.sketch.synth.dsp import Floats

__all__ = ["Stroke", "stroke"]

Hit = Callable[[np.random.Generator, float], Floats]


@dataclass(frozen=True, slots=True)
class Stroke:
    hit: Hit
    db: float
    """Peak against full scale for a full stroke."""
    pan: float = 0.0


def stroke(hit: Callable[..., Floats], db: float, pan: float = 0.0, **shape: object) -> Stroke:
    """A stroke of ``hits`` with its shape filled in."""
    return Stroke(partial(hit, **shape), db, pan)
