"""Permits in procrastinate's tables: issued in the transaction that lets a job run.

One for each job, and a queue for each model. Whoever takes one may run a job: that one, or one
that comes before it (see ``engine.cluster.desk``). Who issues some calls as many workers that have
room: what is there for all to see, all would ask for at once.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job
from procrastinate.schema import SchemaManager

from engine.cluster.news import CHANNEL, Kind
from engine.errors import StorageError
from engine.store.database import Alone, Database
from engine.store.permits import GoodFor, Permit

__all__ = ["RUN", "QueuePermits", "queue_of"]

RUN = "run"
"""The one task."""


class QueuePermits:
    """Implements ``engine.store.permits.Permits`` over the store's own connections."""

    is_out = (
        "EXISTS (SELECT 1 FROM procrastinate_jobs AS permits "
        "WHERE permits.status = 'todo' AND permits.queueing_lock = 'job:' || t1.id)"
    )

    def __init__(self, database: Database, lease_seconds: float = 30.0) -> None:
        """Who is silent for longer than ``lease_seconds`` is not called."""
        self._database = database
        self._lease_seconds = lease_seconds
        app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())  # never opened
        self._manager = app.job_manager

    def install(self) -> None:
        """Make procrastinate's tables, if there are none. Raises StorageError."""
        with self._database.writing(Alone.QUEUE):
            there = self._sql("SELECT to_regclass('procrastinate_jobs')")
            if there.fetchone()[0] is None:
                self._sql(SchemaManager.get_schema().replace("%", "%%"))

    def issue(self, permits: Sequence[Permit], *, new: bool = False, rest: float = 0.0) -> None:
        if permits and not new:
            out = self._out([_lock(permit.job_id) for permit in permits])
            permits = [permit for permit in permits if _lock(permit.job_id) not in out]
        if not permits:
            return
        at = self._in(rest) if rest else None
        jobs = [_job(permit, at) for permit in permits]
        with _translated():
            self._manager.batch_defer_jobs(jobs, connection=self._database.peewee.connection())
        if at is None:
            self._call([permit.model for permit in permits])

    def pass_on(self, worker_id: str, models: Sequence[str]) -> None:
        """Call another worker than this one, which was called and has no room."""
        with self._database.writing():
            self._call(models, count=1, besides=worker_id)

    def recall(self, job_ids: Collection[str]) -> None:
        self._sql(
            "DELETE FROM procrastinate_jobs AS permits USING jobs "
            "WHERE permits.status = 'todo' AND permits.queueing_lock = 'job:' || jobs.id "
            "AND jobs.status = 'pending' AND jobs.id = ANY(%s)",
            list(job_ids),
        )

    def out(self, models: Collection[str]) -> Counter[GoodFor]:
        model_of = {queue_of(model): model for model in models}
        rows = self._sql(
            "SELECT queue_name, (args ->> 'alone')::boolean, count(*) FROM procrastinate_jobs "
            "WHERE status = 'todo' AND queue_name = ANY(%s) "
            "AND (scheduled_at IS NULL OR scheduled_at <= now()) GROUP BY 1, 2",
            list(model_of),
        )
        return Counter({(model_of[queue], alone): number for queue, alone, number in rows})

    def withdraw(self, silent_seconds: float) -> None:
        self._sql(
            "DELETE FROM procrastinate_jobs WHERE status = 'doing' AND (worker_id IS NULL OR "
            "worker_id IN (SELECT id FROM procrastinate_workers "
            "WHERE last_heartbeat < now() - make_interval(secs => %s)))",
            silent_seconds,
        )

    def _call(self, models: Sequence[str], *, count: int | None = None, besides: str = "") -> None:
        """As many workers that have room as there are ``models``, or ``count``: who has one of them
        loaded first, then who has most room."""
        about = (besides, self._lease_seconds, list(models), list(models), count or len(models))
        self._sql(_CALL, CHANNEL, Kind.PERMIT.value, *about)

    def _out(self, locks: list[str]) -> set[str]:
        """Those of these that nobody has taken yet."""
        rows = self._sql(
            "SELECT queueing_lock FROM procrastinate_jobs "
            "WHERE status = 'todo' AND queueing_lock = ANY(%s)",
            locks,
        )
        return {row[0] for row in rows.fetchall()}

    def _in(self, seconds: float) -> datetime:
        """That long from now by the database's clock: this computer's may be wrong by hours."""
        rows = self._sql("SELECT clock_timestamp() + make_interval(secs => %s)", seconds)
        at: datetime = rows.fetchone()[0]
        return at

    def _sql(self, statement: str, *values: object) -> Any:
        return self._database.peewee.execute_sql(statement, values)


_CALL = """
SELECT pg_notify(%s, json_build_array(%s::text, id)::text) FROM (
    SELECT workers.id FROM workers LEFT JOIN (
        SELECT worker, count(*) AS number FROM jobs
        WHERE status = 'processing' AND lease_until IS NOT NULL GROUP BY worker
    ) AS runs ON runs.worker = workers.id
    WHERE state = 'working' AND slots > coalesce(number, 0) AND workers.id <> %s
    AND seen_at > extract(epoch FROM clock_timestamp()) - %s
    AND (models IS NULL OR models::jsonb ?| %s::text[])
    ORDER BY (model = ANY(%s::text[])) IS TRUE DESC, slots - coalesce(number, 0) DESC, random()
    LIMIT %s
) AS called
"""


def queue_of(model: str) -> str:
    """Short enough for the name of a channel, and different for each model."""
    plain = re.sub(r"[^a-z0-9]+", "-", model.lower())[:24]
    return f"{plain}-{hashlib.sha256(model.encode()).hexdigest()[:8]}"


def _lock(job_id: str) -> str:
    return f"job:{job_id}"


def _job(permit: Permit, at: datetime | None) -> Job:
    return Job(
        queue=queue_of(permit.model),
        task_name=RUN,
        task_kwargs={"job": permit.job_id, "alone": permit.alone},
        priority=permit.priority,
        lock=None,
        queueing_lock=_lock(permit.job_id),
        scheduled_at=at,
    )


@contextmanager
def _translated() -> Iterator[None]:
    """Raise what procrastinate raises as StorageError; the transaction is over with either."""
    try:
        yield
    except AlreadyEnqueued as error:
        raise StorageError(
            "The database was busy with the same takes.", hint="Try again.", detail=str(error)
        ) from error
    except ConnectorException as error:
        raise StorageError(
            "The database could not queue this.", hint="Try again.", detail=str(error.__cause__)
        ) from error
