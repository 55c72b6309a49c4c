"""The intake: takes permits from procrastinate for as long as this worker begins anything.

Its worker ends, as if all were well, when PostgreSQL goes away. So it is started anew until it is
told to end; runs go on meanwhile, and end by their claims' tokens.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

import procrastinate
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker
from psycopg_pool import PoolTimeout

from engine.cluster.desk import Desk
from engine.cluster.permits import RUN, queue_of

__all__ = ["Intake"]

log = logging.getLogger(__name__)

CONNECTIONS = 3
"""At most, beside the one that listens."""
CONNECT_SECONDS = 5.0
AGAIN_SECONDS = 1.0
"""Until a database that is away is tried again."""


class Intake:
    """Runs until it is closed."""

    def __init__(
        self,
        connect_to: Mapping[str, Any],
        desk: Desk,
        give_back: Callable[[str], Awaitable[None]],
        *,
        name: str,
        slots: int,
        models: Collection[str],
        renewal_seconds: float,
        silent_seconds: float,
        poll_seconds: float,
        listens: bool,
    ) -> None:
        """``connect_to``: psycopg's parameters; ``give_back`` hears of each job whose permit could
        not be used here; ``slots``: permits at a time; ``models``: for these only. A sign of life
        every ``renewal_seconds``; who is silent for ``silent_seconds`` is lost. New permits are
        looked for every ``poll_seconds``, and at once if it ``listens``."""
        self._connect_to = dict(connect_to)
        self._desk = desk
        self._give_back = give_back
        self._queues = [queue_of(model) for model in models]
        self._options: dict[str, Any] = {
            "name": name,
            "concurrency": slots,
            "queues": self._queues,
            "fetch_job_polling_interval": poll_seconds,
            "listen_notify": listens,
            "update_heartbeat_interval": renewal_seconds,
            "stalled_worker_timeout": silent_seconds,
            "install_signal_handlers": False,
            "delete_jobs": "always",  # the jobs' own rows are the history
            "shutdown_graceful_timeout": 0,  # runs go on without their permits
        }
        self._worker: Worker | None = None
        self._open = True

    async def run(self) -> None:
        while self._open:
            try:
                await self._life()
            except (ConnectorException, PoolTimeout, OSError) as error:
                log.info("no permits can be taken: %s", error.__cause__ or error)
            if self._open:
                # Not all workers at the same moment.
                await asyncio.sleep(AGAIN_SECONDS * random.uniform(0.5, 1.5))

    def take_only(self, models: Collection[str]) -> None:
        """From now on permits for these models. procrastinate's worker reads the very list each
        time that it looks, so runs keep their permits; it listens for what it began with."""
        self._queues[:] = [queue_of(model) for model in models]

    def close(self) -> None:
        """Take nothing more."""
        self._open = False
        if self._worker is not None:
            self._worker.stop()

    async def _life(self) -> None:
        """One, of procrastinate's worker."""
        pool: dict[str, Any] = {"min_size": 1, "max_size": CONNECTIONS, "timeout": CONNECT_SECONDS}
        # Prepared statements would not outlive a transaction behind a pooler.
        connect_to = self._connect_to | {"prepare_threshold": None}
        connector = procrastinate.PsycopgConnector(kwargs=connect_to, **pool)
        app = procrastinate.App(connector=connector)
        app.task(name=RUN)(self._hold)
        async with app.open_async():
            self._worker = Worker(app, **self._options)
            try:
                if self._open:
                    await self._worker.run()
            finally:
                self._worker = None

    async def _hold(self, job: str, *, alone: bool) -> None:
        # procrastinate's own task of this permit, which fails unheard if PostgreSQL is away when
        # the permit is used up. The reaper puts such ones away.
        if (task := asyncio.current_task()) is not None:
            task.add_done_callback(_hear)
        if not await self._desk.hold(job, alone=alone):
            await self._give_back(job)


def _hear(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.info("a permit could not be put away: %s", error.__cause__ or error)
