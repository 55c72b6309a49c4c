"""The reaper: finds what was lost with a worker. Every server and every worker has one, and they
look in turns: however many there are, it is one look every few seconds."""

from __future__ import annotations

import asyncio
import logging
import random

from engine.cluster.aside import Aside
from engine.dispatch.feed import Feed
from engine.errors import StorageError
from engine.jobs import Job, Status
from engine.store.lost import LostJobs
from engine.store.postgresql.chores import Chores
from engine.store.workers import Workers

__all__ = ["Reaper"]

log = logging.getLogger(__name__)

TURN_SHARE = 0.7
"""Of the time between two looks, for which one of anybody is enough."""


class Reaper:
    """Looks every few seconds."""

    def __init__(
        self,
        lost: LostJobs,
        workers: Workers,
        chores: Chores,
        feed: Feed,
        aside: Aside,
        *,
        seconds: float,
        mercy: float,
    ) -> None:
        """``mercy``: seconds that workers get to be heard of when the database was away, before
        anybody is looked for."""
        self._lost = lost
        self._workers = workers
        self._chores = chores
        self._feed = feed
        self._aside = aside
        self._seconds = seconds
        self._mercy = mercy

    async def run(self) -> None:
        """Until it is cancelled."""
        # Whoever begins together with the database lets others be heard of first.
        await asyncio.sleep(self._mercy)
        while True:
            # Not all at the same moment.
            await asyncio.sleep(self._seconds * random.uniform(0.8, 1.2))
            try:
                await self.reap()
            except StorageError as error:
                log.info("lost jobs are looked for later: %s", error.message)
                await asyncio.sleep(self._mercy)

    async def reap(self) -> None:
        """Once, if nobody else has just now. Raises StorageError."""
        found = await self._aside.do(self._reap)
        if found is None:
            return
        for job in found:
            if job.status is Status.PENDING:
                log.warning("%s waits again: its worker was lost", job.id)
            else:
                log.warning("%s failed: %s", job.id, job.error.message if job.error else "")
        self._feed.changed(found)

    def _reap(self) -> list[Job] | None:
        if not self._chores.mine("reaping", TURN_SHARE * self._seconds):
            return None
        found = self._lost.reap()
        if found is not None:
            self._workers.forget_lost()
        return found
