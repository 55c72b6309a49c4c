"""One entry of a kit's table: how a voice is struck, its pitch, its level and its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from engine.generators.sketch.synth.drums import hits, skins
from engine.generators.sketch.synth.dsp import Floats

__all__ = ["Stroke", "stroke"]

_MIDDLE_C = 261.63
_FIFTH = 7


@dataclass(frozen=True, slots=True)
class Stroke:
    hit: Callable[..., Floats]
    db: float
    """Peak against full scale for a full stroke."""
    pan: float = 0.0
    shape: Mapping[str, object] = field(default_factory=dict)
    """What ``hit`` takes besides velocity."""

    def strike(self, rng: np.random.Generator, velocity: float, tonic: int | None) -> Floats:
        """(frames,): ``tonic`` is the pitch class the drum is tuned to; None: as it came."""
        return self.hit(rng, velocity, **(self.shape if tonic is None else self._tuned(tonic)))

    def _tuned(self, tonic: int) -> dict[str, object]:
        """As a drummer tunes before a recording: the kick to the tonic, whatever else has a
        pitch to the tonic or its fifth, whichever is nearer."""
        shape = dict(self.shape)
        if self.hit is skins.kick:
            # Rather up than down, where small loudspeakers give nothing.
            shape["hertz"] = _nearest(_hertz(shape) * 1.1, (tonic,))
        elif self.hit in (skins.skin, skins.snare):
            shape["hertz"] = _nearest(_hertz(shape), (tonic, tonic + _FIFTH))
        elif self.hit is hits.bars:
            partials = np.array(shape["partials"], np.float64)
            lowest = float(partials[0, 0])
            partials[:, 0] *= _nearest(lowest, (tonic, tonic + _FIFTH)) / lowest
            shape["partials"] = partials
        return shape


def stroke(hit: Callable[..., Floats], db: float, pan: float = 0.0, **shape: object) -> Stroke:
    """A stroke of ``hits`` with its shape filled in."""
    return Stroke(hit, db, pan, shape)


def _hertz(shape: Mapping[str, object]) -> float:
    return float(str(shape["hertz"]))


def _nearest(hertz: float, pitch_classes: tuple[int, ...]) -> float:
    """The frequency of one of the pitch classes, in any octave, that lies nearest."""
    steps = 12 * np.log2(hertz / _MIDDLE_C)
    away = min(((pc - steps + 6) % 12 - 6 for pc in pitch_classes), key=abs)
    return float(hertz * 2 ** (away / 12))
