"""How far a download is and how fast it goes: told ten times a second, and at the end."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Meter", "Phase", "Progress"]

TELL_EVERY = 0.1
"""Seconds."""
SPEED_OVER = 5.0
"""Seconds over which the speed is measured."""


class Phase(StrEnum):
    ASKING = "asking"
    """The hub is asked what there is."""
    CHECKING = "checking"
    """What is here is read and compared."""
    DOWNLOADING = "downloading"
    WAITING = "waiting"
    """The connection broke; it is tried again soon."""


@dataclass(frozen=True, slots=True)
class Progress:
    phase: Phase = Phase.ASKING
    done: int = 0
    """Bytes that are here, of ``total``."""
    total: int = 0
    speed: float | None = None
    """Bytes a second, measured; None until there is a figure."""

    @property
    def seconds_left(self) -> float | None:
        """At the measured speed; None until there is one."""
        return (self.total - self.done) / self.speed if self.speed else None


class Meter:
    """Counts bytes, and calls ``tell`` with what has changed while ``telling`` is open.

    >>> async with meter.telling():
    ...     meter.arrived(len(chunk))
    """

    def __init__(
        self, tell: Callable[[Progress], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._tell = tell
        self._clock = clock
        self.phase = Phase.ASKING
        self.total = 0
        """Bytes of all files together."""
        self._done = self._arrived = 0
        self._samples: deque[tuple[float, int]] = deque()
        self._told: Progress | None = None

    def found(self, count: int) -> None:
        """So many bytes are here already, or (less than 0) were found to be wrong."""
        self._done += count

    def arrived(self, count: int) -> None:
        """So many bytes came over the network."""
        self._done += count
        self._arrived += count

    @asynccontextmanager
    async def telling(self) -> AsyncIterator[None]:
        ticker = asyncio.create_task(self._tick())
        try:
            yield
        finally:
            ticker.cancel()
            self.tell()

    def tell(self) -> None:
        """Tell the state of things, unless it is what was told last."""
        progress = Progress(self.phase, self._done, self.total, self._speed())
        if progress != self._told:
            self._told = progress
            self._tell(progress)

    async def _tick(self) -> None:
        while True:
            self.tell()
            await asyncio.sleep(TELL_EVERY)

    def _speed(self) -> float | None:
        now = self._clock()
        self._samples.append((now, self._arrived))
        while self._samples[0][0] < now - SPEED_OVER:
            self._samples.popleft()
        began, before = self._samples[0]
        if now - began < SPEED_OVER / 10 or self._arrived == before:
            return None
        return (self._arrived - before) / (now - began)
