"""The dispatcher: the queue at work, for whoever asks and watches. The scheduler runs the jobs.

Lives on one asyncio event loop. Nothing here knows Qt, HTTP or how music is made.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any, TypeVar, Unpack

from engine.dispatch.allowance import Free
from engine.dispatch.arrivals import Arrivals
from engine.dispatch.feed import Feed
from engine.dispatch.files import TakeFiles
from engine.dispatch.lane import QUIT_SECONDS, Lane
from engine.dispatch.posts import Post, places, starts_in
from engine.dispatch.recovery import Recovery
from engine.dispatch.scheduler import Scheduler
from engine.errors import Conflict, MusicError, StorageError
from engine.jobs import ANY_AMOUNT, LOCAL, Failure, HowToQueue, Job, Order, Quota, Submission
from engine.request import Request
from engine.settings import EngineSettings
from engine.status import EngineState, EngineStatus
from engine.store.claims import Claims
from engine.store.store import PAUSED, Store

__all__ = ["Dispatcher"]

log = logging.getLogger(__name__)

STATUS_SECONDS = 0.25
"""Between two reports of the status; the last one is always delivered."""
_FALLBACK = "fallback"

T = TypeVar("T")


class Dispatcher:
    """Implements ``engine.dispatch.queue.Queue`` over a store and lanes.

    >>> await dispatcher.start()
    >>> [job] = await dispatcher.submit([Order(Request(prompt="calm piano"))])
    """

    def __init__(
        self,
        store: Store,
        claims: Claims,
        lanes: Sequence[Lane],
        files: TakeFiles,
        settings: EngineSettings,
        feed: Feed,
        *,
        can_run_here: Callable[[str], bool] = lambda _model: True,
    ) -> None:
        """``can_run_here``: whether this computer can make takes of a model now."""
        self._store = store
        self._claims = claims
        self._files = files
        self._settings = settings
        self._feed = feed
        self._recovery = Recovery(store, claims, files, settings.cache_folder)
        allowance = Free(claims.suspects)
        self.scheduler = Scheduler(
            store, claims, files, settings, feed, can_run_here, self._tell_status, allowance
        )
        self.scheduler.posts += map(Post, lanes)
        self._runs = self.scheduler.runs
        self._arrivals = Arrivals(self._submit_all)
        self._status_timer: asyncio.TimerHandle | None = None
        self._background: set[asyncio.Task[object]] = set()
        self._closing = False

    async def start(self) -> None:
        """Recover what was interrupted, then begin to work."""
        self.scheduler.paused = self._store.setting(PAUSED, "") == "yes"
        self.scheduler.fallback = self._store.setting(_FALLBACK, "") == "yes"
        self._runs.complete_late(await self._interrupted())
        await self.scheduler.start()
        self._spawn(self._recovery.unknown_files(self._feed))
        self._spawn(self._empty_trash())

    async def close(self, patience: float = QUIT_SECONDS) -> None:
        """Stop working; what ran goes back to the queue, and that counts as no retry. What grows
        has ``patience`` seconds to reach a checkpoint."""
        self._closing = True
        if self._status_timer is not None:
            self._status_timer.cancel()
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._arrivals.close()
        await self.scheduler.close(patience)

    async def _interrupted(self) -> list[Job]:
        """Takes that were made when the program ended, and could not be kept yet."""
        return await self._recovery.interrupted()

    async def _empty_trash(self) -> None:
        await self._recovery.old_trash(self._settings.trash_days)

    async def _ask(self, verb: Callable[..., T], *about: Any) -> T:
        """Do this with the store. On this loop: where nobody shares it that takes a millisecond."""
        return verb(*about)

    # -- the verbs (Queue) -----------------------------------------------------------------

    async def jobs(self) -> list[Job]:
        return self._runs.snapshots(self._store.jobs())

    async def job(self, job_id: str) -> Job:
        return self._runs.snapshot(self._store.job(job_id))

    def now(self, jobs: list[Job]) -> list[Job]:
        """Rows as they are now: with the progress of those that run."""
        return self._runs.snapshots(jobs)

    async def submit(self, orders: Sequence[Order], **how: Unpack[HowToQueue]) -> list[Job]:
        return await self._arrivals.submit(Submission(orders, **how))

    async def adopt(self, job: Job, quota: Quota = ANY_AMOUNT) -> Job:
        """Take in a finished job that was made without the queue; its file is in place. Raises
        TooMany for more than the ``quota``."""
        adopted = await self._ask(self._claims.adopt, job, quota)
        self._feed.changed([adopted])
        return adopted

    async def cancel(self, ids: Sequence[str], *, begun: bool = True) -> list[Job]:
        """Of waiting jobs, and of those that have ``begun`` too; returns what ended by it."""
        ended = await self._ask(partial(self._store.cancel, ids, begun=begun))
        self._give_up(ended)
        return ended

    async def stop_here(self, job_id: str) -> None:
        if not self._runs.stop_here(job_id):
            raise Conflict("This take does not grow now, or where it can't end early.")

    async def retry(self, ids: Sequence[str], *, quota: Quota = ANY_AMOUNT) -> list[Job]:
        """``quota``: as in ``Submission``; returns what waits again."""
        for job_id in ids:
            self._runs.rest_no_more(job_id)
        with self.scheduler.looking_again():
            jobs = self.now(await self._ask(partial(self._store.retry, ids, quota=quota)))
        self._changed(jobs)
        return jobs

    async def move(self, ids: Sequence[str], before: str | None) -> None:
        moved = await self._ask(self._store.move, ids, before)
        self._changed(self._runs.snapshots(moved))

    async def edit(
        self, job_id: str, request: Request, name: str | None, *, when_idle: bool | None = None
    ) -> None:
        edit = partial(self._store.edit, when_idle=when_idle)
        edited = await self._ask(edit, job_id, request, name)
        self._changed([self._runs.snapshot(edited)])

    async def annotate(self, job_id: str, **fields: Any) -> None:
        annotated = await self._ask(partial(self._store.annotate, job_id, **fields))
        self._changed([self._runs.renamed(annotated)])

    async def delete(self, ids: Sequence[str]) -> None:
        gone, fallen = await self._ask(self._store.delete, ids)
        for job in gone:
            self._runs.give_up(job)
        self._feed.changed(gone, removed=True)
        self._changed(fallen)

    async def restore(self, ids: Sequence[str]) -> None:
        with self.scheduler.looking_again():
            back = self.now(await self._ask(self._store.restore, ids))
            self.scheduler.look_for_suspects()
        self._changed(back)

    async def find_takes(self) -> None:
        await self._recovery.unknown_files(self._feed)

    async def set_paused(self, paused: bool) -> None:
        await self._ask(self._store.set_setting, PAUSED, "yes" if paused else "")
        self.scheduler.pause(paused)

    async def run_here(self, ids: Sequence[str]) -> list[str]:
        jobs = [self._store.job(job_id) for job_id in ids]
        return [job.id for job in self.scheduler.run_here(jobs)]

    async def set_fallback(self, on: bool) -> None:
        await self._ask(self._store.set_setting, _FALLBACK, "yes" if on else "")
        self.scheduler.fallback = on
        self.scheduler.wake()

    async def status(self) -> EngineStatus:
        posts = self.scheduler.posts
        here = next((post for post in posts if post.lane.place == LOCAL), None)
        running = {post.lane.place: len(self._runs.in_lane(post.lane)) for post in posts}
        waiting = self._store.waiting_by_place()
        state = self.scheduler.state
        if state is EngineState.READY and running.get(LOCAL):
            state = EngineState.WORKING
        loaded = here.lane.loaded if here else None
        return EngineStatus(
            state=state,
            paused=self.scheduler.paused,
            device=loaded.device if loaded else "",
            model=loaded.made_by if loaded else "",
            speed=here.pace.speed(loaded.model) if here and loaded else None,
            pending=sum(waiting.values()),
            running=sum(running.values()),
            free_bytes=self._files.free_bytes(),
            detail=self.scheduler.detail,
            starts_in=starts_in(here, waiting.get(LOCAL, 0)) if here else None,
            fallback=self.scheduler.fallback,
            places=places(posts, waiting, running),
        )

    async def _submit_all(self, submissions: Sequence[Submission]) -> list[list[Job] | MusicError]:
        with self.scheduler.looking_again():
            stored = await self._ask(self._store.submit_all, submissions)
        found = [each if isinstance(each, MusicError) else self.now(each) for each in stored]
        self._changed([job for each in found if not isinstance(each, MusicError) for job in each])
        return found

    # -- telling -----------------------------------------------------------------------------

    def _changed(self, jobs: Sequence[Job]) -> None:
        self._feed.changed(jobs)
        self.scheduler.wake()

    def _give_up(self, jobs: Sequence[Job]) -> None:
        """Jobs that were ended in the store: stop the runs of those that run."""
        self._feed.changed([job for job in jobs if not self._runs.give_up(job)])
        self.scheduler.wake()

    def _tell_status(self) -> None:
        """Soon, and at most four times a second."""
        if self._status_timer is None and not self._closing:
            loop = asyncio.get_running_loop()
            self._status_timer = loop.call_later(STATUS_SECONDS, self._tell_status_now)

    def _tell_status_now(self) -> None:
        self._status_timer = None
        self._spawn(self._publish_status())

    async def _publish_status(self) -> None:
        try:
            self._feed.status(await self.status())
        except StorageError as error:
            log.warning("no status: %s", error.message)

    def _spawn(self, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background_done)

    def _background_done(self, task: asyncio.Task[object]) -> None:
        self._background.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("background work failed", exc_info=error)
            self._feed.notice(Failure.of(error))
