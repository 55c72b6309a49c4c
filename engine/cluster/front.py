"""The front: a server that takes jobs and serves takes, while workers elsewhere run the jobs."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from engine.cluster.queue import SharedQueue
from engine.dispatch.dispatcher import Dispatcher
from engine.dispatch.feed import Feed
from engine.dispatch.files import TakeFiles
from engine.server.settings import ServerSettings
from engine.store.database import Database

__all__ = ["Front"]


class Front:
    """Where one server does everything it is a ``LocalEngine``; here the dispatcher has no lanes.

    >>> async with Front(settings, feed, takes) as front:
    ...     await front.dispatcher.submit(orders)
    """

    dispatcher: Dispatcher
    database: Database

    def __init__(self, settings: ServerSettings, feed: Feed, files: TakeFiles) -> None:
        self._settings = settings
        self._feed = feed
        self._files = files

    @property
    def model(self) -> None:
        """None is loaded here."""
        return

    async def __aenter__(self) -> Front:
        """Raises StorageError."""
        async with AsyncExitStack() as opening:
            queue = SharedQueue.open(self._settings)
            opening.callback(queue.close)
            self.database = queue.database
            self.dispatcher = Dispatcher(
                queue.store, queue.claims(None), [], self._files, self._settings, self._feed
            )
            opening.push_async_callback(self.dispatcher.close)
            await self.dispatcher.start()
            reaping = asyncio.create_task(queue.reaper(self._feed).run(), name="reaper")
            opening.push_async_callback(_ended, reaping)
            self._open = opening.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
