"""Runs: attempts under way, and what becomes of each when it ends.

A run ends in exactly one way: completed, failed, lost with its host, or given up. What that means
for the job is written to the store first and told afterwards; when the store can't be written
(locked, disk full) the run waits here until it can.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.dispatch.allowance import Allowance
from engine.dispatch.earlier import Earlier
from engine.dispatch.feed import Feed
from engine.dispatch.files import TakeFiles
from engine.dispatch.insistence import Insistence
from engine.dispatch.keeping import Keeping
from engine.dispatch.lane import (
    Completed,
    Failed,
    Gone,
    Lane,
    Lost,
    Previewed,
    Progressed,
    Returned,
    Sources,
)
from engine.dispatch.retry import RetryPolicy
from engine.dispatch.running import Running, RunTable
from engine.errors import MusicError, NotFound, Retriable, StorageError
from engine.jobs import LOCAL, Failure, Job, Step, Take
from engine.log_context import marked
from engine.store.claims import Claims

__all__ = ["RunEvent", "Runs"]

log = logging.getLogger(__name__)

RunEvent = Progressed | Previewed | Completed | Failed | Gone | Returned | Lost

FETCH_AGAIN_SECONDS = 5.0
"""Until a job's sources are looked for again in a storage that does not answer."""


class Runs(RunTable):
    """Begins runs, hears of them, and brings each to its end."""

    def __init__(
        self,
        claims: Claims,
        files: TakeFiles,
        feed: Feed,
        policy: RetryPolicy,
        allowance: Allowance,
        *,
        on_room: Callable[[], None],
        on_disk_full: Callable[[Failure], None],
    ) -> None:
        """``on_room``: a lane or a job became free; ``on_disk_full``: no take could be saved."""
        super().__init__(lambda job_id: self._spawn(self._rested(job_id)))
        self._claims = claims
        self._files = files
        self._feed = feed
        self._policy = policy
        self._allowance = allowance
        self._on_room = on_room
        self._on_disk_full = on_disk_full
        self._insist = Insistence(feed)
        self._keeping = Keeping(claims, files, feed, self._insist)
        self._earlier = Earlier(claims, files)
        self._tasks: set[asyncio.Task[None]] = set()

    # -- what others ask ---------------------------------------------------------------------

    def busy_ids(self) -> list[str]:
        """Jobs that must not be claimed now: they run, or rest before the next try."""
        running = [run.job.id for run in self._running.values()]
        return [*running, *self._rests.ids(), *self._keeping.late]

    # -- begin and give up -------------------------------------------------------------------

    def begin(self, token: str, job: Job, lane: Lane, *, alone: bool = False) -> None:
        """Run a claimed job; an identical take that is there already is used again."""
        self._allowance.forget(job.id)
        job = replace(job, ends_early=lane.ends_early)
        self._running[token] = Running(job, lane, self._files.path_for(job, token), alone)
        self._feed.changed([job])
        cached = self._earlier.identical(job, lane.made_by(job.request.model))
        if cached is None:
            self._enter(token)
        else:
            self._spawn_end(token, self._reuse, cached)

    def complete_late(self, made: Sequence[Job]) -> None:
        """Takes that were made before the program ended: nobody makes them again meanwhile."""
        for job in made:
            self._keeping.late.add(job.id)
            self._spawn(self._complete_late(job))

    def give_up(self, job: Job) -> bool:
        """Drop the run of a job that was just cancelled; False if it does not run."""
        self.rest_no_more(job.id)
        self._allowance.forget(job.id)  # or all others would wait for its turn, which never comes
        for token, run in self._running.items():
            if run.job.id == job.id:
                run.job = replace(run.job, cancelling=True)
                self._feed.changed([run.job])
                if run.in_lane:
                    run.lane.drop(token)
                return True
        return False

    def taken_away(self, token: str) -> None:
        """Somebody else has decided about this run's job: nobody wants the rest of it."""
        run = self._running[token]
        if not run.job.cancelling:
            run.job = replace(run.job, cancelling=True)
            if run.in_lane:
                run.lane.drop(token)

    def stop_here(self, job_id: str) -> bool:
        """Let a running job end with what it has; False if it does not grow now, or not here."""
        for token, run in self._running.items():
            if run.job.id != job_id or not run.lane.ends_early:
                continue
            if run.in_lane and run.job.step is Step.GENERATING:
                self._claims.keep_from_cache(job_id)  # it will be shorter than what was asked for
                run.lane.stop_here(token)
                return True
        return False

    def end_early(self, token: str) -> None:
        """Somebody has written down that this run is to end with what it has, once it grows."""
        run = self._running[token]
        if run.in_lane:
            run.lane.stop_here(token)

    async def left_by(self, lane: Lane) -> None:
        """Put back what a lane had that has stopped."""
        for token, run in list(self._running.items()):
            if run.lane is lane:
                await self._take_back(token, 0.0)

    async def close(self, patience: float = 0.0) -> None:
        """Put what still runs back into the queue; that counts as no retry. Takes that are made
        have ``patience`` seconds to be kept."""
        self._rests.close()
        if self._tasks and patience:
            await asyncio.wait(self._tasks, timeout=patience)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for token, run in self._running.items():
            try:
                # What a server has goes on there.
                self._claims.release(run.job.id, token, unbegun=run.job.place != LOCAL)
            except StorageError as error:
                log.warning("%s waits again after the next start: %s", run.job.id, error.message)
        self._running.clear()

    # -- what a lane tells -------------------------------------------------------------------

    def hear(self, event: RunEvent) -> None:
        """One event of a lane; those of runs that are over are ignored."""
        for token in event.runs if isinstance(event, Lost) else (event.run,):
            run = self._running.get(token)
            if run is None:
                continue
            match event:
                case Progressed() | Previewed() if run.job.cancelling:
                    pass  # it is over for everybody who watches; a deleted one is not there at all
                case Progressed():
                    self._show(run, event)
                case Previewed():
                    run.job = replace(run.job, preview=event.path)
                    self._feed.changed([run.job])
                case Completed():
                    self._spawn_end(token, self._complete, event.take)
                case Failed():
                    self._spawn_end(token, self._fail, event.failure, event.retriable)
                case Lost():
                    self._spawn_end(token, self._lose, event.failure)
                case Gone():
                    self._spawn_end(token, self._let_go)
                case Returned():
                    self._spawn_end(token, self._take_back, event.rest)

    def _show(self, run: Running, event: Progressed) -> None:
        run.job = replace(run.job, step=event.step, progress=event.progress, eta_seconds=event.eta)
        self._feed.changed([run.job])

    # -- ends --------------------------------------------------------------------------------

    async def _complete(self, token: str, made: Take) -> None:
        run = self._running[token]
        try:
            job = await self._keeping.finish(run.job, token, made, lambda: not run.job.cancelling)
        except Retriable as error:
            await self._fail(token, Failure.of(error), True)
        else:
            await self._end(token, job)

    async def _complete_late(self, made: Job) -> None:
        await self._keeping.finish_late(made)
        self._on_room()

    async def _fail(self, token: str, failure: Failure, retriable: bool) -> None:
        run = self._running[token]
        if failure.code == "disk_full":
            job = await self._insist.row(lambda: self._claims.release(run.job.id, token))
            await self._end(token, job)
            self._on_disk_full(failure)
        elif retriable and self._policy.allows(run.job.retries):
            rest = self._policy.wait(run.job.retries)
            job = await self._insist.row(
                lambda: self._claims.release(run.job.id, token, retry=True, rest=rest)
            )
            await self._end(token, job, rest=rest)
        else:
            await self._fail_for_good(token, failure)

    async def _lose(self, token: str, failure: Failure) -> None:
        """The host died: the take may be there all the same; else the job is tried alone."""
        run = self._running[token]
        found = await asyncio.to_thread(self._files.find, run.job.id, run.path)
        if found is not None and found.take is not None:
            await self._complete(token, found.take)
        elif self._policy.allows(run.job.retries):
            rest = self._policy.wait(run.job.retries)
            job = await self._insist.row(
                lambda: self._claims.release(run.job.id, token, retry=True, suspect=True, rest=rest)
            )
            if job is not None:
                self._allowance.suspect(job.id, job.place)
            await self._end(token, job, rest=rest)
        else:
            times = run.job.retries + 1
            message = f"{failure.message} It did so {times} times with this take."
            await self._fail_for_good(token, replace(failure, message=message))

    async def _let_go(self, token: str) -> None:
        """A dropped run is over. Its job was cancelled already, or goes back to the queue."""
        run = self._running[token]
        job = await self._insist.row(lambda: self._claims.release(run.job.id, token))
        await self._end(token, job)

    async def _take_back(self, token: str, rest: float) -> None:
        """The place could not go on with it: it waits again, and no attempt counts."""
        run = self._running[token]
        job = await self._insist.row(
            lambda: self._claims.release(run.job.id, token, unbegun=True, rest=rest)
        )
        await self._end(token, job, rest=rest or None)

    async def _fail_for_good(self, token: str, failure: Failure) -> None:
        run = self._running[token]
        jobs = await self._insist.row(lambda: self._claims.fail(run.job.id, token, failure))
        await self._end(token, jobs[0] if jobs else None)
        self._feed.changed(jobs[1:])

    async def _end(self, token: str, job: Job | None, rest: float | None = None) -> None:
        """Forget a run and tell its job's new state; ``job`` None: somebody else decided it."""
        job_id = self._running[token].job.id
        decided = [] if job else await self._insist.row(lambda: self._claims.jobs([job_id]))
        del self._running[token]
        if job is None:
            self._feed.changed(decided)
        elif rest is not None:
            self._rest(job, rest)
        else:
            self._feed.changed([job])
        self._on_room()

    def _rest(self, job: Job, seconds: float) -> None:
        """Keep a job from being claimed for a while."""
        self._rests.begin(job.id, seconds)
        self._feed.changed([self.snapshot(job)])

    async def _rested(self, job_id: str) -> None:
        # As its row is now: it may have been moved or edited meanwhile.
        self._feed.changed(await self._insist.row(lambda: self._claims.jobs([job_id])))
        self._on_room()

    # -- inside --------------------------------------------------------------------------------

    def _enter(self, token: str) -> None:
        """Hand a run to its lane, once what it builds on is here."""
        run = self._running[token]
        try:
            places = self._earlier.places(run.job.request)
        except MusicError as error:
            self._spawn_end(token, self._fail, Failure.of(error), False)
            return
        sources = self._earlier.at_hand(places)
        if sources is None:
            run.fetching = True
            self._spawn_end(token, self._fetch, places)
        else:
            self._hand_over(token, sources)

    def _hand_over(self, token: str, sources: Sources) -> None:
        """To its lane, unless its job was cancelled meanwhile."""
        run = self._running[token]
        if run.job.cancelling:
            self._spawn_end(token, self._let_go)
            return
        run.in_lane, run.fetching = True, False
        run.lane.run(token, run.job, run.path, sources)

    async def _fetch(self, token: str, places: Mapping[str, Path]) -> None:
        try:
            sources = await self._earlier.fetch(places)
        except NotFound as error:
            await self._fail_for_good(token, Failure.of(error))
        except StorageError as error:
            log.info("a take waits for what it builds on: %s", error.message)
            await self._take_back(token, FETCH_AGAIN_SECONDS)
        else:
            self._hand_over(token, sources)

    async def _reuse(self, token: str, take: Take) -> None:
        run = self._running[token]
        again = await self._files.reuse(take, run.path)
        if again is None:
            self._enter(token)
        else:
            await self._complete(token, again)

    def _spawn_end(self, token: str, end: Callable[..., Awaitable[None]], *how: Any) -> None:
        async def whatever_breaks() -> None:
            """No run stays for ever: one whose end breaks has failed."""
            with marked(self._running[token].job.request_id):
                try:
                    await end(token, *how)
                except Exception as error:
                    if token not in self._running:
                        raise
                    log.error("a run's end broke", exc_info=error)
                    await self._fail_for_good(token, Failure.of(error))

        self._spawn(whatever_breaks())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a run's end could not be handled", exc_info=error)
            self._feed.notice(Failure.of(error))
