"""Mastering: -14 LUFS under a true-peak ceiling, whatever comes in.

The audio is measured once, hop by hop (30 frames): K-weighted power and true peak. From these two
short curves alone the gain is solved, limiter included, so finding it costs no more passes over
the audio; then it is applied in place, block by block.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from engine.audio.loudness import KWeighting, TruePeak, gated_loudness
from engine.generators.sketch.synth.dsp import SAMPLE_RATE, Floats

__all__ = ["CEILING_DB", "HOP", "TARGET_LUFS", "Mastering"]

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

_Curve = NDArray[np.float64]


class Mastering:
    """Measure every block in order, ``solve``, then ``apply`` to every block."""

    def __init__(self, count: int, loop: bool) -> None:
        """``count``: frames of the piece."""
        self._hops = -(-count // HOP)
        self._loop = loop
        self._peaks = np.zeros(self._hops, np.float32)
        self._power = np.zeros(self._hops, np.float32)
        self._weighting = KWeighting(SAMPLE_RATE, 2)
        self._meter = TruePeak(HOP)
        self._gain = np.zeros(self._hops + 1, np.float32)

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
        square = np.square(self._weighting(inner)).sum(axis=0)
        self._power[at] = square.reshape(hops, HOP).sum(axis=1) / HOP

    def solve(self) -> None:
        """Find the gain that brings the limited piece to the target."""
        if float(self._peaks.max(initial=0.0)) < _SILENCE:
            return
        wanted, low, high = TARGET_LUFS, -60.0, 140.0
        gain = wanted - self._loudness(np.ones(self._hops))
        if not np.isfinite(gain):
            # Too quiet for the gate: start from its peak.
            gain = -20 * float(np.log10(self._peaks.max()))
        for _ in range(24):
            error = wanted - self._loudness(self._curve(gain))
            if abs(error) < 0.01:
                break
            low, high = (gain, high) if error > 0 else (low, gain)
            # A limiter swallows part of each step; take more, but stay inside the bracket.
            step = gain + 1.5 * error
            gain = step if low < step < high else 0.5 * (low + high)
        curve = self._curve(gain)
        # A line through the hops' edges that is nowhere above either neighbour.
        edges = np.minimum(np.append(curve, curve[-1]), np.insert(curve, 0, curve[0]))
        if self._loop:
            edges[0] = edges[-1] = min(curve[0], curve[-1])
        self._gain = edges.astype(np.float32)

    def apply(self, block: Floats, start: int) -> None:
        """Scale the piece's frames from ``start`` (a whole hop) on, (frames, 2), in place."""
        first = start // HOP
        hops = -(-len(block) // HOP)
        nodes = np.arange(hops + 1) * HOP
        line = np.interp(np.arange(len(block)) + 0.5, nodes, self._gain[first : first + hops + 1])
        block *= line.astype(np.float32)[:, None]

    def _curve(self, gain_db: float) -> _Curve:
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
        for speed, share in _RELEASES:
            slope = speed * HOP / SAMPLE_RATE
            # g[i] = min over j <= i of spare[j] + slope (i - j), as one running minimum.
            line = np.minimum.accumulate(lap - slope * axis) + slope * axis
            total += share * np.minimum(line, 0.0)[-count:]
        # Look ahead: be down in time, then get there along a ramp.
        wide = np.pad(total, (_AHEAD - 1, _AHEAD), mode="wrap" if self._loop else "edge")
        held = sliding_window_view(wide, _AHEAD + 1).min(axis=1)
        smooth: _Curve = sliding_window_view(held, _AHEAD).mean(axis=1)
        return smooth

    def _loudness(self, curve: _Curve) -> float:
        """LUFS of the piece under a gain curve."""
        power = self._power * np.square(curve)
        whole = len(power) // _STEP * _STEP
        if not whole:
            return gated_loudness(np.array([power.mean()]))
        return gated_loudness(power[:whole].reshape(-1, _STEP).mean(axis=1))
