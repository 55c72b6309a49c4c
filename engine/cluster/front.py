"""The front: a server that takes jobs and serves takes, while workers elsewhere run the jobs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial

from engine.cluster.aside import Aside
from engine.cluster.discarding import Discarding
from engine.cluster.front_dispatcher import FrontDispatcher
from engine.cluster.news import Kind, News
from engine.cluster.queue import SharedQueue
from engine.cluster.relay import Relay
from engine.dispatch.dispatcher import Dispatcher
from engine.dispatch.feed import Feed
from engine.dispatch.files import TakeFiles
from engine.jobs import Change, Job, Status
from engine.server.settings import ServerSettings
from engine.storage.base import Storage
from engine.store.database import Database
from engine.store.postgresql.chores import Chores
from engine.store.postgresql.tail import Tail
from engine.store.workers import Workers
from engine.tasks import Tasks

__all__ = ["Front"]

log = logging.getLogger(__name__)


class Front:
    """Where one server does everything it is a ``LocalEngine``; here the dispatcher has no lanes.

    >>> async with Front(settings, feed, takes, storage, broadcast.follows) as front:
    ...     await front.dispatcher.submit(orders)
    """

    dispatcher: Dispatcher
    database: Database
    workers: Workers
    aside: Aside
    chores: Chores

    def __init__(
        self,
        settings: ServerSettings,
        feed: Feed,
        files: TakeFiles,
        storage: Storage,
        followed: Callable[[Job], bool],
    ) -> None:
        """``feed`` is told what happens in the whole cluster; ``followed``: whether somebody here
        wants to hear of a job's progress."""
        self._settings = settings
        self._told = feed
        self._files = files
        self._discarding = Discarding(storage)
        self._followed = followed
        self.feed = Feed()
        """For what changes here: all hear of it by its row."""

    @property
    def model(self) -> None:
        """None is loaded here."""
        return

    async def all_told(self) -> None:
        """Before somebody looks at the rows, and hears the feed from there on."""
        await self._relay.all_told()

    async def __aenter__(self) -> Front:
        """Raises StorageError."""
        async with AsyncExitStack() as opening:
            queue = SharedQueue.open(self._settings)
            opening.callback(queue.close)
            self.database, self.workers, self.aside = queue.database, queue.workers, queue.aside
            self.chores = Chores(queue.database)
            news = queue.news()
            tail = Tail(queue.database)
            relay = Relay(tail, queue.store, self._told, queue.aside, self._followed)
            self._relay = relay
            relay.start()
            opening.push_async_callback(relay.close)
            news.listen(relay.heard)
            self.feed.listen(partial(_tell, news, relay), self._told.status, lambda _: None)
            self.dispatcher = FrontDispatcher(queue, self._files, self.feed, news, self.chores)
            self.feed.listen(self._discarding.changed, lambda _: None, lambda _: None)
            opening.push_async_callback(self._discarding.close)
            await opening.enter_async_context(news)
            opening.push_async_callback(self.dispatcher.close)
            await self.dispatcher.start()
            reaping = Tasks(log, "looking for lost jobs")
            reaping.begin(queue.reaper(self.feed).run())
            opening.push_async_callback(_ended, reaping)
            self._open = opening.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()


async def _ended(tasks: Tasks) -> None:
    tasks.cancel()
    await tasks.ended()


def _tell(news: News, relay: Relay, changes: Sequence[Change]) -> None:
    """The worker of a job that was cancelled lets go of it; all others look at the rows."""
    relay.look()
    news.tell(Kind.JOBS)
    jobs = [change.job for change in changes]
    if cancelled := [job.id for job in jobs if job.status is Status.CANCELLED]:
        news.tell(Kind.CANCEL, cancelled)
