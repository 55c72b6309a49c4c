"""Jobs of lost workers: who was not heard of for so long has them no more."""

from __future__ import annotations

from collections import Counter

from peewee import SQL, fn

from engine.errors import HostDied
from engine.jobs import Failure, Job, Status, utc_now
from engine.store.database import Alone, Database
from engine.store.permits import Permits
from engine.store.records import Records
from engine.store.rows import failure_text

__all__ = ["LostJobs"]

AT_ONCE = 500
"""Jobs of one kind whose missing permits are issued in one go."""


class LostJobs(Records):
    """Looked for by all servers and workers, one after the other."""

    def __init__(
        self,
        database: Database,
        *,
        max_retries: int,
        lease_seconds: float,
        permits: Permits | None = None,
    ) -> None:
        """``max_retries``: whose workers were lost more often is not made any more. Who is silent
        for longer than ``lease_seconds`` is lost."""
        super().__init__(database, permits)
        self._max_retries = max_retries
        self._lease_seconds = lease_seconds

    def reap(self) -> list[Job] | None:
        """Put jobs whose lease has ended back into the queue, or fail those that it happened to too
        often; all that changed. None if somebody else does it just now.

        Machines die by themselves more often than by a job: what was lost once goes on together
        with others, and only what was lost again runs alone, so that the guilty one is found.
        """
        jobs = self._tables.jobs
        # Without a lease it ran before this was a cluster, and by nobody who is in it.
        ended = jobs.lease_until.is_null() | (jobs.lease_until < self._database.now)
        lost = (jobs.status == Status.PROCESSING.value) & ended
        with self._database.writing():
            if not self._database.free(Alone.REAPING):
                return None
            rows = list(jobs.select(jobs.id, jobs.retries).where(lost).dicts())
            again = [row["id"] for row in rows if row["retries"] < self._max_retries]
            poison = [row["id"] for row in rows if row["retries"] >= self._max_retries]
            failed: list[Job] = []
            if poison:  # the queue first: who waits for it holds no row that we want
                with self._database.writing(Alone.QUEUE):
                    failed = self._fail(poison, lost)
            back = self._update(
                again,
                lost,
                status=Status.PENDING.value,
                token=None,
                lease_until=None,
                suspect=jobs.suspect | (jobs.retries > 0),
                retries=jobs.retries + 1,
            )
            self._let_run(back)
            if self._permits is not None:
                self._permits.withdraw(self._lease_seconds)
                self._let_run(self._without(self._permits))
            return [*failed, *self.jobs(back)]

    def _without(self, permits: Permits) -> list[str]:
        """Some of those that may run now, and for which no permit is left: each is good for any of
        its kind, so they are counted first. Nearly always that is all."""
        jobs = self._tables.jobs
        ready = self._may_run() & self._has_rested()
        kinds = jobs.select(jobs.model, jobs.suspect, fn.COUNT(jobs.id)).where(ready)
        waiting = Counter(
            {
                (model, alone): number
                for model, alone, number in kinds.group_by(jobs.model, jobs.suspect).tuples()
            }
        )
        missing = waiting - permits.out({model for model, _ in waiting})
        found: list[str] = []
        for (model, alone), number in missing.items():
            of_kind = (jobs.model == model) & (jobs.suspect == alone) & ~SQL(permits.is_out)
            some = jobs.select(jobs.id).where(ready & of_kind).limit(min(number, AT_ONCE))
            found += [row["id"] for row in some.dicts()]
        return found

    def _fail(self, ids: list[str], lost: object) -> list[Job]:
        ended = self._update(
            ids,
            lost,
            status=Status.FAILED.value,
            token=None,
            lease_until=None,
            error=failure_text(_poison(self._max_retries + 1)),
            finished_at=utc_now().timestamp(),
        )
        return [*self.jobs(ended), *self._fail_dependants(ended)]


def _poison(times: int) -> Failure:
    return Failure.of(
        HostDied(
            "The music engine ended unexpectedly (its worker was lost). "
            f"It did so {times} times with this take."
        )
    )
