"""Mastering: -14 LUFS under a true-peak ceiling, whatever comes in.

The audio is measured once, hop by hop (30 frames): K-weighted power and true peak. From these two
short curves alone the gain is solved, limiter included, so finding it costs no more passes over
the audio; then it is applied in place, block by block.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.audio.loudness import TruePeak, gated_loudness, k_weighting
from engine.generators.sketch.synth.dsp import SAMPLE_RATE, Filter, Floats, ramps

__all__ = ["CEILING_DB", "HOP", "TARGET_LUFS", "TRIES", "Mastering"]

TARGET_LUFS = -14.0
CEILING_DB = -1.2
HOP = 30
"""Frames; 0.7 ms. The loudness step of 0.1 s is 147 of them."""
_STEP = SAMPLE_RATE // 10 // HOP
_AHEAD = 4
"""Hops by which the limiter sees a peak coming: 2.7 ms."""
_RELEASES = ((220.0, 0.6), (28.0, 0.4))
"""Decibels per second of recovery, and the share of each: a quick one and a slow one."""
_SILENCE = 1e-7
TRIES = 16
"""Calls of ``Mastering.tune``."""

_Curve = NDArray[np.float64]


class Mastering:
    """Measure every block in order, ``tune`` TRIES times, then ``apply`` to every block."""

    def __init__(self, count: int, loop: bool) -> None:
        """``count``: frames of the piece."""
        self._hops = -(-count // HOP)
        self._loop = loop
        self._peaks = np.zeros(self._hops, np.float32)
        self._power = np.zeros(self._hops, np.float32)
        self._weighting = Filter(k_weighting(SAMPLE_RATE))
        self._meter = TruePeak(HOP)
        self._curve = np.zeros(self._hops)
        self._gain_db: float | None = None
        self._low, self._high = -60.0, 140.0
        self._push = 1.0
        self._tuned = False

    def measure(self, block: Floats, start: int) -> None:
        """``block``: (2, EDGE + frames + EDGE) of the piece from frame ``start``, a whole hop."""
        edge = TruePeak.EDGE
        count = block.shape[1] - 2 * edge
        hops = -(-count // HOP)
        padded = np.zeros((2, hops * HOP + 2 * edge), np.float32)
        padded[:, : block.shape[1]] = block
        at = slice(start // HOP, start // HOP + hops)
        self._peaks[at] = self._meter(padded)
        inner = padded[:, edge : edge + hops * HOP]
        square = np.square(self._weighting(inner))
        square[0] += square[1]
        self._power[at] = square[0].reshape(hops, HOP).mean(axis=1)

    def tune(self) -> None:
        """One step towards the gain that brings the limited piece to the target.

        Called TRIES times, which is enough for anything; once it is there, nothing is done.
        """
        if self._tuned or float(self._peaks.max(initial=0.0)) < _SILENCE:
            return
        if self._gain_db is None:
            loudness = self._loudness(np.ones(self._hops))
            # What is too quiet for the loudness gate starts from its peak.
            loudest = 20 * float(np.log10(self._peaks.max()))
            self._gain_db = -loudest if np.isinf(loudness) else TARGET_LUFS - loudness
        self._curve = self._limited(self._gain_db)
        error = TARGET_LUFS - self._loudness(self._curve)
        if abs(error) < 0.01:
            self._tuned = True
        elif error > 0:
            self._low = self._gain_db
            # The limiter swallows part of each step up, and more of the next.
            self._push *= 1.7
        else:
            self._high = self._gain_db
            self._push = 1.0
        step = self._gain_db + self._push * error
        inside = self._low < step < self._high
        self._gain_db = step if inside else 0.5 * (self._low + self._high)

    def apply(self, block: Floats, start: int) -> None:
        """Scale the piece's frames from ``start`` (a whole hop) on, (frames, 2), in place."""
        first = start // HOP
        hops = -(-len(block) // HOP)
        line = ramps(self._edges(first, first + hops), len(block), HOP)
        block *= line[:, None]

    def _edges(self, first: int, last: int) -> _Curve:
        """Gain at the edges of these hops, nowhere above that of either neighbour."""
        index = np.arange(first - 1, last + 1)
        if self._loop:
            index %= self._hops
        around = self._curve[np.clip(index, 0, self._hops - 1)]
        return np.minimum(around[:-1], around[1:])

    def _limited(self, gain_db: float) -> _Curve:
        """Linear gain of each hop: the make-up gain and what the limiter takes off it."""
        level = 20 * np.log10(np.maximum(self._peaks, 1e-12)) + gain_db
        spare = np.minimum(0.0, CEILING_DB - level)
        return 10 ** ((self._recovered(spare) + gain_db) / 20)

    def _recovered(self, spare: _Curve) -> _Curve:
        """From the most gain allowed at each hop (dB) to a curve with attack and release."""
        count = len(spare)
        # A loop goes round once before it counts, so that its start knows of its end.
        lap = np.tile(spare, 2 if self._loop else 1)
        axis = np.arange(len(lap))
        total = np.zeros(count)
        # Pressed very hard, as a lone stroke must be, it lets go sooner.
        haste = 1.0 + max(0.0, -float(spare.min(initial=0.0)) - 12.0) / 10.0
        for speed, share in _RELEASES:
            slope = haste * speed * HOP / SAMPLE_RATE
            # g[i] = min over j <= i of spare[j] + slope (i - j), as one running minimum.
            line = np.minimum.accumulate(lap - slope * axis) + slope * axis
            total += share * np.minimum(line, 0.0)[-count:]
        # Look ahead: be down in time, then get there along a ramp.
        wide = np.pad(total, (_AHEAD - 1, _AHEAD), mode="wrap" if self._loop else "edge")
        held = wide[: len(wide) - _AHEAD].copy()
        for ahead in range(1, _AHEAD + 1):
            np.minimum(held, wide[ahead : ahead + len(held)], out=held)
        smooth = held[:count].copy()
        for ahead in range(1, _AHEAD):
            smooth += held[ahead : ahead + count]
        smooth /= _AHEAD
        return smooth

    def _loudness(self, curve: _Curve) -> float:
        """LUFS of the piece under a gain curve."""
        power = self._power * np.square(curve)
        whole = len(power) // _STEP * _STEP
        if not whole:
            return gated_loudness(np.array([power.mean()]))
        return gated_loudness(power[:whole].reshape(-1, _STEP).mean(axis=1))
