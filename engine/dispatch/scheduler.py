"""The scheduler: which waiting job starts where, and when; and what the lanes tell of it.

Lives on the dispatcher's event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from engine.dispatch.allowance import Allowance
from engine.dispatch.elsewhere import Elsewhere
from engine.dispatch.ends import Ends
from engine.dispatch.feed import Feed
from engine.dispatch.files import TakeFiles
from engine.dispatch.hold import Hold, nearly_full
from engine.dispatch.lane import (
    Completed,
    Kept,
    Lane,
    LaneEvent,
    Noticed,
    PlaceChanged,
    Progressed,
    StateChanged,
)
from engine.dispatch.posts import Post
from engine.dispatch.retry import RetryPolicy
from engine.dispatch.runs import Runs
from engine.errors import Conflict, StorageError
from engine.jobs import Failure, Job, Status
from engine.places import PlaceState
from engine.settings import EngineSettings
from engine.status import EngineState
from engine.store.claims import Claims
from engine.store.store import Store

__all__ = ["Scheduler"]

MOST_FAVOURS = 16
"""Jobs of the loaded model in a row that may go before an earlier one of another model."""


class Scheduler:
    """Lanes and their runs. ``wake`` it when something changed that may let a job start."""

    def __init__(
        self,
        store: Store,
        claims: Claims,
        files: TakeFiles,
        settings: EngineSettings,
        feed: Feed,
        can_run_here: Callable[[str], bool],
        on_change: Callable[[], None],
        allowance: Allowance,
    ) -> None:
        """``can_run_here``: whether this computer can make takes of a model now; ``on_change``:
        the engine's status may be another one now; ``allowance``: how much may run."""
        self._store = store
        self._claims = claims
        self._files = files
        self._feed = feed
        self._floor = settings.free_space_floor
        self._on_change = on_change
        self._allowance = allowance
        self._elsewhere = Elsewhere(store, claims, can_run_here)
        self._hold = Hold(feed.notice, self.wake)
        self.runs = Runs(
            claims,
            files,
            feed,
            allowance,
            lambda table: Ends(
                table,
                claims,
                files,
                feed,
                RetryPolicy(settings.max_retries, settings.retry_delay),
                allowance,
                on_room=self._room,
                on_disk_full=self._hold.begin,
            ),
        )
        self.posts: list[Post] = []
        self.state = EngineState.STARTING
        self.detail = ""
        self.paused = False
        self.fallback = False
        """Whether jobs whose server is away are made here instead."""
        self._open = False
        self._unsure = False
        self._filling: asyncio.Handle | None = None

    async def start(self) -> None:
        """Let the lanes work."""
        self.look_for_suspects()
        self._open = True
        for post in self.posts:
            await self._begin(post)
        self.wake()

    async def close(self, patience: float, *, for_takes: float = 0.0) -> None:
        """Stop the lanes; what ran goes back to the queue, and that counts as no retry. What grows
        has ``patience`` seconds to reach a checkpoint, and what is made so many more to be kept:
        none, where it is found again at the next start."""
        self._open = False
        self._hold.close()
        if self._filling is not None:
            self._filling.cancel()
        await asyncio.gather(*(post.lane.stop(patience) for post in self.posts))
        await self.runs.close(for_takes)

    def pause(self, paused: bool) -> None:
        self.paused = paused
        for post in self.posts:
            post.lane.pause(paused)
        self._measure()
        self.wake()

    def look_for_suspects(self) -> None:
        """Some may wait that were not known to: what a start or the trash has brought."""
        for job_id, place in self._claims.suspects().items():
            self._allowance.suspect(job_id, place)

    # -- lanes -----------------------------------------------------------------------------

    async def add_lane(self, lane: Lane) -> None:
        """One more place to run jobs, from now on."""
        post = Post(lane)
        self.posts.append(post)
        if self._open:
            await self._begin(post)
            self.wake()

    async def replace_lane(self, lane: Lane) -> None:
        """Another lane for the same place; what ran in the old one goes back to the queue."""
        post = next(post for post in self.posts if post.lane.place == lane.place)
        old, post.lane = post.lane, lane  # at once: nothing more is begun in one that stops
        self.runs.moved(old, lane)
        await old.stop()
        if post.lane is lane:  # or yet another one has taken its place
            await self._begin(post)
            self.wake()

    async def remove_lane(self, place: str) -> None:
        """Give a place up. Raises Conflict while jobs wait for it or run there."""
        post = next((post for post in self.posts if post.lane.place == place), None)
        if post is None:
            return
        open_jobs = len(self._store.waiting_for(place)) + len(self.runs.in_lane(post.lane))
        if open_jobs:
            raise Conflict(
                "There are still takes for this server.",
                hint="Run them on this computer or cancel them first.",
                detail=str(open_jobs),
            )
        self.posts.remove(post)
        await post.lane.stop()
        self.wake()

    async def _begin(self, post: Post) -> None:
        post.lane.pause(self.paused)
        await post.lane.start(lambda event: self._hear(post, event))

    # -- filling them ----------------------------------------------------------------------

    def wake(self) -> None:
        """Something changed that may let a job start: look once, soon."""
        self._on_change()
        if self._filling is None and self._open:
            self._filling = asyncio.get_running_loop().call_soon(self._fill)

    def _fill(self) -> None:
        self._filling = None
        if self.paused or self._hold.on or not self.posts:
            return
        with suppress(StorageError), self.looking_again():
            if self._disk_is_low():
                return
            if self._unsure:
                self.put_back()
            if self.fallback:
                self._fall_back()
            for post in self.posts:
                while self._fill_one(post):
                    pass

    @contextmanager
    def looking_again(self) -> Iterator[None]:
        """Of a verb that the store could not do, it is not sure whether it was done: the answer
        may be what was lost. So look soon at what there is."""
        try:
            yield
        except StorageError as error:
            self._unsure = True
            self._hold.begin(Failure.of(error))
            raise

    def put_back(self) -> None:
        """What was claimed for us while we could not hear it waits again. Raises StorageError."""
        self._feed.changed(self._claims.put_back(self.runs.tokens()))
        self._unsure = False

    def _fill_one(self, post: Post) -> bool:
        """Start one more job there; False when there is no room, or nothing to start."""
        if not self._allowance.more():
            return False
        lane = post.lane
        busy, running = self.runs.busy_ids(), self.runs.at_work(lane)
        if lane.room <= self.runs.before(lane) or self.runs.alone_in(lane):
            return False
        # A job that was there when the host died runs alone: so the guilty one is found, and
        # the others do not pay for it again.
        suspects = self._allowance.alone(lane.place, busy)
        if suspects and running:
            # For one that was begun elsewhere or cancelled meanwhile, nothing is held up.
            waits = self._claims.suspect_waits(lane.place, exclude=busy)
            return not waits and self._allowance.nothing()
        claimed = self._claims.claim(
            lane.place,
            exclude=busy,
            loaded_model=lane.model if post.favours < MOST_FAVOURS else None,
            idle=all(job.when_idle for job in running),
            suspects=suspects,
        )
        if claimed is None:
            return self._allowance.nothing()
        job, token = claimed
        self._allowance.begun(token)
        self._hold.passed()
        # Nobody waits for ever: after so many jobs of the loaded model the order counts alone.
        favoured = job.request.model == lane.model and post.favours < MOST_FAVOURS
        post.favours = post.favours + 1 if favoured else 0
        self.runs.begin(token, job, lane, alone=suspects)
        return True

    def _fall_back(self) -> None:
        """Let what waits for a server that is gone be made here."""
        gone = (PlaceState.AWAY, PlaceState.CLOSED)
        for post in self.posts:
            if post.lane.status is not None and post.lane.status.state in gone:
                busy = set(self.runs.busy_ids())
                waiting = self._store.waiting_for(post.lane.place)
                moved = [self._elsewhere.fall_back(job) for job in waiting if job.id not in busy]
                self._relocated([job for job in moved if job is not None])

    def run_here(self, jobs: Sequence[Job]) -> list[Job]:
        """Let waiting jobs of servers be made on this computer, where it can; those it can't."""
        moved = [self._elsewhere.run_here(job) for job in jobs]
        self._relocated([job for job in moved if job is not None])
        return [job for job, there in zip(jobs, moved, strict=True) if there is None]

    def _relocated(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            self._allowance.forget(job.id)
            self.runs.rest_no_more(job.id)
        self._feed.changed(jobs)
        self.wake()

    def _disk_is_low(self) -> bool:
        free = self._files.free_bytes()
        low = free is not None and free < self._floor
        if low and self._store.count(Status.PENDING):
            self._hold.begin(nearly_full(free or 0))
        return low

    # -- what happens ------------------------------------------------------------------------

    def _hear(self, post: Post, event: LaneEvent) -> None:
        if isinstance(event, StateChanged):
            self.state, self.detail = event.state, event.detail
            self.wake()
            return
        if isinstance(event, Noticed):
            self._feed.notice(event.failure)
            return
        if isinstance(event, PlaceChanged):
            self.wake()
            return
        if isinstance(event, Kept):  # it stays with the lane, which goes on from it
            return
        if isinstance(event, Completed) and (job := self.runs.job_of(event.run)) is not None:
            self._measure()
            post.pace.made(job, event.take.duration)
        self.runs.hear(event)
        if isinstance(event, Progressed):
            self._measure()
        elif isinstance(event, Completed):
            self.wake()  # its lane has room from now on, however long its take is on its way

    def _measure(self) -> None:
        for post in self.posts:
            post.pace.look([] if self.paused else self.runs.in_lane(post.lane))

    def _room(self) -> None:
        self._allowance.running(self.runs.tokens())
        self._measure()
        self.wake()
