"""The master bus: everything that happens to the mix as a whole, before its level is set."""

from __future__ import annotations

import numpy as np

from engine.generators.sketch.score import Score
from engine.generators.sketch.synth.dsp import (
    SAMPLE_RATE,
    Filter,
    Floats,
    Sections,
    frames,
    highpass,
    lowpass,
    ramps,
    soft_clip,
)
from engine.generators.sketch.synth.effects import Crusher, Tape

__all__ = ["Bus", "Glue"]


_WARMTH = 0.42
"""Drive of the output transformer: rounds the tallest strokes, leaves the rest alone."""


class Glue:
    """Bus compression: 2:1 above a soft knee, slow enough to let the strokes through."""

    _HOP = 90

    def __init__(self, amount: float) -> None:
        self._slope = -0.5 * amount
        self._threshold_db = -21.0
        step = self._HOP / SAMPLE_RATE
        self._attack = 1.0 - np.exp(-step / 0.018)
        self._release = 1.0 - np.exp(-step / 0.16)
        # The bass alone must not pump the rest.
        self._listen = Filter(highpass(110))
        self._gain_db = 0.0

    def __call__(self, block: Floats) -> Floats:
        """``block`` levelled in place."""
        ear = self._listen(np.float32(0.5) * (block[0] + block[1]))
        hops = -(-len(ear) // self._HOP)
        padded = np.zeros(hops * self._HOP, np.float32)
        padded[: len(ear)] = ear
        power = np.square(padded).reshape(hops, self._HOP).mean(axis=1)
        over = 10 * np.log10(power + 1e-12) - self._threshold_db
        # A knee of 8 dB around the threshold.
        over = np.where(over < -4, 0.0, np.where(over > 4, over, (over + 4) ** 2 / 16))
        gains = np.empty(hops + 1)
        gains[0] = now = self._gain_db
        for index, target in enumerate((self._slope * over).tolist()):
            now += (target - now) * (self._attack if target < now else self._release)
            gains[index + 1] = now
        self._gain_db = now
        block *= ramps(10 ** (gains / 20), len(ear), self._HOP)
        return block


class Bus:
    """Blocks of the mix in, in order; blocks of the finished sound out, not yet levelled."""

    def __init__(self, score: Score, tone: Sections) -> None:
        """``tone``: the equaliser, see ``Balance``."""
        mix = score.mix
        loop = frames(score.seconds) if score.loop else None
        self._shape = Filter(highpass(26), tone)
        self._side_gain = np.float32(0.65 + 0.75 * mix.width)
        self._side = Filter(highpass(130))
        self._glue = Glue(mix.glue) if mix.glue > 0.01 else None
        self._tape = Tape(mix.tape, loop) if mix.tape > 0.01 else None
        self._crusher = Crusher(mix.bitcrush) if mix.bitcrush > 0.01 else None
        # Saturation leaves a little direct current behind.
        last = [highpass(16)]
        if mix.lowpass_hz:
            last.append(lowpass(mix.lowpass_hz))
        self._last = Filter(*last)

    def __call__(self, block: Floats, start: int) -> Floats:
        """``start``: the block's first frame on the timeline; below 0 while warming up a loop."""
        block = self._shape(block)
        # Low notes stay in the middle, where two loudspeakers can share them.
        middle = block[0] + block[1]
        middle *= np.float32(0.5)
        side = self._side(block[0] - middle)
        side *= self._side_gain
        np.add(middle, side, out=block[0])
        np.subtract(middle, side, out=block[1])
        if self._glue is not None:
            block = self._glue(block)
        block = soft_clip(block, _WARMTH)
        if self._tape is not None:
            block = self._tape(block, start)
        if self._crusher is not None:
            block = self._crusher(block, start)
        return self._last(block)
