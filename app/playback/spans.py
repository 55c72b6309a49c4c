"""Which part of the stream is which part of the take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Span", "frame_at"]


@dataclass(frozen=True, slots=True)
class Span:
    """From frame ``start`` of the stream on, the take is heard from its frame ``frame`` on."""

    start: int
    frame: int
    moving: bool = True
    """False: silence, in which the take stands at ``frame``."""

    def at(self, heard: int) -> int:
        return self.frame + (heard - self.start if self.moving else 0)


def frame_at(spans: Sequence[Span], heard: int) -> int:
    """The take's frame that is heard at frame ``heard`` of the stream."""
    for span in reversed(spans):
        if span.start <= heard:
            return span.at(heard)
    return spans[0].frame
