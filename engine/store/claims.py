"""Claims: the dispatcher's verbs. A job changes hands by conditional updates.

A claim writes a fresh token, and only who holds that token may finish, fail or release the job.
So a late answer of a process that was thought dead changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from peewee import SqliteDatabase, fn

from engine.jobs import LOCAL, Failure, Job, Order, Status, Take, utc_now
from engine.store.faults import translated
from engine.store.records import Records
from engine.store.rows import failure_text, from_row, job_row, new_token, take_row

__all__ = ["Claims"]


class Claims(Records):
    """What runs jobs does with the queue."""

    def __init__(self, database: SqliteDatabase, *, fair: bool = False) -> None:
        """``fair``: within one priority, owners of jobs take turns."""
        super().__init__(database)
        self._fair = fair

    def claim(
        self,
        place: str,
        *,
        exclude: Collection[str] = (),
        loaded_model: str | None = None,
        idle: bool = True,
        suspects: bool = False,
    ) -> tuple[Job, str] | None:
        """Take the next job of a place: (job, token), or None. One atomic statement.

        ``exclude`` are jobs that wait for their retry; ``idle`` lets in what is marked "when
        idle"; within one priority, jobs of ``loaded_model`` go first. ``suspects`` chooses
        between those that were there when the host died, which run alone, and all others.
        """
        jobs = self._tables.jobs
        needed = jobs.alias("needed")
        unmet = needed.select(needed.id).where(
            needed.id == jobs.depends_on, needed.status != Status.COMPLETED.value
        )
        ready = (
            (jobs.status == Status.PENDING.value)
            & jobs.deleted_at.is_null()
            & (jobs.place == place)
            & (jobs.suspect == suspects)
            & ~fn.EXISTS(unmet)
        )
        if exclude:
            ready &= jobs.id.not_in(list(exclude))
        if not idle:
            ready &= ~jobs.when_idle
        order = [jobs.when_idle, jobs.priority.desc()]
        if loaded_model is not None:
            order.append((jobs.model == loaded_model).desc())
        candidates = jobs.select(jobs.id)
        if self._fair:
            turns = self._tables.turns
            candidates = candidates.left_outer_join(turns, on=(turns.owner == jobs.owner))
            order.append(fn.COALESCE(turns.number, 0))  # who was served longest ago is next
        order += [jobs.position, jobs.attempt.desc()]  # of equals, what has begun goes first
        token = new_token()
        next_id = candidates.where(ready).order_by(*order).limit(1)
        with self._transaction():
            # All rows of RETURNING are fetched before the transaction ends, or it stays open.
            claimed = list(
                jobs.update(
                    {
                        jobs.status: Status.PROCESSING.value,
                        jobs.attempt: jobs.attempt + 1,
                        jobs.token: token,
                        jobs.started_at: utc_now().timestamp(),
                    }
                )
                .where(jobs.id == next_id)
                .returning(jobs.id)
                .execute()
            )
            if not claimed:
                return None
            job = self.job(claimed[0]["id"])
            if self._fair:
                self._take_turn(job.owner)
            return job, token

    def suspects(self) -> dict[str, str]:
        """Waiting jobs that were there when the host died, and their places."""
        jobs = self._tables.jobs
        waiting = (jobs.status == Status.PENDING.value) & jobs.deleted_at.is_null()
        with translated():
            query = jobs.select(jobs.id, jobs.place).where(
                waiting & (jobs.suspect == True)  # noqa: E712
            )
            return {row["id"]: row["place"] for row in query.dicts()}

    def finish(self, job_id: str, token: str, take: Take) -> Job | None:
        """Record the take of a claimed job whose file is in place; None if the claim is gone."""
        with self._transaction():
            if not self._close(job_id, token, Status.COMPLETED, error=None):
                return None
            self._tables.takes.delete().where(self._tables.takes.job_id == job_id).execute()
            self._tables.takes.insert(take_row(job_id, take)).execute()
            return self.job(job_id)

    def fail(self, job_id: str, token: str, failure: Failure) -> list[Job]:
        """End a claimed job as failed, and what depends on it; empty if the claim is gone."""
        with self._transaction():
            if not self._close(job_id, token, Status.FAILED, error=failure):
                return []
            return [self.job(job_id), *self._fail_dependants([job_id])]

    def release(
        self,
        job_id: str,
        token: str,
        *,
        retry: bool = False,
        suspect: bool = False,
        unbegun: bool = False,
    ) -> Job | None:
        """Put a claimed job back; ``retry`` counts one, ``suspect`` marks it to run alone next,
        ``unbegun`` takes back that it was started. None if the claim is gone."""
        jobs = self._tables.jobs
        values: dict[Any, Any] = {jobs.status: Status.PENDING.value, jobs.token: None}
        if retry:
            values[jobs.retries] = jobs.retries + 1
        if suspect:
            values[jobs.suspect] = True
        if unbegun:
            values[jobs.attempt] = jobs.attempt - 1
        with self._transaction():
            held = (jobs.token == token) & (jobs.status == Status.PROCESSING.value)
            changed = jobs.update(values).where((jobs.id == job_id) & held).execute()
            return self.job(job_id) if changed else None

    def recover(self) -> list[Job]:
        """At start: put what was running when the program ended back; returns it."""
        jobs = self._tables.jobs
        with self._transaction():
            running = jobs.status == Status.PROCESSING.value
            ids = [row["id"] for row in jobs.select(jobs.id).where(running).dicts()]
            # What a server had goes on there: that is no new attempt.
            elsewhere = running & (jobs.place != LOCAL)
            self._update(ids, elsewhere, attempt=jobs.attempt - 1)
            self._update(ids, running, status=Status.PENDING.value, token=None)
            return self.jobs(ids)

    def adopt(self, job: Job) -> Job:
        """Record a finished job whose take was found as a file; replaces a waiting row."""
        if job.take is None:
            raise ValueError("only a finished job can be adopted")
        order = Order(job.request, name=job.name, id=job.id, owner=job.owner)
        row = job_row(order, position=0.0, batch=None, now=job.created_at) | {
            "status": Status.COMPLETED.value,
            "finished_at": (job.finished_at or job.created_at).timestamp(),
        }
        with self._transaction():
            known = self._update(
                [job.id],
                self._tables.jobs.status != Status.COMPLETED.value,
                status=Status.COMPLETED.value,
                token=None,
                error=None,
                finished_at=row["finished_at"],
            )
            if not known:
                self._tables.jobs.insert(row).execute()
            self._tables.takes.insert(take_row(job.id, job.take)).execute()
            return self.job(job.id)

    def cached_take(self, fingerprint: str, made_by: str | None, owner: str = "") -> Take | None:
        """A take of an identical request by the same version (None: by any), made for the same
        owner: its file carries the names that they gave it."""
        jobs, takes = self._tables.jobs, self._tables.takes
        query = (
            self._tables.everything()
            .where(jobs.fingerprint == fingerprint)
            .where(jobs.status == Status.COMPLETED.value, jobs.owner == owner)
            .order_by(jobs.finished_at.desc())
        )
        if made_by is not None:
            query = query.where(takes.made_by == made_by)
        with translated():
            row = query.dicts().first()
        return from_row(row).take if row is not None else None

    def keep_from_cache(self, job_id: str) -> None:
        """Let this job's take answer no identical request."""
        with self._transaction():
            self._update([job_id], None, fingerprint="")

    def _take_turn(self, owner: str) -> None:
        turns = self._tables.turns
        last = turns.select(fn.MAX(turns.number)).scalar() or 0
        turns.delete().where(turns.owner == owner).execute()
        turns.insert({"owner": owner, "number": last + 1}).execute()

    def _close(self, job_id: str, token: str, status: Status, error: Failure | None) -> bool:
        """Give a claimed job its final state; False if the claim is no longer ours."""
        jobs = self._tables.jobs
        held = (jobs.token == token) & (jobs.status == Status.PROCESSING.value)
        changed = self._update(
            [job_id],
            held,
            status=status.value,
            token=None,
            error=failure_text(error) if error else None,
            finished_at=utc_now().timestamp(),
        )
        return bool(changed)
