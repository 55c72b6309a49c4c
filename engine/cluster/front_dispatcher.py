"""The verbs of a server whose jobs run elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from engine.cluster.news import Kind, News
from engine.cluster.queue import SharedQueue
from engine.dispatch.dispatcher import Dispatcher
from engine.dispatch.feed import Feed
from engine.dispatch.files import TakeFiles
from engine.errors import Conflict
from engine.jobs import Job
from engine.store.postgresql.chores import Chores

__all__ = ["FrontDispatcher"]

T = TypeVar("T")

DAY = 24 * 3600.0


class FrontDispatcher(Dispatcher):
    """Has no lanes: what it asks of a running job is written down, and its worker is told."""

    def __init__(
        self, queue: SharedQueue, files: TakeFiles, feed: Feed, news: News, chores: Chores
    ) -> None:
        super().__init__(queue.store, queue.claims(None), [], files, queue.settings, feed)
        self._aside = queue.aside
        self._attempts = queue.attempts
        self._news = news
        self._chores = chores

    async def _ask(self, verb: Callable[..., T], *about: Any) -> T:
        return await self._aside.do(partial(verb, *about))

    async def _interrupted(self) -> list[Job]:
        """None: nothing ran here, and what others run is theirs."""
        return []

    async def _empty_trash(self) -> None:
        """One for all."""
        if self._chores.mine("trash", DAY):
            await super()._empty_trash()

    async def stop_here(self, job_id: str) -> None:
        if not await self._ask(self._attempts.end_early, job_id):
            raise Conflict("This take does not grow now.")
        self._news.tell(Kind.STOP, [job_id])

    async def set_paused(self, paused: bool) -> None:
        await super().set_paused(paused)
        self._news.tell(Kind.PAUSE)
