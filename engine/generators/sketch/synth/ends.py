"""The ends of a piece: faded in and out, or joined into a ring."""

from __future__ import annotations

from engine.generators.sketch.score import Score
from engine.generators.sketch.synth.dsp import Floats, fade_in, frames

__all__ = ["fade", "fold"]


def fold(mixed: Floats, count: int) -> Floats:
    """A loop of ``count`` frames, (frames, 2): what rings on after the end is heard at the start
    of the next round. Its tail's frames are given back to nobody: a view of ``mixed``."""
    for start in range(count, len(mixed), count):
        tail = mixed[start : start + count]
        mixed[: len(tail)] += tail
    return mixed[:count]


def fade(block: Floats, start: int, count: int, score: Score) -> None:
    """A breath of fade at the start of a piece of ``count`` frames, and the written or a short one
    at its end: what of them falls into a block (frames, 2) from frame ``start`` on, in place."""
    opening = frames(0.002)
    if start < opening:
        block[:opening] *= fade_in(opening)[: len(block), None]
    length = min(count, frames(max(score.fade_out, min(0.35, 0.04 * score.seconds))))
    first = max(start, count - length)
    end = start + len(block)
    if first < end:
        curve = fade_in(length)[::-1]
        offset = count - length
        block[first - start :] *= curve[first - offset : end - offset, None]
