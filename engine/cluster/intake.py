"""The intake: takes permits for as long as this worker begins anything, as many as it has room for.

By procrastinate's own statements, but not by its worker. That one has slots of its own, which it
thinks free when it begins anew after PostgreSQL was away, though runs go on meanwhile; it listens
for the models that it began with; and each permit wakes all of its kind. Here the desk says how
much room there is, and who issues a permit calls one worker that has some (``permits``).
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from contextlib import suppress
from typing import Any, TypeVar

import procrastinate
from procrastinate.exceptions import ProcrastinateException
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from psycopg_pool import PoolTimeout

from engine.cluster.desk import Desk
from engine.cluster.news import Kind, Note
from engine.cluster.permits import queue_of
from engine.store.postgresql.connection import ANSWER_SECONDS
from engine.tasks import Tasks

__all__ = ["Intake"]

T = TypeVar("T")

log = logging.getLogger(__name__)

CONNECTIONS = 2
"""At most."""
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
        pass_on: Callable[[], Coroutine[Any, Any, None]],
        *,
        name: str,
        slots: int,
        models: Collection[str],
        renewal_seconds: float,
        silent_seconds: float,
        poll_seconds: float,
    ) -> None:
        """``connect_to``: psycopg's parameters; ``give_back`` hears of each job whose permit could
        not be used here, ``pass_on`` is called when this worker (``name``) was called and has no
        room; ``slots``: permits at a time; ``models``: for these only. A sign of life every
        ``renewal_seconds``; who is silent for ``silent_seconds`` is lost. Permits are looked for
        when this worker is called, when it has room again, and every ``poll_seconds``."""
        self._connect_to = dict(connect_to)
        self._desk = desk
        self._give_back = give_back
        self._pass_on = pass_on
        self._name = name
        self._slots = slots
        self._queues = [queue_of(model) for model in models]
        self._renewal_seconds = renewal_seconds
        self._silent_seconds = silent_seconds
        self._poll_seconds = poll_seconds
        self._manager: JobManager | None = None
        """While the database is there."""
        self._holding = Tasks(log, "holding a permit")
        self._laid: set[asyncio.Future[bool]] = set()
        self._passing = Tasks(log, "calling another worker")
        self._look = asyncio.Event()
        self._open = True
        desk.on_room = self._look.set

    async def run(self) -> None:
        try:
            while self._open:
                try:
                    await self._life()
                except (ProcrastinateException, PoolTimeout, OSError) as error:
                    log.info("no permits can be taken: %s", error.__cause__ or error)
                if self._open:
                    # Not all workers at the same moment.
                    await asyncio.sleep(AGAIN_SECONDS * random.uniform(0.5, 1.5))
        finally:
            await self._let_go()

    def take_only(self, models: Collection[str]) -> None:
        """From now on permits for these models."""
        self._queues = [queue_of(model) for model in models]
        self._look.set()

    def heard(self, note: Note) -> None:
        """A listener of the news."""
        if note.kind is Kind.PERMIT and self._name in note.ids:
            if self._room():
                self._look.set()
            elif self._open:
                self._passing.begin(self._pass_on())

    def close(self) -> None:
        """Take nothing more."""
        self._open = False
        self._look.set()

    def _room(self) -> int:
        return self._slots - len(self._desk) if self._open else 0

    async def _life(self) -> None:
        """As long as the database is there."""
        pool: dict[str, Any] = {"min_size": 1, "max_size": CONNECTIONS, "timeout": CONNECT_SECONDS}
        # Prepared statements would not outlive a transaction behind a pooler.
        connect_to = self._connect_to | {"prepare_threshold": None}
        connector = procrastinate.PsycopgConnector(kwargs=connect_to, **pool)
        app = procrastinate.App(connector=connector)
        async with app.open_async():
            manager = app.job_manager
            await _in_time(manager.prune_stalled_workers(self._silent_seconds))
            number = await _in_time(manager.register_worker())
            self._manager = manager
            try:
                await self._take(manager, number)
                await self._leave(manager, number)
            except asyncio.CancelledError:
                await self._leave(manager, number)  # while permits can be put away
                raise
            finally:
                self._manager = None

    async def _take(self, manager: JobManager, number: int) -> None:
        """Until nothing more is to be begun. ``number``: procrastinate's, of this worker."""
        clock = asyncio.get_running_loop().time
        sign_due = clock() + self._renewal_seconds
        while self._open:
            if clock() >= sign_due:
                await _in_time(manager.update_heartbeat(number))
                sign_due = clock() + self._renewal_seconds
            self._look.clear()
            while self._room() > 0:
                fetching = manager.fetch_job(queues=self._queues, worker_id=number)
                permit = await _in_time(fetching)
                if permit is None:
                    break
                over = self._desk.lay(alone=bool(permit.task_kwargs["alone"]))
                self._laid.add(over)
                self._holding.begin(self._hold(permit, over))
            with suppress(TimeoutError):
                async with asyncio.timeout(min(self._poll_seconds, self._renewal_seconds)):
                    await self._look.wait()

    async def _hold(self, permit: Job, over: asyncio.Future[bool]) -> None:
        """To the end of its run, in whichever life that is, or until it is let go."""
        used = await over
        self._laid.discard(over)
        if not used:
            await self._give_back(str(permit.task_kwargs["job"]))
        await self._put_away(permit)

    async def _put_away(self, permit: Job) -> None:
        """While the database is away that is left to the reaper."""
        if self._manager is None or permit.id is None:
            return
        try:
            away = self._manager.finish_job_by_id_async(
                permit.id, Status.SUCCEEDED, delete_job=True
            )
            await _in_time(away)
        except (ProcrastinateException, PoolTimeout, OSError) as error:
            log.info("a permit could not be put away: %s", error.__cause__ or error)

    async def _leave(self, manager: JobManager, number: int) -> None:
        """Nothing stays of it in the database."""
        await self._let_go()
        await _in_time(manager.unregister_worker(number))

    async def _let_go(self) -> None:
        """Runs go on without their permits."""
        for over in self._laid:
            if not over.done():
                over.set_result(True)
        await self._holding.ended()
        await self._passing.ended()


async def _in_time(answer: Awaitable[T]) -> T:
    """Raises TimeoutError, an OSError: who waits for ever takes no permits any more."""
    async with asyncio.timeout(ANSWER_SECONDS):
        return await answer
