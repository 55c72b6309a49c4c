"""The dispatcher: the queue at work. Fills lanes, and keeps every promise of the queue.

Lives on one asyncio event loop. The store is called on that loop: a verb on one job takes about a
millisecond. Nothing here knows Qt, HTTP or how music is made.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from engine.dispatch.elsewhere import Elsewhere
from engine.dispatch.feed import Feed
from engine.dispatch.files import TakeFiles
from engine.dispatch.lane import (
    Completed,
    Lane,
    LaneEvent,
    Noticed,
    PlaceChanged,
    Progressed,
    StateChanged,
)
from engine.dispatch.posts import Post, places, starts_in
from engine.dispatch.recovery import Recovery
from engine.dispatch.retry import RetryPolicy
from engine.dispatch.runs import Runs
from engine.errors import Conflict, StorageError
from engine.jobs import LOCAL, Failure, Job, Once, Order, Status
from engine.places import PlaceState
from engine.request import Request
from engine.settings import EngineSettings
from engine.status import EngineState, EngineStatus
from engine.store.claims import Claims
from engine.store.store import Store

__all__ = ["Dispatcher"]

log = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS = 3.0
"""Until a full disk or a locked store is looked at again."""
STATUS_SECONDS = 0.25
"""Between two reports of the status; the last one is always delivered."""
MOST_FAVOURS = 16
"""Jobs of the loaded model in a row that may go before an earlier one of another model."""
_PAUSED = "paused"
_FALLBACK = "fallback"


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
        self._posts = [Post(lane) for lane in lanes]
        self._elsewhere = Elsewhere(store, claims, can_run_here)
        self._files = files
        self._settings = settings
        self._feed = feed
        self._recovery = Recovery(store, claims, files, settings.cache_folder)
        self._runs = Runs(
            claims,
            files,
            feed,
            RetryPolicy(settings.max_retries, settings.retry_delay),
            on_room=self._room,
            on_disk_full=self._hold,
        )
        self._state = EngineState.STARTING
        self._detail = ""
        self._paused = False
        self._held = False
        self._told_hold = False
        self._fallback = False
        self._started = False
        self._filling: asyncio.Handle | None = None
        self._look_again: asyncio.TimerHandle | None = None
        self._status_timer: asyncio.TimerHandle | None = None
        self._background: set[asyncio.Task[object]] = set()
        self._closing = False

    async def start(self) -> None:
        """Recover what was interrupted, then begin to work."""
        self._paused = self._store.setting(_PAUSED, "") == "yes"
        self._fallback = self._store.setting(_FALLBACK, "") == "yes"
        self._runs.complete_late(await self._recovery.interrupted())
        self._runs.suspects |= self._claims.suspects()
        self._started = True
        for post in self._posts:
            await self._begin(post)
        self._spawn(self._recovery.unknown_files(self._feed))
        self._spawn(self._recovery.old_trash(self._settings.trash_days))
        self._wake()

    async def close(self) -> None:
        """Stop working; what ran goes back to the queue, and that counts as no retry."""
        self._closing = True
        for handle in (self._filling, self._look_again, self._status_timer):
            if handle is not None:
                handle.cancel()
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        for post in self._posts:
            await post.lane.stop()
        await self._runs.close()

    async def add_lane(self, lane: Lane) -> None:
        """One more place to run jobs, from now on."""
        post = Post(lane)
        self._posts.append(post)
        if self._started and not self._closing:
            await self._begin(post)
            self._wake()

    async def replace_lane(self, lane: Lane) -> None:
        """Another lane for the same place; what ran in the old one goes back to the queue."""
        post = next(post for post in self._posts if post.lane.place == lane.place)
        await post.lane.stop()
        await self._runs.left_by(post.lane)
        post.lane = lane
        await self._begin(post)
        self._wake()

    async def remove_lane(self, place: str) -> None:
        """Give a place up. Raises Conflict while jobs wait for it or run there."""
        post = next((post for post in self._posts if post.lane.place == place), None)
        if post is None:
            return
        open_jobs = len(self._store.waiting_for(place)) + len(self._runs.in_lane(post.lane))
        if open_jobs:
            raise Conflict(
                "There are still takes for this server.",
                hint="Run them on this computer or cancel them first.",
                detail=str(open_jobs),
            )
        self._posts.remove(post)
        await post.lane.stop()
        self._wake()

    async def _begin(self, post: Post) -> None:
        post.lane.pause(self._paused)
        await post.lane.start(lambda event: self._hear(post, event))

    # -- the verbs (Queue) -----------------------------------------------------------------

    async def jobs(self) -> list[Job]:
        return self._runs.snapshots(self._store.jobs())

    async def job(self, job_id: str) -> Job:
        return self._runs.snapshot(self._store.job(job_id))

    def now(self, jobs: list[Job]) -> list[Job]:
        """Rows as they are now: with the progress of those that run."""
        return self._runs.snapshots(jobs)

    async def submit(
        self, orders: Sequence[Order], *, front: bool = False, once: Once | None = None
    ) -> list[Job]:
        jobs = self.now(self._store.submit(orders, front=front, once=once))
        self._changed(jobs)
        return jobs

    async def adopt(self, job: Job) -> Job:
        """Take in a finished job that was made without the queue; its file is in place."""
        adopted = self._claims.adopt(job)
        self._feed.changed([adopted])
        return adopted

    async def cancel(self, ids: Sequence[str]) -> None:
        self._give_up(self._store.cancel(ids))

    async def stop_here(self, job_id: str) -> None:
        if not self._runs.stop_here(job_id):
            raise Conflict("This take does not grow on this computer now, so it can't end early.")

    async def retry(self, ids: Sequence[str]) -> None:
        for job_id in ids:
            self._runs.rest_no_more(job_id)
        self._changed(self._runs.snapshots(self._store.retry(ids)))

    async def move(self, ids: Sequence[str], before: str | None) -> None:
        self._changed(self._runs.snapshots(self._store.move(ids, before)))

    async def edit(self, job_id: str, request: Request, name: str | None) -> None:
        self._changed([self._runs.snapshot(self._store.edit(job_id, request, name))])

    async def annotate(self, job_id: str, **fields: Any) -> None:
        self._changed([self._runs.renamed(self._store.annotate(job_id, **fields))])

    async def delete(self, ids: Sequence[str]) -> None:
        gone, fallen = self._store.delete(ids)
        for job in gone:
            self._runs.give_up(job)
        self._feed.changed(gone, removed=True)
        self._changed(fallen)

    async def restore(self, ids: Sequence[str]) -> None:
        self._changed(self._store.restore(ids))

    async def find_takes(self) -> None:
        await self._recovery.unknown_files(self._feed)

    async def set_paused(self, paused: bool) -> None:
        self._store.set_setting(_PAUSED, "yes" if paused else "")
        self._paused = paused
        for post in self._posts:
            post.lane.pause(paused)
        self._measure()
        self._wake()

    async def run_here(self, ids: Sequence[str]) -> list[str]:
        moved = [self._elsewhere.run_here(self._store.job(job_id)) for job_id in ids]
        self._relocated([job for job in moved if job is not None])
        return [job_id for job_id, job in zip(ids, moved, strict=True) if job is None]

    async def set_fallback(self, on: bool) -> None:
        self._store.set_setting(_FALLBACK, "yes" if on else "")
        self._fallback = on
        self._wake()

    async def status(self) -> EngineStatus:
        here = next((post for post in self._posts if post.lane.place == LOCAL), None)
        running = {post.lane.place: len(self._runs.in_lane(post.lane)) for post in self._posts}
        waiting = self._store.waiting_by_place()
        state = self._state
        if state is EngineState.READY and running.get(LOCAL):
            state = EngineState.WORKING
        loaded = here.lane.loaded if here else None
        return EngineStatus(
            state=state,
            paused=self._paused,
            device=loaded.device if loaded else "",
            model=loaded.made_by if loaded else "",
            speed=here.pace.speed(loaded.model) if here and loaded else None,
            pending=sum(waiting.values()),
            running=sum(running.values()),
            free_bytes=self._files.free_bytes(),
            detail=self._detail,
            starts_in=starts_in(here, waiting.get(LOCAL, 0)) if here else None,
            fallback=self._fallback,
            places=places(self._posts, waiting, running),
        )

    # -- filling the lanes -------------------------------------------------------------------

    def _wake(self) -> None:
        """Something changed that may let a job start: look once, soon."""
        self._tell_status()
        if self._filling is None and not self._closing:
            self._filling = asyncio.get_running_loop().call_soon(self._fill)

    def _fill(self) -> None:
        self._filling = None
        if self._paused or self._held:
            return
        try:
            if self._disk_is_low():
                return
            if self._fallback:
                self._fall_back()
            for post in self._posts:
                while self._fill_one(post):
                    pass
        except StorageError as error:
            self._hold(Failure.of(error))

    def _fill_one(self, post: Post) -> bool:
        """Start one more job there; False when there is no room, or nothing to start."""
        lane = post.lane
        running = self._runs.in_lane(lane)
        on_its_way = self._runs.before(lane)
        # A job that was there when the host died runs alone: so the guilty one is found, and
        # the others do not pay for it again.
        suspects = self._runs.waiting_suspects(lane.place)
        if lane.room <= on_its_way or self._runs.alone_in(lane) or (suspects and running):
            return False
        claimed = self._claims.claim(
            lane.place,
            exclude=self._runs.busy_ids(),
            loaded_model=lane.model if post.favours < MOST_FAVOURS else None,
            idle=all(job.when_idle for job in running),
            suspects=suspects,
        )
        if claimed is None:
            return False
        job, token = claimed
        self._told_hold = False
        # Nobody waits for ever: after so many jobs of the loaded model the order counts alone.
        favoured = job.request.model == lane.model and post.favours < MOST_FAVOURS
        post.favours = post.favours + 1 if favoured else 0
        self._runs.begin(token, job, lane, alone=suspects)
        return True

    def _fall_back(self) -> None:
        """Let what waits for a server that is gone be made here."""
        gone = (PlaceState.AWAY, PlaceState.CLOSED)
        for post in self._posts:
            if post.lane.status is not None and post.lane.status.state in gone:
                busy = set(self._runs.busy_ids())
                waiting = self._store.waiting_for(post.lane.place)
                moved = [self._elsewhere.fall_back(job) for job in waiting if job.id not in busy]
                self._relocated([job for job in moved if job is not None])

    def _relocated(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            self._runs.suspects.pop(job.id, None)
            self._runs.rest_no_more(job.id)
        self._changed(jobs)

    def _disk_is_low(self) -> bool:
        free = self._files.free_bytes()
        low = free is not None and free < self._settings.free_space_floor
        if low and self._store.count(Status.PENDING):
            self._hold(
                Failure(
                    "disk_full",
                    f"The disk is nearly full ({(free or 0) / 2**20:,.0f} MB free): "
                    "new takes wait.",
                    "Free some space; the queue then goes on by itself.",
                )
            )
        return low

    def _hold(self, failure: Failure) -> None:
        """Start nothing for a while: the disk is full, or the store can't be used."""
        if not self._told_hold:
            self._feed.notice(failure)
        self._held = self._told_hold = True
        if self._look_again is None and not self._closing:
            loop = asyncio.get_running_loop()
            self._look_again = loop.call_later(LOOK_AGAIN_SECONDS, self._release_hold)

    def _release_hold(self) -> None:
        self._look_again = None
        self._held = False
        self._wake()

    # -- what happens ------------------------------------------------------------------------

    def _hear(self, post: Post, event: LaneEvent) -> None:
        if isinstance(event, StateChanged):
            self._state, self._detail = event.state, event.detail
            self._wake()
            return
        if isinstance(event, Noticed):
            self._feed.notice(event.failure)
            return
        if isinstance(event, PlaceChanged):
            self._wake()
            return
        if isinstance(event, Completed) and (job := self._runs.job_of(event.run)) is not None:
            self._measure()
            post.pace.made(job, event.take.duration)
        self._runs.hear(event)
        if isinstance(event, Progressed):
            self._measure()

    def _measure(self) -> None:
        for post in self._posts:
            post.pace.look([] if self._paused else self._runs.in_lane(post.lane))

    def _room(self) -> None:
        self._measure()
        self._wake()

    def _changed(self, jobs: Sequence[Job]) -> None:
        self._feed.changed(jobs)
        self._wake()

    def _give_up(self, jobs: Sequence[Job]) -> None:
        """Jobs that were ended in the store: stop the runs of those that run."""
        self._feed.changed([job for job in jobs if not self._runs.give_up(job)])
        self._wake()

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
