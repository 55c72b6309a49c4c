"""Where in the queue jobs wait: positions at its ends, and between two others."""

from __future__ import annotations

from collections.abc import Sequence

from peewee import fn

from engine.jobs import Job, Status
from engine.store.database import Alone, Database
from engine.store.permits import Permits
from engine.store.prepared import Prepared
from engine.store.records import Records
from engine.store.rows import from_row

__all__ = ["POSITION_STEP", "Positions"]

POSITION_STEP = 1.0
_CLOSEST = 1e-6
"""Positions nearer than this are set apart before something goes between them."""


class Positions(Records):
    """Whoever asks for a position and then takes it is alone with the queue in between."""

    def __init__(self, database: Database, permits: Permits | None = None) -> None:
        super().__init__(database, permits)
        jobs = self._tables.jobs
        # What has ended gets another position before it waits again, but for what comes back from
        # the trash. An index each has it all.
        taken = (
            jobs.status.in_((Status.PENDING.value, Status.PROCESSING.value)),
            jobs.deleted_at.is_null(False),
        )
        first, last = (jobs.select(edge(jobs.position)) for edge in (fn.MIN, fn.MAX))
        self._firsts = [Prepared(database, first.where(which)) for which in taken]
        self._lasts = [Prepared(database, last.where(which)) for which in taken]

    def move(self, ids: Sequence[str], before: str | None) -> list[Job]:
        """Put waiting jobs, in this order, before another waiting one or at the very end.

        They take on the priority of where they land, or they could not stay there.
        """
        if before in ids:
            return []
        with self._database.writing(Alone.QUEUE):
            pending = self._pending()
            moved = [job.id for job in pending if job.id in set(ids)]
            moved.sort(key=list(ids).index)
            others = [job for job in pending if job.id not in set(ids)]
            at = next((i for i, job in enumerate(others) if job.id == before), len(others))
            if not moved or not others:
                return []
            near = others[at] if at < len(others) else others[-1]
            low, high = _gap(others, at, near, room=len(moved) + 1.0)
            step = (high - low) / (len(moved) + 1)
            if step < _CLOSEST:
                self._renumber([job.id for job in others])
                return self.move(ids, before)
            for number, job_id in enumerate(moved, 1):
                self._update(
                    [job_id],
                    None,
                    position=low + number * step,
                    priority=near.priority,
                    when_idle=near.when_idle,
                )
            return self.jobs(moved)

    def _pending(self) -> list[Job]:
        jobs = self._tables.jobs
        query = self._tables.everything().where(
            jobs.deleted_at.is_null(), jobs.status == Status.PENDING.value
        )
        ordered = query.order_by(
            jobs.when_idle, jobs.priority.desc(), jobs.position, jobs.attempt.desc()
        )
        return [from_row(row) for row in ordered.dicts()]

    def _outer_position(self, *, front: bool, count: int) -> float:
        """Where ``count`` rows begin that go before, or after, all others that wait or run, or may
        do so again."""
        edges = [query.value() for query in (self._firsts if front else self._lasts)]
        known = [float(edge) for edge in edges if edge is not None]
        if not known:
            return 0.0
        return min(known) - count * POSITION_STEP if front else max(known) + POSITION_STEP

    def _top_priority(self) -> int:
        jobs = self._tables.jobs
        pending = jobs.status == Status.PENDING.value
        return int(jobs.select(fn.MAX(jobs.priority)).where(pending).scalar() or 0)

    def _renumber(self, order: Sequence[str]) -> None:
        """Set waiting jobs apart again, after many moves to the same place."""
        for number, job_id in enumerate(order):
            self._update([job_id], None, position=number * POSITION_STEP)


def _gap(others: Sequence[Job], at: int, near: Job, room: float) -> tuple[float, float]:
    """The positions between which something lands that goes before ``others[at]``."""
    peers = (near.when_idle, near.priority)
    above = others[at - 1] if at else None
    if above is not None and (above.when_idle, above.priority) == peers:
        low = above.position
    else:
        low = near.position - room
    return (low, near.position) if at < len(others) else (near.position, near.position + room)
