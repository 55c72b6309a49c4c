"""The windows of a long piece: the model hears 30 s at once, so longer ones grow by overlap.

As in audiocraft: each window begins a stride after the one before, with the tokens that both
share as its prompt. With a window of 30 s and a stride of 18, a piece of 60 s grows in three:

    0          18          36    48  60
    |--------window 1------|
               |==prompt===|--new--|
                           |=prompt=|--new--|
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["STRIDE", "Window", "plan_windows"]

STRIDE = 0.6
"""Of a window: how far the next one begins after it; audiocraft's 18 s of 30."""


@dataclass(frozen=True, slots=True)
class Window:
    """Frames of tokens from ``start`` up to ``end``; the first ``known`` of them are the prompt."""

    start: int
    end: int
    known: int

    def steps(self, delay: int) -> int:
        """Steps that the model takes in it, with the longest ``delay`` of its codebooks."""
        return self.end - self.start - self.known + delay


def plan_windows(frames: int, longest: int, prompt: int = 0) -> list[Window]:
    """The windows of a piece of so many frames, of which the first ``prompt`` are there already.

    ``longest`` is what the model hears at once, in frames; the prompt must be shorter.
    """
    if not prompt < min(frames, longest):
        raise ValueError(f"a prompt of {prompt} frames for {frames}, at most {longest} at once")
    stride = round(longest * STRIDE)
    windows = [Window(0, min(frames, longest), prompt)]
    while windows[-1].end < frames:
        last = windows[-1]
        start = last.start + stride
        windows.append(Window(start, min(frames, start + longest), last.end - start))
    return windows
