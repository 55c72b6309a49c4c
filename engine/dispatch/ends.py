"""How runs end: completed, failed, lost with their host, or given up.

What that means for the job is written to the store first and told afterwards; when the store can't
be written (locked, disk full) the run waits here until it can.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

from engine.dispatch.allowance import Allowance
from engine.dispatch.feed import Feed
from engine.dispatch.files import TakeFiles
from engine.dispatch.insistence import Insistence
from engine.dispatch.keeping import Keeping
from engine.dispatch.retry import RetryPolicy
from engine.dispatch.running import RunTable
from engine.errors import Retriable
from engine.jobs import Failure, Job, Take
from engine.log_context import marked
from engine.store.claims import Claims
from engine.tasks import Tasks

__all__ = ["Ends"]

log = logging.getLogger(__name__)


class Ends:
    """Brings runs of a table to their end, each on a task of its own."""

    def __init__(
        self,
        table: RunTable,
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
        self._table = table
        self._claims = claims
        self._files = files
        self._feed = feed
        self._policy = policy
        self._allowance = allowance
        self._on_room = on_room
        self._on_disk_full = on_disk_full
        self._insist = Insistence(feed)
        self._keeping = Keeping(claims, files, feed, self._insist)
        self._tasks = Tasks(log, "a run's end", lambda error: feed.notice(Failure.of(error)))

    @property
    def late(self) -> Collection[str]:
        """Jobs whose takes were made before the program ended, and are on their way."""
        return self._keeping.late

    def begin(self, token: str, end: Callable[..., Awaitable[None]], *how: Any) -> None:
        """Let this verb, of ours or on the way to one, go on by itself."""
        self._tasks.begin(self._whatever_breaks(token, end, how))

    def complete_late(self, made: Sequence[Job]) -> None:
        """Takes that were made before the program ended: nobody makes them again meanwhile."""
        for job in made:
            self._keeping.late.add(job.id)
            self._tasks.begin(self._complete_late(job))

    def rested(self, job_id: str) -> None:
        """A job has rested: it may be tried again."""
        self._tasks.begin(self._tell_rested(job_id))

    async def close(self, patience: float) -> None:
        """Ends that are under way have so many seconds; what has not ended then still runs."""
        if patience:
            await self._tasks.ended(within=patience)
        self._tasks.cancel()
        await self._tasks.ended()

    # -- verbs for ``begin`` -------------------------------------------------------------------

    async def complete(self, token: str, made: Take) -> None:
        """It is made: kept, then told; spoilt on the way, it is a failure that may pass."""
        run = self._table.run(token)
        try:
            job = await self._keeping.finish(run.job, token, made, lambda: not run.job.cancelling)
        except Retriable as error:
            await self.fail(token, Failure.of(error), True)
        else:
            await self._end(token, job)

    async def fail(self, token: str, failure: Failure, retriable: bool) -> None:
        """Tried again where that may help; a full disk is no fault of the take."""
        run = self._table.run(token)
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
            await self.fail_for_good(token, failure)

    async def lose(self, token: str, failure: Failure) -> None:
        """The host died: the take may be there all the same; else the job is tried alone."""
        run = self._table.run(token)
        found = await asyncio.to_thread(self._files.find, run.job.id, run.path)
        if found is not None and found.take is not None:
            await self.complete(token, found.take)
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
            await self.fail_for_good(token, replace(failure, message=message))

    async def let_go(self, token: str) -> None:
        """A dropped run is over. Its job was cancelled already, or goes back to the queue."""
        run = self._table.run(token)
        job = await self._insist.row(lambda: self._claims.release(run.job.id, token))
        await self._end(token, job)

    async def take_back(self, token: str, rest: float) -> None:
        """The place could not go on with it: it waits again, and no attempt counts."""
        run = self._table.run(token)
        job = await self._insist.row(
            lambda: self._claims.release(run.job.id, token, unbegun=True, rest=rest)
        )
        await self._end(token, job, rest=rest or None)

    async def fail_for_good(self, token: str, failure: Failure) -> None:
        """It fails, and what waited for its take with it."""
        run = self._table.run(token)
        jobs = await self._insist.row(lambda: self._claims.fail(run.job.id, token, failure))
        await self._end(token, jobs[0] if jobs else None)
        self._feed.changed(jobs[1:])

    # -- inside --------------------------------------------------------------------------------

    async def _whatever_breaks(
        self, token: str, end: Callable[..., Awaitable[None]], how: Sequence[Any]
    ) -> None:
        """No run stays for ever: one whose end breaks has failed."""
        with marked(self._table.run(token).job.request_id):
            try:
                await end(token, *how)
            except Exception as error:
                if not self._table.has(token):
                    raise
                log.error("a run's end broke", exc_info=error)
                await self.fail_for_good(token, Failure.of(error))

    async def _complete_late(self, made: Job) -> None:
        try:
            await self._keeping.finish_late(made)
        finally:
            self._on_room()  # whatever broke: nobody else would look at its job again

    async def _tell_rested(self, job_id: str) -> None:
        # As its row is now: it may have been moved or edited meanwhile.
        self._feed.changed(await self._insist.row(lambda: self._claims.jobs([job_id])))
        self._on_room()

    async def _end(self, token: str, job: Job | None, rest: float | None = None) -> None:
        """Forget a run and tell its job's new state; ``job`` None: somebody else decided it."""
        job_id = self._table.run(token).job.id
        decided = [] if job else await self._insist.row(lambda: self._claims.jobs([job_id]))
        self._table.over(token)
        if job is None:
            self._feed.changed(decided)
        elif rest is not None and job.retry_at is None:  # else its row keeps it, for all alike
            self._table.rest(job.id, rest)
            self._feed.changed([self._table.snapshot(job)])
        else:
            self._feed.changed([job])
        self._on_room()
