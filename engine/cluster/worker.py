"""A worker: runs jobs of the shared queue on this computer, and serves nobody."""

from __future__ import annotations

import asyncio
import importlib.metadata
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any

from engine.cluster.desk import Desk
from engine.cluster.discarding import Discarding
from engine.cluster.intake import Intake
from engine.cluster.lane import shared_lane
from engine.cluster.pulse import Pulse
from engine.cluster.queue import SharedQueue
from engine.cluster.rooms import own_room
from engine.cluster.stock import Stock
from engine.cluster.telling import Telling
from engine.dispatch.feed import Feed
from engine.dispatch.local import LocalLane
from engine.dispatch.posts import Post
from engine.dispatch.scheduler import Scheduler
from engine.errors import StorageError
from engine.gpus import gpu_count
from engine.server.settings import ServerSettings
from engine.storage.base import Storage
from engine.storage.leftovers import FETCHED, Leftovers
from engine.storage.opening import open_storage
from engine.storage.takes import OUTGOING, StoredTakes
from engine.store.postgresql.opening import parameters
from engine.store.workers import Worker

__all__ = ["MusicWorker", "joined"]

log = logging.getLogger(__name__)

PUT_AWAY_SHARE, KEEP_SHARE = 0.6, 0.3
"""Of the grace time, for what grows to reach a checkpoint, and for what is made to be stored."""


@asynccontextmanager
async def joined(
    settings: ServerSettings,
    *,
    slots: int,
    models: Collection[str] = (),
    host_command: Sequence[str] | None = None,
) -> AsyncIterator[MusicWorker]:
    """A worker that works; at the end it hands over what it could not end in the grace time.

    ``slots``: so many jobs at a time, at most; ``models``: jobs of these only, if any are named,
    and in any case of those that this computer has, as others may be on other computers.
    Raises StorageError: for the database, the bucket, and the folders here.
    """
    connect_to = _database_of(settings)
    async with AsyncExitStack() as opening:
        settings = opening.enter_context(own_room(settings))
        storage = open_storage(
            settings.storage,
            settings.storage_endpoint,
            root=settings.takes_folder,
            cache=settings.cache_folder / FETCHED,
            floor=settings.free_space_floor,
        )
        opening.push_async_callback(storage.close)
        await storage.prove()
        queue = SharedQueue.open(settings)
        opening.callback(queue.close)
        worker = MusicWorker(settings, queue, storage, connect_to, slots, models, host_command)
        opening.push_async_callback(worker.end)
        await worker.begin()
        yield worker


class MusicWorker:
    """Parts, each with its own reason; here they only meet."""

    def __init__(
        self,
        settings: ServerSettings,
        queue: SharedQueue,
        storage: Storage,
        connect_to: Mapping[str, Any],
        slots: int,
        models: Collection[str],
        host_command: Sequence[str] | None,
    ) -> None:
        self._settings = settings
        self._queue = queue
        self._stock = Stock(
            settings, models, self._take_only, seconds=settings.lease_renewal_seconds
        )
        self.about = _introduced(slots, self._stock.models)
        self.feed = Feed()
        self.desk = Desk()
        self._news = queue.news()
        self._leases = queue.claims(self.about.id, self._stock.models)
        self._lane = shared_lane(
            LocalLane(settings, host_command),
            settings,
            storage,
            queue.attempts,
            self._stock,
        )
        self.scheduler = self._scheduling(StoredTakes(storage, settings.takes_folder))
        self._intake = self._taking(connect_to)
        self.pulse = self._beating()
        self._discarding = Discarding(storage)
        for on_change in (Telling(self._news).changed, self._discarding.changed):
            self.feed.listen(on_change, lambda _: None, lambda _: None)
        for on_note in (self.pulse.heard, self._intake.heard):
            self._news.listen(on_note)
        self._open = AsyncExitStack()
        self.tasks: list[asyncio.Task[None]] = []
        self._draining: asyncio.TimerHandle | None = None
        self.drained = asyncio.Event()
        """It was told to end, and what ran has ended; or it is broken."""
        self.broken: BaseException | None = None

    def _scheduling(self, files: StoredTakes) -> Scheduler:
        """What begins runs in the one lane, by the permits on the desk."""
        scheduler = Scheduler(
            self._queue.store,
            self._leases,
            files,
            self._settings,
            self.feed,
            lambda _model: True,
            self._changed,
            self.desk,
        )
        scheduler.posts.append(Post(self._lane))
        self.desk.on_permit = scheduler.wake
        return scheduler

    def _taking(self, connect_to: Mapping[str, Any]) -> Intake:
        """What brings permits to the desk."""
        settings = self._settings
        return Intake(
            connect_to,
            self.desk,
            self._give_back,
            self._pass_on,
            name=self.about.id,
            slots=self.about.slots,
            models=self.about.models,
            renewal_seconds=settings.lease_renewal_seconds,
            silent_seconds=settings.lease_seconds,
            poll_seconds=settings.permit_poll_seconds,
        )

    def _beating(self) -> Pulse:
        """What keeps the runs, and hears what becomes of them elsewhere."""
        return Pulse(
            self._queue.store,
            self._leases,
            self._queue.workers,
            self.scheduler,
            self._describe,
            self.drain,
            seconds=self._settings.lease_renewal_seconds,
        )

    async def begin(self) -> None:
        """Raises StorageError."""
        self._queue.workers.join(self.about)
        await self._open.enter_async_context(self._news)
        self.scheduler.paused = self._queue.paused
        await self.scheduler.start()
        self._spawn(self.pulse.run(), "pulse")
        self._spawn(self._queue.reaper(self.feed).run(), "reaper")
        self._spawn(self._intake.run(), "intake")
        self._spawn(self._stock.run(), "stock")
        self._spawn(self._tidy(), "tidying")

    def drain(self) -> None:
        """Begin nothing more; ``drained`` is set when what runs has ended, or has had its time."""
        if self._draining is None:
            log.info("draining: nothing more is begun")
            self.desk.close()
            loop = asyncio.get_running_loop()
            loop.call_soon(self._intake.close)  # after who waits there has given his permit back
            self._draining = loop.call_later(self._settings.drain_seconds, self.drained.set)
            self._changed()

    async def end(self) -> None:
        """What runs goes back into the queue, from its checkpoint, and that counts as no retry."""
        self.desk.close()
        await asyncio.sleep(0)  # whoever holds a permit gives it back before the intake ends
        self._intake.close()
        if self._draining is not None:
            self._draining.cancel()
        grace = self._settings.grace_seconds
        await self.scheduler.close(grace * PUT_AWAY_SHARE, for_takes=grace * KEEP_SHARE)
        await self._discarding.close()
        for task in self.tasks:
            if task.get_name() != "intake":
                task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self._open.aclose()
        with suppress(StorageError):  # it is forgotten, then
            self._queue.workers.leave(self.about.id)

    async def _tidy(self) -> None:
        """What was fetched and is not asked for any more, and what broke off."""
        settings = self._settings
        leftovers = Leftovers(
            settings.cache_folder,
            settings.takes_folder / OUTGOING,
            floor=settings.free_space_floor,
        )
        while True:
            await asyncio.sleep(settings.sweep_seconds)
            try:
                await asyncio.to_thread(leftovers.sweep, self.scheduler.runs.busy_ids())
            except OSError as error:
                log.warning("what is left here is removed later: %s", error)

    def _take_only(self, models: tuple[str, ...]) -> None:
        self.about = replace(self.about, models=models)
        self._leases.take_only(models)
        self.pulse.beat()  # so that it is called for them
        self._intake.take_only(models)
        self.scheduler.wake()

    def _changed(self) -> None:
        if self._draining is not None and not self.scheduler.runs.tokens():
            self.drained.set()

    def _describe(self) -> Worker:
        loaded = self._lane.loaded
        return replace(
            self.about,
            device=loaded.device if loaded else "",
            model=loaded.model if loaded else None,
        )

    async def _give_back(self, job_id: str) -> None:
        await self._try(partial(self._leases.let_run, [job_id]))

    async def _pass_on(self) -> None:
        await self._try(partial(self._queue.permits.pass_on, self.about.id, self.about.models))

    async def _try(self, verb: Callable[[], None]) -> None:
        """With permits; those that are missing are issued by the reaper, and found by others who
        look."""
        try:
            await self._queue.aside.do(verb)
        except StorageError as error:
            log.info("a permit is left to others: %s", error.message)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._task_ended)
        self.tasks.append(task)

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        """Without one of them it is no worker: better it ends, and is started anew."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("the worker's %s broke", task.get_name(), exc_info=error)
            self.broken = error
            self.drained.set()


def _introduced(slots: int, models: tuple[str, ...]) -> Worker:
    """As others are to know it."""
    return Worker(
        id=secrets.token_hex(6),
        name=socket.gethostname(),
        pid=os.getpid(),
        version=importlib.metadata.version("dgx-music-studio"),
        slots=slots,
        models=models,
        gpus=gpu_count(),
    )


def _database_of(settings: ServerSettings) -> Mapping[str, Any]:
    """Where it is, for psycopg."""
    if settings.database_url is None or not settings.in_cluster:
        raise StorageError(
            "Workers need a database and a bucket that all of them reach.",
            hint="Set DGX_MUSIC_DATABASE_URL and DGX_MUSIC_STORAGE.",
        )
    return parameters(settings.database_url)
