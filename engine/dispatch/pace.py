"""The measured pace of this computer: seconds of music per second of work."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["Pace"]

FORGET = 0.8
"""Weight of what was measured before, at each new take."""


class Pace:
    """Music made over time in which anything ran, newer takes weighing more.

    Several takes that grow together count together: it is the pace at which the queue gets done.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._music = 0.0
        self._work = 0.0
        self._takes = 0.0
        self._since: float | None = None

    def began(self) -> None:
        """Something runs from now on."""
        if self._since is None:
            self._since = self._clock()

    def made(self, seconds: float) -> None:
        """A take of this length is done."""
        if self._since is None:
            return
        now = self._clock()
        self._music = self._music * FORGET + seconds
        self._work = self._work * FORGET + (now - self._since)
        self._takes = self._takes * FORGET + 1
        self._since = now

    def rest(self) -> None:
        """Nothing runs any more."""
        self._since = None

    @property
    def speed(self) -> float | None:
        """None until a take was made."""
        return self._music / self._work if self._work > 0 else None

    @property
    def each(self) -> float | None:
        """Seconds from one finished take to the next; None until there was one."""
        return self._work / self._takes if self._takes > 0 else None
