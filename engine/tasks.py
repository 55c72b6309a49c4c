"""Tasks beside the work: held until they end, and heard of when they break."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from logging import Logger
from typing import Any

__all__ = ["Tasks"]


class Tasks:
    """Those that are under way.

    >>> tidying = Tasks(log, "tidying up")
    >>> tidying.begin(remove(key))
    >>> await tidying.ended()
    """

    def __init__(
        self, log: Logger, what: str, on_broken: Callable[[BaseException], None] = lambda _: None
    ) -> None:
        """``log`` is told of what breaks, as ``what``, and then ``on_broken``."""
        self._log = log
        self._what = what
        self._on_broken = on_broken
        self._under_way: set[asyncio.Task[Any]] = set()

    def begin(self, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(work, name=self._what)
        self._under_way.add(task)
        task.add_done_callback(self._over)

    def cancel(self) -> None:
        for task in self._under_way:
            task.cancel()

    async def ended(self, within: float | None = None) -> None:
        """Wait for all that have begun, however they end; so many seconds, at most."""
        if within is None:
            await asyncio.gather(*self._under_way, return_exceptions=True)
        elif self._under_way:
            await asyncio.wait(self._under_way, timeout=within)

    def _over(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._log.error("%s broke", self._what, exc_info=error)
            self._on_broken(error)
