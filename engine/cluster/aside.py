"""Verbs of a shared store, done in threads: others may hold the locks that they need.

One that queues or cancels is alone with the queue of all servers, and waits its turn for seconds
where many do so. The event loop goes on meanwhile: a server answers everybody else, and sends what
is listened to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

__all__ = ["Aside"]

T = TypeVar("T")

AT_ONCE = 4
"""Fewer than the store has connections, or the event loop would wait for one."""


class Aside:
    """Until ``close``."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, "store")

    async def do(self, verb: Callable[[], T]) -> T:
        """Who is cancelled meanwhile waits for its end all the same: it is done, or it is not, and
        nobody closes the database under it."""
        loop = asyncio.get_running_loop()
        doing = loop.run_in_executor(self._threads, copy_context().run, verb)
        try:
            return await asyncio.shield(doing)
        except asyncio.CancelledError:
            await asyncio.wait([doing])
            raise

    def close(self) -> None:
        self._threads.shutdown()
