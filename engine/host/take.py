"""A run under way in the host, and what is kept of it while it grows."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from engine.audio.atomic import part_of
from engine.generators.base import Generator, Growing
from engine.host.protocol import Run

__all__ = ["GrowingTake", "forget"]


@dataclass(slots=True, eq=False)
class GrowingTake:
    run: Run
    generator: Generator
    growing: Growing
    began: float = field(default_factory=time.monotonic)
    reported: float = 0.0
    previewed: float = field(default_factory=time.monotonic)
    checkpoints: bool = True
    """Whether its generator keeps any."""
    kept: float = 0.0
    """Seconds of music that the newest checkpoint holds, which may be on its way to the disk."""
    safe: float = 0.0
    """Those of the newest one that is on disk."""

    @property
    def progress(self) -> float:
        return self.growing.steps_done / max(1, self.growing.steps_total)

    @property
    def grown(self) -> float:
        """Seconds of music so far."""
        return self.progress * self.run.request.duration

    @property
    def left(self) -> int:
        """Steps to go."""
        return max(0, self.growing.steps_total - self.growing.steps_done)

    @property
    def is_done(self) -> bool:
        return self.left == 0


def forget(run: Run) -> None:
    """Nobody goes on from here: remove what was kept, and what a killed host left half-written."""
    for path in (run.preview, run.checkpoint):
        path.unlink(missing_ok=True)
        part_of(path).unlink(missing_ok=True)
