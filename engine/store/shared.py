"""What a server asks of the queue for one of its users, and for all of them in figures."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from peewee import SQL, fn

from engine.jobs import Job, Status, utc_now
from engine.store.database import Database
from engine.store.prepared import Given, Prepared
from engine.store.records import Records, chunks
from engine.store.rows import from_row
from engine.store.turns import AGEING_SECONDS, Turns

__all__ = ["QueueFigures", "SharedJobs"]

_OPEN = (Status.PENDING.value, Status.PROCESSING.value)
_RECENT = 50
"""Takes over which the average time of one is measured."""


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """The live queue in figures."""

    pending: int
    processing: int
    completed: int
    failed: int
    oldest_pending_seconds: float | None
    average_processing_seconds: float | None


class SharedJobs(Records):
    """Queries by owner."""

    def __init__(self, database: Database, ageing: float = AGEING_SECONDS) -> None:
        """``ageing``: seconds in which who waits gains a level of priority."""
        super().__init__(database)
        self._turns = Turns(database, ageing)
        jobs, level = self._tables.jobs, self._turns.level
        waiting = jobs.status == Status.PENDING.value  # and so not in the trash: the index has all
        mine = self._turns.with_levels(jobs.select(level)).where(jobs.id == Given("id"))
        self._level = Prepared(database, mine)
        earlier = (level > Given("level")) | (
            (level == Given("level")) & (jobs.position < Given("position"))
        )
        count = fn.COUNT(SQL("*"))
        before = self._turns.with_levels(jobs.select(count)).where(waiting & earlier)
        self._before = Prepared(database, before)
        alive = jobs.select(
            jobs.status, count.alias("number"), fn.MIN(jobs.created_at).alias("oldest")
        )
        self._alive = Prepared(
            database,
            alive.where(jobs.status.in_(_OPEN), jobs.deleted_at.is_null()).group_by(jobs.status),
        )
        ended = jobs.status == Given("status")
        self._ended = Prepared(
            database, jobs.select(count).where(ended & (jobs.finished_at >= Given("since")))
        )
        times = jobs.select((jobs.finished_at - jobs.started_at).alias("took"))
        # What was joined from others no model has worked at.
        made = times.where(ended & jobs.started_at.is_null(False) & (jobs.attempt > 0))
        self._times = Prepared(database, made.order_by(jobs.finished_at.desc()).limit(_RECENT))

    def page(
        self, owner: str, status: Status | None, limit: int, before: datetime | None
    ) -> list[Job]:
        """An owner's jobs, newest first; ``before``: only those made earlier than this moment."""
        jobs = self._tables.jobs
        mine = (jobs.owner == owner) & jobs.deleted_at.is_null()
        if status is not None:
            mine &= jobs.status == status.value
        if before is not None:
            # Half a millisecond: what a moment may lose on its way through text and back.
            mine &= jobs.created_at < before.timestamp() - 0.0005
        query = self._tables.everything().where(mine).order_by(jobs.created_at.desc()).limit(limit)
        with self._database.reading():
            return [from_row(row) for row in query.dicts()]

    def live(self, owner: str, finished: timedelta, failed: timedelta) -> list[Job]:
        """An owner's part of the live queue: what is open, and what ended not long ago."""
        jobs = self._tables.jobs
        now = utc_now()
        done = jobs.finished_at >= (now - finished).timestamp()
        broken = (jobs.status == Status.FAILED.value) & (
            jobs.finished_at >= (now - failed).timestamp()
        )
        mine = (jobs.owner == owner) & jobs.deleted_at.is_null()
        alive = jobs.status.in_(_OPEN) | done | broken
        query = self._tables.everything().where(mine & alive).order_by(jobs.created_at)
        with self._database.reading():
            return [from_row(row) for row in query.dicts()]

    def position(self, job: Job) -> int | None:
        """A waiting job's place in the queue, 1 being the next; None if it does not wait."""
        if job.status is not Status.PENDING:
            return None
        with self._database.reading():
            level = self._level.value(id=job.id)
            if level is None:  # it was removed meanwhile
                return None
            return 1 + int(self._before.value(level=level, position=job.position))

    def waiting(self, limit: int) -> list[Job]:
        """What waits, of all owners, in the order of the queue as far as it is known: whose turn
        it will be is not."""
        jobs = self._tables.jobs
        pending = (jobs.status == Status.PENDING.value) & jobs.deleted_at.is_null()
        query = self._turns.with_levels(self._tables.everything()).where(pending)
        ordered = query.order_by(self._turns.level.desc(), jobs.position).limit(limit)
        with self._database.reading():
            return [from_row(row) for row in ordered.dicts()]

    def open(self) -> list[Job]:
        """What waits or runs, of all owners."""
        with self._database.reading():
            query = self._tables.everything().where(self._is_open())
            return [from_row(row) for row in query.dicts()]

    def open_ids(self) -> set[str]:
        """Their ids: of thousands that wait, much sooner than the jobs."""
        jobs = self._tables.jobs
        with self._database.reading():
            return {row["id"] for row in jobs.select(jobs.id).where(self._is_open()).dicts()}

    def to_be_told(self, since: datetime) -> list[Job]:
        """Jobs with a callback that have ended since."""
        jobs = self._tables.jobs
        ended = jobs.callback_url.is_null(False) & (jobs.finished_at >= since.timestamp())
        with self._database.reading():
            return [from_row(row) for row in self._tables.everything().where(ended).dicts()]

    def figures(self, finished: timedelta, failed: timedelta) -> QueueFigures:
        """Ended jobs count for these long."""
        now = utc_now()
        done, broken = Status.COMPLETED.value, Status.FAILED.value
        with self._database.reading():
            alive = {row["status"]: row for row in self._alive.rows()}
            times = [row["took"] for row in self._times.rows(status=done)]
            completed = self._ended.value(status=done, since=(now - finished).timestamp())
            failures = self._ended.value(status=broken, since=(now - failed).timestamp())
        pending, processing = (int(alive[s]["number"]) if s in alive else 0 for s in _OPEN)
        oldest = alive[_OPEN[0]]["oldest"] if pending else None
        return QueueFigures(
            pending=pending,
            processing=processing,
            completed=int(completed),
            failed=int(failures),
            oldest_pending_seconds=None if oldest is None else max(0.0, now.timestamp() - oldest),
            average_processing_seconds=sum(times) / len(times) if times else None,
        )

    def take_at(self, *paths: str) -> Job | None:
        """The job whose take this file is, by any of its names."""
        takes = self._tables.takes
        with self._database.reading():
            row = self._tables.everything().where(takes.path.in_(paths)).dicts().first()
        return from_row(row) if row is not None else None

    def known_paths(self, paths: Collection[str]) -> set[str]:
        """Those of these files that are takes."""
        takes = self._tables.takes
        with self._database.reading():
            return {
                row["path"]
                for chunk in chunks(paths)
                for row in takes.select(takes.path).where(takes.path.in_(chunk)).dicts()
            }

    def growing_from(self, keys: Collection[str]) -> set[str]:
        """Those of these checkpoints and previews that open jobs have."""
        jobs = self._tables.jobs
        query = jobs.select(jobs.checkpoint, jobs.preview).where(
            self._is_open() & (jobs.checkpoint.in_(list(keys)) | jobs.preview.in_(list(keys)))
        )
        with self._database.reading():
            return {key for row in query.dicts() for key in (row["checkpoint"], row["preview"])}

    def outdated(self, before: datetime, among: Collection[str] | None = None) -> list[Job]:
        """Jobs (``among`` these) whose audio is older than this, and not marked to be kept."""
        jobs, takes = self._tables.jobs, self._tables.takes
        old = (jobs.finished_at < before.timestamp()) & (
            takes.kept.is_null() | (takes.kept == False)  # noqa: E712
        )
        if among is not None:
            old &= jobs.id.in_(list(among))
        query = self._tables.everything().where(takes.path.is_null(False) & old)
        with self._database.reading():
            return [from_row(row) for row in query.dicts()]

    def builds_on(self, source: str) -> bool:
        """Whether an open job is to be made from this take."""
        jobs = self._tables.jobs
        named = self._is_open() & jobs.request.contains(source)  # by its prompt, perhaps
        query = jobs.select(jobs.request).where(named)
        with self._database.reading():
            requests = [json.loads(row["request"]) for row in query.dicts()]
        return any(source in (each.get("melody"), each.get("continue_from")) for each in requests)

    def forget_takes(self, jobs: Sequence[Job]) -> list[Job]:
        """Drop the takes of these jobs, whose files are gone; the jobs stay as history."""
        takes = self._tables.takes
        with self._database.writing():
            for job in jobs:
                # Nothing may be made from what is not there any more.
                self._update([job.id], None, fingerprint="")
                takes.delete().where(takes.job_id == job.id).execute()
            return self.jobs([job.id for job in jobs])

    def forget_repeats(self, before: datetime) -> None:
        """Drop idempotency keys of submissions before this moment."""
        repeats = self._tables.repeats
        with self._database.writing():
            repeats.delete().where(repeats.created_at < before.timestamp()).execute()

    def _is_open(self) -> Any:
        """For a query: a job waits or runs."""
        jobs = self._tables.jobs
        return jobs.deleted_at.is_null() & jobs.status.in_(_OPEN)
