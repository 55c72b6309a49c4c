"""A hold: nothing is begun for a while, as the disk is full or the store can't be used."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from engine.jobs import Failure

__all__ = ["Hold", "nearly_full"]

LOOK_AGAIN_SECONDS = 3.0
"""Until a full disk or a locked store is looked at again."""


class Hold:
    """Ends by itself, and may begin again at once: its reason is told when it is a new one."""

    def __init__(self, tell: Callable[[Failure], None], on_over: Callable[[], None]) -> None:
        self._tell = tell
        self._on_over = on_over
        self._told = False
        self._closed = False
        self._timer: asyncio.TimerHandle | None = None

    @property
    def on(self) -> bool:
        return self._timer is not None

    def begin(self, failure: Failure) -> None:
        """Begin nothing from now on. ``failure``: why."""
        if not self._told:
            self._told = True
            self._tell(failure)
        if self._timer is None and not self._closed:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(LOOK_AGAIN_SECONDS, self._over)

    def passed(self) -> None:
        """Something could begin: what comes is another one."""
        self._told = False

    def close(self) -> None:
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()

    def _over(self) -> None:
        self._timer = None
        self._on_over()


def nearly_full(free: int) -> Failure:
    """``free``: bytes of the disk that takes go to."""
    return Failure(
        "disk_full",
        f"The disk is nearly full ({free / 2**20:,.0f} MB free): new takes wait.",
        "Free some space; the queue then goes on by itself.",
    )
