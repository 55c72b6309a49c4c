"""Runs: attempts under way. Each is begun, heard of and at last ended, in exactly one way."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.dispatch.allowance import Allowance
from engine.dispatch.earlier import Earlier
from engine.dispatch.ends import Ends
from engine.dispatch.feed import Feed
from engine.dispatch.files import TakeFiles
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
from engine.dispatch.running import Running, RunTable
from engine.errors import MusicError, NotFound, StorageError
from engine.jobs import LOCAL, Failure, Job, Step, Take
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
        allowance: Allowance,
        ends: Callable[[RunTable], Ends],
    ) -> None:
        """``ends`` gives what brings runs of this table to their end."""
        super().__init__(lambda job_id: self._ends.rested(job_id))
        self._claims = claims
        self._files = files
        self._feed = feed
        self._allowance = allowance
        self._earlier = Earlier(claims, files)
        self._ends = ends(self)

    # -- what others ask ---------------------------------------------------------------------

    def busy_ids(self) -> list[str]:
        """Jobs that must not be claimed now: they run, or rest before the next try."""
        running = [run.job.id for run in self._running.values()]
        return [*running, *self._rests.ids(), *self._ends.late]

    # -- begin and give up -------------------------------------------------------------------

    def begin(self, token: str, job: Job, lane: Lane, *, alone: bool = False) -> None:
        """Run a claimed job; an identical take that is there already is used again."""
        self._allowance.forget(job.id)
        job = replace(job, ends_early=lane.ends_early)
        self._running[token] = Running(job, lane, self._files.path_for(job, token), alone)
        self._feed.changed([job])
        cached = self._earlier.identical(job, lane.maker(job.request.model))
        if cached is None:
            self._enter(token)
        else:
            self._ends.begin(token, self._reuse, cached)

    def complete_late(self, made: Sequence[Job]) -> None:
        """Takes that were made before the program ended: nobody makes them again meanwhile."""
        self._ends.complete_late(made)

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

    def moved(self, lane: Lane, to: Lane) -> None:
        """Another lane takes the place of this one, which is about to stop: what it has goes back
        to the queue, what was to enter it enters the other, and what has ended there ends."""
        for token, run in self._running.items():
            if run.lane is lane:
                run.lane = to
                if run.in_lane and not run.ending:
                    self._end(token, self._ends.take_back, 0.0)

    async def close(self, patience: float = 0.0) -> None:
        """Put what still runs back into the queue; that counts as no retry. Takes that are made
        have ``patience`` seconds to be kept."""
        self._rests.close()
        await self._ends.close(patience)
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
            if run is None or run.ending:
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
                    self._end(token, self._ends.complete, event.take)
                case Failed():
                    self._end(token, self._ends.fail, event.failure, event.retriable)
                case Lost():
                    self._end(token, self._ends.lose, event.failure)
                case Gone():
                    self._end(token, self._ends.let_go)
                case Returned():
                    self._end(token, self._ends.take_back, event.rest)

    def _show(self, run: Running, event: Progressed) -> None:
        run.job = replace(run.job, step=event.step, progress=event.progress, eta_seconds=event.eta)
        self._feed.changed([run.job])

    # -- inside --------------------------------------------------------------------------------

    def _end(self, token: str, end: Callable[..., Awaitable[None]], *how: Any) -> None:
        """Its lane is rid of it, or never had it: let this verb bring it to its end."""
        self._running[token].ending = True
        self._ends.begin(token, end, *how)

    def _enter(self, token: str) -> None:
        """Hand a run to its lane, once what it builds on is here."""
        run = self._running[token]
        try:
            places = self._earlier.places(run.job.request)
        except StorageError as error:
            self._end(token, self._wait_for_it, error)
            return
        except MusicError as error:
            self._end(token, self._ends.fail, Failure.of(error), False)
            return
        sources = self._earlier.at_hand(places)
        if sources is None:
            run.fetching = True
            self._ends.begin(token, self._fetch, places)
        else:
            self._hand_over(token, sources)

    def _hand_over(self, token: str, sources: Sources) -> None:
        """To its lane, unless its job was cancelled meanwhile."""
        run = self._running[token]
        if run.job.cancelling:
            self._end(token, self._ends.let_go)
            return
        run.in_lane, run.fetching = True, False
        try:
            run.lane.run(token, run.job, run.path, sources)
        except Exception as error:
            # Whatever it is: what a lane did not take it never ends.
            log.exception("%s could not begin", run.job.id)
            self._end(token, self._ends.fail_for_good, Failure.of(error))

    async def _fetch(self, token: str, places: Mapping[str, Path]) -> None:
        try:
            sources = await self._earlier.fetch(places)
        except NotFound as error:
            self._end(token, self._ends.fail_for_good, Failure.of(error))
        except StorageError as error:
            self._end(token, self._wait_for_it, error)
        else:
            self._hand_over(token, sources)

    async def _wait_for_it(self, token: str, error: StorageError) -> None:
        """What it builds on can't be had, or looked up, now: later it may be."""
        log.info("a take waits for what it builds on: %s", error.message)
        await self._ends.take_back(token, FETCH_AGAIN_SECONDS)

    async def _reuse(self, token: str, take: Take) -> None:
        run = self._running[token]
        again = await self._files.reuse(take, run.path)
        if again is None:
            self._enter(token)
        else:
            self._end(token, self._ends.complete, again)
