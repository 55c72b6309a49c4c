"""Effects that go on from block to block: delay lines, chorus, drive, ducking, tape, bit crush."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.generators.sketch.synth.dsp import (
    CONTROL,
    SAMPLE_RATE,
    Filter,
    Floats,
    frames,
    highpass,
    lowpass,
    ramps,
    single,
    soft_clip,
)

__all__ = ["Chorus", "Crusher", "Duck", "Echo", "Lfo", "Tape", "Wobble", "drive"]


class Lfo:
    """A slow sine of absolute time; in a loop it is bent to turn a whole number of times."""

    def __init__(self, hertz: float, loop: int | None, phase: float = 0.0) -> None:
        turns = hertz / SAMPLE_RATE
        self._turns = turns if loop is None else max(1, round(turns * loop)) / loop
        self._phase = phase

    def at(self, start: int, count: int) -> Floats:
        """Values -1 to 1 of ``count`` frames from frame ``start``."""
        nodes = start + np.arange(0, count + CONTROL, CONTROL)
        return ramps(np.sin(2 * np.pi * (nodes * self._turns % 1.0 + self._phase)), count)


class Wobble:
    """Reads a signal late by a moving delay, with linear interpolation."""

    def __init__(self, longest: int) -> None:
        self._past = np.zeros((2, longest + 2), np.float32)

    def __call__(self, block: Floats, delay: Sequence[Floats]) -> Floats:
        """``delay``: frames, one curve for each channel, at most ``longest``."""
        line = np.concatenate((self._past, block), axis=1)
        kept = self._past.shape[1]
        base = np.arange(kept, kept + block.shape[1])
        out = np.empty_like(block)
        for channel, late in enumerate(delay):
            if channel == 0 or late is not delay[channel - 1]:
                index = base - late.astype(np.intp)
                part = late - np.trunc(late)
                before = index - 1
            near = line[channel].take(index, out=out[channel], mode="clip")
            far = line[channel].take(before)
            far -= near
            far *= part
            near += far
        self._past = line[:, -kept:].copy()
        return out


class Chorus:
    """Two slowly moving copies, left and right apart."""

    def __init__(self, amount: float, loop: int | None) -> None:
        self._wet = np.float32(0.7 * amount)
        self._dry = np.float32(1.0 - 0.25 * amount)
        self._line = Wobble(frames(0.03))
        self._slow = (Lfo(0.63, loop), Lfo(0.63, loop, 0.37))

    def __call__(self, block: Floats, start: int) -> Floats:
        middle, depth = np.float32(frames(0.011)), np.float32(frames(0.0032))
        delay = [middle + depth * lfo.at(start, block.shape[1]) for lfo in self._slow]
        out = self._line(block, delay)
        out *= self._wet
        out += self._dry * block
        return out


class Echo:
    """Tempo delay that answers from side to side, darker at each turn."""

    def __init__(self, seconds: float, feedback: float) -> None:
        self._line = np.zeros((2, max(frames(seconds), 64)), np.float32)
        self._feedback = np.float32(min(feedback, 0.85))
        self._tone = Filter(highpass(180), lowpass(4200))

    def __call__(self, block: Floats) -> Floats:
        """Only the echoes of the block, not the block itself."""
        out = np.empty_like(block)
        size = self._line.shape[1]
        for a in range(0, block.shape[1], size):
            fresh = block[:, a : a + size]
            count = fresh.shape[1]
            echo = self._tone(self._line[:, :count])
            out[:, a : a + count] = echo
            turned = echo[::-1] * self._feedback
            # The first answer comes from the left, whatever side it was played on.
            turned[0] += fresh.mean(axis=0)
            self._line = np.concatenate((self._line[:, count:], turned), axis=1)
        return out


class Duck:
    """The kick pushes others down: a gain curve from the times of its strokes."""

    _HOP = 64

    def __init__(self, strokes: NDArray[np.int64], release: float, loop: int | None) -> None:
        """``strokes``: frames, sorted; ``release``: seconds until the level is back."""
        self._strokes = strokes
        if loop is not None and len(strokes):
            self._strokes = np.concatenate((strokes - loop, strokes, strokes + loop))
        self._release = frames(release)
        self._latest: tuple[tuple[int, int], Floats] | None = None

    def at(self, start: int, count: int) -> Floats:
        """How far down, 0 to 1, for ``count`` frames from frame ``start``."""
        # Every part that ducks asks for the same stretch.
        if self._latest is None or self._latest[0] != (start, count):
            self._latest = (start, count), ramps(self._nodes(start, count), count, self._HOP)
        return self._latest[1]

    def _nodes(self, start: int, count: int) -> NDArray[np.float64]:
        nodes = start + np.arange(0, count + self._HOP, self._HOP)
        if not len(self._strokes):
            return np.zeros(len(nodes))
        last = np.searchsorted(self._strokes, nodes, side="right") - 1
        since = nodes - self._strokes[np.maximum(last, 0)]
        back = np.clip(since / self._release, 0.0, 1.0)
        down = np.where(last >= 0, 0.5 + 0.5 * np.cos(np.pi * back**0.8), 0.0)
        # A short dip ahead of the stroke, so that the gain never jumps.
        following = np.minimum(last + 1, len(self._strokes) - 1)
        until = self._strokes[following] - nodes
        near = np.where(until > 0, np.clip(1.0 - until / frames(0.012), 0.0, 1.0), 0.0)
        return np.maximum(down, near)


def drive(signal: Floats, amount: float) -> Floats:
    """Tube-like saturation, a little lopsided; louder parts grow richer, not louder."""
    push = 1.0 + 14.0 * amount**1.5
    bias = np.float32(0.12 * amount)
    out = signal * np.float32(2.2 * push)
    out += bias * np.float32(push)
    np.tanh(out, out=out)
    out -= np.tanh(bias * np.float32(push))
    out *= np.float32(push**-0.45 / 2.2)
    return out


class Tape:
    """Wow, flutter and saturation."""

    def __init__(self, amount: float, loop: int | None) -> None:
        self._amount = amount
        self._line = Wobble(frames(0.012))
        self._wow = (Lfo(0.55, loop), Lfo(1.13, loop, 0.2))
        self._flutter = (Lfo(6.3, loop, 0.5), Lfo(9.7, loop, 0.1))
        self._tone = Filter(lowpass(19_000 - 11_500 * amount**0.7), highpass(18 + 30 * amount))

    def __call__(self, block: Floats, start: int) -> Floats:
        count = block.shape[1]
        wow = sum(lfo.at(start, count) for lfo in self._wow)
        flutter = sum(lfo.at(start, count) for lfo in self._flutter)
        # 0.55 Hz by 50 frames is about 7 cents of wow at full amount.
        late = single(frames(0.005) + self._amount * (52.0 * wow + 1.6 * flutter))
        out = self._line(block, (late, late))
        out = soft_clip(out, 0.4 + 1.4 * self._amount)
        return self._tone(out)


class Crusher:
    """Fewer bits and a lower sample rate, as old samplers had."""

    def __init__(self, amount: float) -> None:
        self._wet = np.float32(min(1.0, 0.35 + amount))
        self._levels = np.float32(2.0 ** (13.0 - 7.0 * amount))
        self._hold = 1 + round(4 * amount)
        self._tone = Filter(lowpass(0.46 * SAMPLE_RATE / self._hold))

    def __call__(self, block: Floats, start: int) -> Floats:
        # Held from the same frames on, wherever a block begins.
        index = np.arange(start, start + block.shape[1])
        index = np.maximum(index - index % self._hold - start, 0)
        held = np.rint(block[:, index] * self._levels) / self._levels
        smooth = self._tone(held.astype(np.float32))
        return block + (smooth - block) * self._wet
