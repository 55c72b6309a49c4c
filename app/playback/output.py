"""Where samples go: the port that every output fills, and the silent one that is always there."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from app.playback.frames import Frames

__all__ = ["BLOCK", "CHANNELS", "Output", "OutputDevice", "OutputLost", "Outputs", "SilentOutput"]

CHANNELS = 2
BLOCK = 512
"""Frames written at once: 12 ms at 44.1 kHz, the longest a command waits while music plays."""


class OutputLost(Exception):
    """The device could not be opened, or went away in the middle."""


@dataclass(frozen=True, slots=True)
class OutputDevice:
    """A device to choose; ``id`` names it across starts and unplugging."""

    id: str
    label: str
    default: bool = False


class Output(Protocol):
    """A sink with a clock. One thread uses it."""

    name: str
    silent: bool
    """True when nothing can be heard through it."""

    def open(self, rate: int) -> int:
        """Get ready for frames at ``rate`` Hz; the answer is the rate that it runs at.

        Raises OutputLost.
        """
        ...

    def write(self, block: Frames) -> None:
        """Take a block, waiting for room; starts the clock if it stands. Raises OutputLost."""
        ...

    def pending(self) -> int:
        """Frames that were written and are not heard yet."""
        ...

    def drop(self) -> None:
        """Fall silent at once: what is pending is thrown away and the clock stands."""
        ...

    def close(self) -> None:
        """Give the device back."""
        ...


class Outputs(Protocol):
    """Finds devices. May be slow; called on the playback thread only."""

    def devices(self, *, rescan: bool) -> list[OutputDevice]:
        """What there is; ``rescan`` looks anew, which only works while none is open."""
        ...

    def make(self, device_id: str | None) -> Output:
        """An output, not opened yet; None: the system's own choice. Raises OutputLost."""
        ...


class SilentOutput:
    """Plays nothing in real time, so that the window lives on without a sound device."""

    name = ""
    silent = True
    depth = 0.1
    """Seconds that it takes in advance, as a device's buffer would."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._woken = threading.Event()
        self._rate = 44_100
        self._started: float | None = None
        self._written = 0

    def open(self, rate: int) -> int:
        self._rate = rate
        self.drop()
        return rate

    def write(self, block: Frames) -> None:
        if self._started is None:
            self._started = self._clock()
        self._written += len(block)
        excess = self.pending() / self._rate - self.depth
        if excess > 0:
            self._woken.wait(excess)

    def pending(self) -> int:
        if self._started is None:
            return 0
        heard = int((self._clock() - self._started) * self._rate)
        return max(0, self._written - heard)

    def drop(self) -> None:
        self._started = None
        self._written = 0

    def close(self) -> None:
        self._woken.set()
