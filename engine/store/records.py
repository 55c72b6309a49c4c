"""What store and claims share: reading jobs, and how a job ends."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from peewee import SQL, fn

from engine.errors import KeyReused, NotFound
from engine.jobs import Failure, Job, Once, Status, utc_now
from engine.store.database import Database
from engine.store.permits import Permit, Permits
from engine.store.prepared import Given, Prepared
from engine.store.rows import Tables, failure_text, from_row

__all__ = ["Records", "chunks"]

T = TypeVar("T")

_CHUNK = 500
"""Ids in one statement; SQLite limits the number of its parameters."""


class Records:
    """Jobs and takes of one database."""

    def __init__(self, database: Database, permits: Permits | None = None) -> None:
        """``permits``: where they are needed to run what waits."""
        self._database = database
        self._tables = Tables(database.peewee)
        self._permits = permits
        jobs, everything = self._tables.jobs, self._tables.everything()
        self._by_id = Prepared(database, everything.where(jobs.id == Given("id")))
        self._known = Prepared(database, jobs.select(jobs.id).where(jobs.id == Given("id")))
        self._insertions: dict[tuple[str, ...], str] = {}

    def jobs(self, ids: Collection[str] | None = None) -> list[Job]:
        """All jobs that are not in the trash, or those of ``ids``; waiting ones in queue order
        first, then the others, newest first."""
        if ids is not None and len(ids) == 1:  # what is asked most
            with self._database.reading():
                rows = self._by_id.rows(id=next(iter(ids)))
            return [from_row(row) for row in rows if row["deleted_at"] is None]
        jobs = self._tables.jobs
        query = self._tables.everything().where(jobs.deleted_at.is_null())
        with self._database.reading():
            if ids is None:
                found = [from_row(row) for row in query.dicts()]
            else:
                found = [
                    from_row(row)
                    for chunk in chunks(ids)
                    for row in query.where(jobs.id.in_(chunk)).dicts()
                ]
        return sorted(found, key=_list_order)

    def job(self, job_id: str) -> Job:
        """Raises NotFound."""
        with self._database.reading():
            rows = self._by_id.rows(id=job_id)
        if not rows:
            raise NotFound("This take is no longer in the library.")
        return from_row(rows[0])

    def made_before(self, once: Once) -> list[Job] | None:
        """The jobs that this key has made already; None if it is new. Raises KeyReused."""
        repeats = self._tables.repeats
        mine = (repeats.owner == once.owner) & (repeats.key == once.key)
        query = repeats.select(repeats.digest, repeats.job_ids).where(mine)
        with self._database.reading():
            row = query.dicts().first()
        if row is None:
            return None
        if row["digest"] != once.digest:
            raise KeyReused("This Idempotency-Key was used for something else before.")
        return [self.job(job_id) for job_id in json.loads(row["job_ids"])]

    def count(self, status: Status) -> int:
        jobs = self._tables.jobs
        alive = jobs.deleted_at.is_null()
        with self._database.reading():
            query = jobs.select(fn.COUNT(jobs.id)).where(alive, jobs.status == status.value)
            return int(query.scalar())

    def waiting_by_place(self) -> dict[str, int]:
        """How many jobs wait for each place."""
        jobs = self._tables.jobs
        waiting = (jobs.status == Status.PENDING.value) & jobs.deleted_at.is_null()
        query = jobs.select(jobs.place, fn.COUNT(jobs.id).alias("number")).where(waiting)
        with self._database.reading():
            rows = query.group_by(jobs.place).dicts()
            return {row["place"]: int(row["number"]) for row in rows}

    def waiting_for(self, place: str) -> list[Job]:
        """The jobs that wait for a place, in queue order."""
        jobs = self._tables.jobs
        waiting = (jobs.status == Status.PENDING.value) & jobs.deleted_at.is_null()
        query = self._tables.everything().where(waiting & (jobs.place == place))
        with self._database.reading():
            return sorted(map(from_row, query.dicts()), key=_list_order)

    def knows(self, job_id: str) -> bool:
        """Whether there is such a job, in the trash or not."""
        with self._database.reading():
            return self._known.value(id=job_id) is not None

    def known_among(self, ids: Iterable[str]) -> set[str]:
        """Those of these ids that are jobs, those in the trash too."""
        jobs = self._tables.jobs
        with self._database.reading():
            return {
                row["id"]
                for chunk in chunks(ids)
                for row in jobs.select(jobs.id).where(jobs.id.in_(chunk)).dicts()
            }

    def pending_ids(self) -> set[str]:
        """Ids of the jobs that wait."""
        jobs = self._tables.jobs
        waiting = (jobs.status == Status.PENDING.value) & jobs.deleted_at.is_null()
        with self._database.reading():
            return {row["id"] for row in jobs.select(jobs.id).where(waiting).dicts()}

    def running(self) -> list[Job]:
        """What runs, wherever that is."""
        jobs = self._tables.jobs
        runs = (jobs.status == Status.PROCESSING.value) & jobs.deleted_at.is_null()
        with self._database.reading():
            return [from_row(row) for row in self._tables.everything().where(runs).dicts()]

    def begun_in_vain(self, since: float) -> list[Job]:
        """Jobs that were cancelled after they had begun, from this moment (seconds since 1970)
        on."""
        jobs, takes = self._tables.jobs, self._tables.takes
        begun = (jobs.status == Status.CANCELLED.value) & (jobs.attempt > 0)
        late = begun & (jobs.finished_at >= since)
        query = self._tables.everything().where(late & takes.path.is_null())
        with self._database.reading():
            return [from_row(row) for row in query.dicts()]

    def _may_run(self) -> Any:
        """For a query: a job waits, and what it depends on has been made."""
        jobs = self._tables.jobs
        needed = jobs.alias("needed")
        unmet = needed.select(needed.id).where(
            needed.id == jobs.depends_on, needed.status != Status.COMPLETED.value
        )
        waits = (jobs.status == Status.PENDING.value) & jobs.deleted_at.is_null()
        return waits & (jobs.depends_on.is_null() | ~fn.EXISTS(unmet))

    def _has_rested(self) -> Any:
        """For a query: a job does not rest before its next try, or not any more."""
        rests_until = self._tables.jobs.rests_until
        return rests_until.is_null() | (rests_until <= self._database.now)

    def _let_run(self, ids: Collection[str], rest: float = 0.0) -> None:
        """Issue permits for those of these jobs that may run now, or after a ``rest`` (seconds)."""
        if self._permits is None:
            return
        jobs = self._tables.jobs
        columns = (jobs.id.alias("job_id"), jobs.model, jobs.priority, jobs.suspect.alias("alone"))
        for chunk in chunks(ids):
            query = jobs.select(*columns).where(jobs.id.in_(chunk) & self._may_run())
            self._permits.issue([Permit(**row) for row in query.dicts()], rest=rest)

    def _insert(self, table: Any, rows: Sequence[dict[str, Any]]) -> None:
        """Insert rows of the same columns, many in one statement; what the database is to say is in
        all of them. The text of the statement is made for one row, once, and repeated: peewee takes
        as long for each row as SQLite for ten."""
        for chunk in chunks(rows):
            shape = (table.__name__, *chunk[0])
            if shape not in self._insertions:
                columns = [getattr(table, name) for name in chunk[0]]
                one, _ = table.insert([tuple(chunk[0].values())], columns=columns).sql()
                self._insertions[shape] = one
            head, places = self._insertions[shape].split(" VALUES ")
            text = f"{head} VALUES {', '.join([places] * len(chunk))}"
            values = [value for row in chunk for value in row.values()]
            self._database.peewee.execute_sql(text, [v for v in values if not isinstance(v, SQL)])

    def _update(self, ids: Iterable[str], where: Any, **values: Any) -> list[str]:
        """Change those of ``ids`` for which ``where`` holds; returns which those were."""
        jobs = self._tables.jobs
        changed: list[str] = []
        for chunk in chunks(ids):
            condition = jobs.id.in_(chunk)
            if where is not None:
                condition &= where
            query = jobs.update({getattr(jobs, name): value for name, value in values.items()})
            # All rows of RETURNING are fetched before the transaction ends, or it stays open.
            rows = list(query.where(condition).returning(jobs.id).execute())
            changed += [row["id"] for row in rows]
        return changed

    def _end(
        self,
        ids: Collection[str],
        states: Sequence[Status],
        status: Status,
        error: Failure | None,
    ) -> list[Job]:
        """Give open jobs a final state, and fail what depends on them; returns what changed.

        Alone with the queue: what is queued meanwhile must not wait for what falls here.
        """
        ended = self._end_alone(ids, states, status, error)
        return [*ended, *self._fail_dependants([job.id for job in ended])]

    def _end_alone(
        self,
        ids: Collection[str],
        states: Sequence[Status],
        status: Status,
        error: Failure | None,
    ) -> list[Job]:
        if self._permits is not None:
            self._permits.recall(ids)
        # Only what this changes has ended here: a take may be finished at the same moment.
        ended = self._update(
            ids,
            self._tables.jobs.status.in_([state.value for state in states])
            & self._tables.jobs.deleted_at.is_null(),
            status=status.value,
            token=None,
            lease_until=None,
            error=failure_text(error) if error else None,
            finished_at=utc_now().timestamp(),
        )
        return self.jobs(ended)

    def _fail_dependants(self, ids: Collection[str]) -> list[Job]:
        """Fail what waits for jobs that will not complete, and what waits for those."""
        failure = Failure(
            "dependency_failed",
            "The take that this one builds on was not made.",
            "Retry: both are queued again.",
        )
        fallen: list[Job] = []
        while waiting := self._waiting_for(ids):
            failed = self._end_alone(waiting, (Status.PENDING,), Status.FAILED, failure)
            fallen += failed
            ids = [job.id for job in failed]
        return fallen

    def _waiting_for(self, ids: Collection[str]) -> list[str]:
        jobs = self._tables.jobs
        return [
            row["id"]
            for chunk in chunks(ids)
            for row in jobs.select(jobs.id)
            .where(jobs.depends_on.in_(chunk), jobs.status == Status.PENDING.value)
            .dicts()
        ]


def _list_order(job: Job) -> tuple[float, ...]:
    if job.status is Status.PENDING:
        return (0, job.when_idle, -job.priority, job.position, -job.attempt)
    return (1, -(job.finished_at or job.created_at).timestamp())


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    items = list(values)
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
