"""What a server asks of the queue for one of its users, and for all of them in figures."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from peewee import fn

from engine.jobs import Job, Status, utc_now
from engine.store.database import Database
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
        jobs, level = self._tables.jobs, self._turns.level
        waiting = (jobs.status == Status.PENDING.value) & jobs.deleted_at.is_null()
        with self._database.reading():
            mine = self._turns.joined(jobs.select(level)).where(jobs.id == job.id).scalar()
            if mine is None:  # it was removed meanwhile
                return None
            earlier = (level > mine) | ((level == mine) & (jobs.position < job.position))
            before = self._turns.joined(jobs.select(fn.COUNT(jobs.id))).where(waiting & earlier)
            return 1 + int(before.scalar())

    def waiting(self, limit: int) -> list[Job]:
        """What waits, of all owners, in the order of the queue as far as it is known: whose turn
        it will be is not."""
        jobs = self._tables.jobs
        pending = (jobs.status == Status.PENDING.value) & jobs.deleted_at.is_null()
        query = self._turns.joined(self._tables.everything()).where(pending)
        ordered = query.order_by(self._turns.level.desc(), jobs.position).limit(limit)
        with self._database.reading():
            return [from_row(row) for row in ordered.dicts()]

    def open(self) -> list[Job]:
        """What waits or runs, of all owners."""
        jobs = self._tables.jobs
        alive = jobs.deleted_at.is_null() & jobs.status.in_(_OPEN)
        with self._database.reading():
            return [from_row(row) for row in self._tables.everything().where(alive).dicts()]

    def to_be_told(self, since: datetime) -> list[Job]:
        """Jobs with a callback that have ended since."""
        jobs = self._tables.jobs
        ended = jobs.callback_url.is_null(False) & (jobs.finished_at >= since.timestamp())
        with self._database.reading():
            return [from_row(row) for row in self._tables.everything().where(ended).dicts()]

    def queued(self, owner: str) -> int:
        """How many of an owner's jobs wait or run."""
        jobs = self._tables.jobs
        mine = (jobs.owner == owner) & jobs.deleted_at.is_null() & jobs.status.in_(_OPEN)
        with self._database.reading():
            return int(jobs.select(fn.COUNT(jobs.id)).where(mine).scalar())

    def stored_bytes(self, owner: str) -> int:
        """Bytes of an owner's takes."""
        jobs, takes = self._tables.jobs, self._tables.takes
        query = takes.select(fn.SUM(takes.size)).join(jobs, on=(jobs.id == takes.job_id))
        with self._database.reading():
            return int(query.where(jobs.owner == owner).scalar() or 0)

    def figures(self, finished: timedelta, failed: timedelta) -> QueueFigures:
        """Ended jobs count for these long."""
        now = utc_now()
        pending, processing = (self.count(Status(status)) for status in _OPEN)
        jobs = self._tables.jobs
        waiting = (jobs.status == Status.PENDING.value) & jobs.deleted_at.is_null()
        ended = jobs.select(jobs.started_at, jobs.finished_at).where(
            jobs.status == Status.COMPLETED.value, jobs.started_at.is_null(False)
        )
        with self._database.reading():
            oldest = jobs.select(fn.MIN(jobs.created_at)).where(waiting).scalar()
            times = [
                row["finished_at"] - row["started_at"]
                for row in ended.order_by(jobs.finished_at.desc()).limit(_RECENT).dicts()
            ]
        return QueueFigures(
            pending=pending,
            processing=processing,
            completed=self._ended_since(Status.COMPLETED, now - finished),
            failed=self._ended_since(Status.FAILED, now - failed),
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
        alive = jobs.deleted_at.is_null() & jobs.status.in_(_OPEN)
        query = jobs.select(jobs.checkpoint, jobs.preview).where(
            alive & (jobs.checkpoint.in_(list(keys)) | jobs.preview.in_(list(keys)))
        )
        with self._database.reading():
            return {key for row in query.dicts() for key in (row["checkpoint"], row["preview"])}

    def outdated(self, before: datetime) -> list[Job]:
        """Jobs whose audio is older than this, and not marked to be kept."""
        jobs, takes = self._tables.jobs, self._tables.takes
        old = (jobs.finished_at < before.timestamp()) & (
            takes.kept.is_null() | (takes.kept == False)  # noqa: E712
        )
        query = self._tables.everything().where(takes.path.is_null(False) & old)
        with self._database.reading():
            return [from_row(row) for row in query.dicts()]

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

    def _ended_since(self, status: Status, moment: datetime) -> int:
        jobs = self._tables.jobs
        ended = (jobs.status == status.value) & (jobs.finished_at >= moment.timestamp())
        with self._database.reading():
            return int(jobs.select(fn.COUNT(jobs.id)).where(ended).scalar())
