"""A run under way in the host, and what is kept of it while it grows."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.audio.atomic import part_of
from engine.generators.base import Generator, Growing
from engine.host.protocol import Run

__all__ = ["GrowingTake", "by_generator", "forget"]


@dataclass(slots=True, eq=False)
class GrowingTake:
    run: Run
    generator: Generator
    growing: Growing
    began: float = field(default_factory=time.monotonic)
    previewed: float = field(default_factory=time.monotonic)
    heard: int = 0
    """Frames of sound in its last preview."""
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
        return self.growing.steps_done >= self.growing.steps_total


def by_generator(takes: Iterable[GrowingTake]) -> list[tuple[Generator, list[GrowingTake]]]:
    """Those that still have steps to do, each generator's together."""
    found: dict[int, tuple[Generator, list[GrowingTake]]] = {}
    for take in takes:
        if not take.is_done:
            found.setdefault(id(take.generator), (take.generator, []))[1].append(take)
    return list(found.values())


def forget(run: Run) -> None:
    """Nobody goes on from here: remove what was kept, and what a killed host left half-written."""
    for path in (run.preview, run.checkpoint):
        path.unlink(missing_ok=True)
        part_of(path).unlink(missing_ok=True)
