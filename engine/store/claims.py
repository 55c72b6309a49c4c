"""Claims: the dispatcher's verbs. A job changes hands by conditional updates.

A claim writes a fresh token, and only who holds that token may finish, fail or release the job.
So a late answer of a process that was thought dead changes nothing. The token stays with the row
until somebody else changes its state: who could not hear whether a word was taken says it again,
and gets the answer that was lost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from peewee import SQL

from engine.jobs import LOCAL, Failure, Job, Status, Take, utc_now
from engine.store.database import Alone, Database
from engine.store.heads import heads
from engine.store.made import Made
from engine.store.permits import Permits
from engine.store.prepared import Given, Prepared
from engine.store.rows import failure_text, from_row, new_token, take_row
from engine.store.turns import AGEING_SECONDS, Turns

__all__ = ["Claims"]

_EXCLUDED = 8
"""Excluded jobs of a claim, or a multiple."""


class Claims(Made):
    """What runs jobs does with the queue."""

    def __init__(
        self,
        database: Database,
        *,
        fair: bool = False,
        ageing: float = AGEING_SECONDS,
        permits: Permits | None = None,
    ) -> None:
        """``fair``: owners of jobs take turns, and who waits gains a level of priority for each
        ``ageing`` seconds; ``permits``: where other processes need them to run jobs."""
        super().__init__(database, permits)
        self._turns = Turns(database, ageing) if fair else None
        self._statements: dict[tuple[int, bool, bool], list[Prepared]] = {}
        """Of claims, by what they have to look at."""

    def claim(
        self,
        place: str,
        *,
        exclude: Collection[str] = (),
        loaded_model: str | None = None,
        idle: bool = True,
        suspects: bool = False,
    ) -> tuple[Job, str] | None:
        """Take the next job of a place: (job, token), or None. One atomic statement, and with
        turns one after the other. Raises StoreLocked when another engine has the database, and
        DiskStillFull while there is no room for what it would become.

        ``exclude`` are jobs that wait for their retry; ``idle`` lets in what is marked "when
        idle"; within one priority, jobs of ``loaded_model`` go first. ``suspects`` chooses
        between those that were there when the host died, which run alone, and all others.
        """
        token = new_token()
        # Padded, so that many numbers of jobs have one statement.
        excluded = [*exclude, *[""] * (-len(exclude) % _EXCLUDED)]
        given = {
            **{_number(i): job_id for i, job_id in enumerate(excluded)},
            "place": place,
            "suspects": suspects,
            "model": loaded_model,
            "token": token,
        }
        statements = self._claiming(len(excluded), idle=idle, favours=loaded_model is not None)
        self._database.still_sole()
        self._database.room_for_more()
        with self._database.writing(Alone.TURNS if self._turns else None):
            now = utc_now().timestamp()  # not before: what comes while it waits begins after that
            for statement in statements:
                for row in statement.rows(now=now, **given):
                    job = from_row(row)
                    if self._turns:
                        self._turns.take(job)
                    return job, token
        return None

    def _claiming(self, excluded: int, *, idle: bool, favours: bool) -> list[Prepared]:
        """What claims the next job; a later one only counts if one before found none."""
        shape = (excluded, idle, favours)
        if shape not in self._statements:
            jobs = self._tables.jobs
            ready = self._claimable()
            if excluded:
                ready &= jobs.id.not_in([Given(_number(i)) for i in range(excluded)])
            if not idle:
                ready &= ~jobs.when_idle
            self._statements[shape] = [
                self._claiming_first_of(candidates, favours=favours)
                for candidates in self._candidates(ready)
            ]
        return self._statements[shape]

    def _candidates(self, ready: Any) -> Iterator[Any]:
        """Queries for those that may be next."""
        jobs, turns = self._tables.jobs, self._turns
        if turns:
            first = heads(self._tables, ready)
            yield turns.joined(jobs.select(jobs.id).where(self._database.among(jobs.id, first)))
        # There are too many lines, or somebody is just changing the heads of all.
        there = (jobs.place == Given("place")) & (jobs.suspect == Given("suspects"))
        every_one = jobs.select(jobs.id).where(ready & there)
        yield turns.joined(every_one) if turns else every_one

    def _claiming_first_of(self, candidates: Any, *, favours: bool) -> Prepared:
        jobs, turns = self._tables.jobs, self._turns
        order = [jobs.when_idle, (turns.level if turns else jobs.priority).desc()]
        if favours:
            order.append((jobs.model == Given("model")).desc())
        if turns:
            order.append(turns.turn)
        order += [jobs.position, jobs.attempt.desc()]  # of equals, what has begun goes first
        best = self._database.untaken(candidates.order_by(*order).limit(SQL("1")), jobs)
        begun = jobs.update(self._begun()).where(jobs.id == best)
        return Prepared(self._database, begun.returning(*self._tables.columns()))

    def suspects(self) -> dict[str, str]:
        """Waiting jobs that were there when the host died, and their places."""
        jobs = self._tables.jobs
        waiting = (jobs.status == Status.PENDING.value) & jobs.deleted_at.is_null()
        with self._database.reading():
            query = jobs.select(jobs.id, jobs.place).where(
                waiting & (jobs.suspect == True)  # noqa: E712
            )
            return {row["id"]: row["place"] for row in query.dicts()}

    def suspect_waits(self, place: str, *, exclude: Collection[str] = ()) -> bool:
        """Whether one of them could be claimed there now."""
        jobs = self._tables.jobs
        there = self._claimable() & (jobs.place == place) & jobs.id.not_in(list(exclude))
        with self._database.reading():
            suspects = jobs.select(jobs.id).where(there & (jobs.suspect == True))  # noqa: E712
            return bool(suspects.limit(1).dicts().first())

    def finish(self, job_id: str, token: str, take: Take) -> Job | None:
        """Record the take of a claimed job whose file is in place; None if the claim is gone."""
        with self._database.writing():
            if not self._close(job_id, token, Status.COMPLETED, error=None):
                return self._said_before(job_id, token, Status.COMPLETED)
            self._tables.takes.delete().where(self._tables.takes.job_id == job_id).execute()
            self._tables.takes.insert(take_row(job_id, take)).execute()
            if freed := self._waiting_for([job_id]):
                self._let_run(freed)
            return self.job(job_id)

    def fail(self, job_id: str, token: str, failure: Failure) -> list[Job]:
        """End a claimed job as failed, and what depends on it; empty if the claim is gone."""
        with self._database.writing(Alone.QUEUE):
            if not self._close(job_id, token, Status.FAILED, error=failure):
                told = self._said_before(job_id, token, Status.FAILED)
                return [told] if told is not None else []
            return [self.job(job_id), *self._fail_dependants([job_id])]

    def release(
        self,
        job_id: str,
        token: str,
        *,
        retry: bool = False,
        suspect: bool = False,
        unbegun: bool = False,
        rest: float = 0.0,
    ) -> Job | None:
        """Put a claimed job back; ``retry`` counts one, ``suspect`` marks it to run alone next,
        ``unbegun`` takes back that it was started. None if the claim is gone.

        ``rest``: seconds in which others who claim leave it alone; who claims alone ``exclude``s
        it.
        """
        jobs = self._tables.jobs
        values = self._given_back(rest)
        if retry:
            values["retries"] = jobs.retries + 1
        if suspect:
            values["suspect"] = True
        if unbegun:
            values["attempt"] = jobs.attempt - 1
        with self._database.writing():
            if not self._update([job_id], self._held(token), **values):
                return self._said_before(job_id, token, Status.PENDING)
            self._let_run([job_id], rest)
            return self.job(job_id)

    def recover(self) -> list[Job]:
        """At start: put what was running when the program ended back; returns it."""
        jobs = self._tables.jobs
        with self._database.writing(Alone.QUEUE):
            running = jobs.status == Status.PROCESSING.value
            ids = [row["id"] for row in jobs.select(jobs.id).where(running).dicts()]
            # What a server had goes on there: that is no new attempt.
            elsewhere = running & (jobs.place != LOCAL)
            self._update(ids, elsewhere, attempt=jobs.attempt - 1)
            return self.jobs(self._update(ids, running, status=Status.PENDING.value, token=None))

    def put_back(self, held: Collection[str]) -> list[Job]:
        """Jobs that run by none of these tokens, the engine's own: the answer to their claim was
        lost, and nobody makes them. They wait again, and no attempt counts."""
        jobs = self._tables.jobs
        stray = jobs.status == Status.PROCESSING.value
        if held:
            stray &= jobs.token.not_in(list(held))
        with self._database.writing():
            ids = [row["id"] for row in jobs.select(jobs.id).where(stray).dicts()]
            waiting = {"status": Status.PENDING.value, "token": None}
            return self.jobs(self._update(ids, stray, attempt=jobs.attempt - 1, **waiting))

    def _claimable(self) -> Any:
        """For a query: what may be claimed here and now, of all places."""
        return self._may_run()

    def _begun(self) -> dict[Any, Any]:
        """What a claim makes of a row."""
        jobs = self._tables.jobs
        return {
            jobs.status: Status.PROCESSING.value,
            jobs.attempt: jobs.attempt + 1,
            jobs.token: Given("token"),
            jobs.started_at: Given("now"),
        }

    def _given_back(self, rest: float) -> dict[str, Any]:  # noqa: ARG002 - who is alone keeps it
        """What the end of a claim makes of a row that waits again."""
        return {"status": Status.PENDING.value}

    def _held(self, token: str) -> Any:
        jobs = self._tables.jobs
        return (jobs.token == token) & (jobs.status == Status.PROCESSING.value)

    def _close(self, job_id: str, token: str, status: Status, error: Failure | None) -> bool:
        """Give a claimed job its final state; False if the claim is no longer ours."""
        changed = self._update(
            [job_id],
            self._held(token),
            status=status.value,
            lease_until=None,
            error=failure_text(error) if error else None,
            finished_at=utc_now().timestamp(),
        )
        return bool(changed)

    def _said_before(self, job_id: str, token: str, status: Status) -> Job | None:
        """The job, if the holder of this token has brought it into this state already: the commit
        was done, and the answer to it was lost."""
        jobs = self._tables.jobs
        same = (jobs.id == job_id) & (jobs.token == token) & (jobs.status == status.value)
        row = self._tables.everything().where(same).dicts().first()
        return from_row(row) if row is not None else None


def _number(excluded: int) -> str:
    return f"excluded {excluded}"
