"""Which jobs were sent to which server, under which key, and as what: the outbox.

A row is written before the first byte goes out, and holds the very body. So whatever dies, and
whichever answer is lost, the same is sent again under the same key, and the server makes one take.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from peewee import fn

from engine.jobs import Status, utc_now
from engine.store.database import Alone
from engine.store.records import Records

__all__ = ["Submission", "Submissions"]

_FIELDS = ("key", "job_id", "place", "asked", "body", "remote_id")
_OPEN = (Status.PENDING.value, Status.PROCESSING.value)


@dataclass(frozen=True, slots=True)
class Submission:
    """One job, sent once or as often as it takes to hear the answer."""

    key: str
    """The idempotency key: the job's id, with a number if it is not the first time."""
    job_id: str
    place: str
    asked: str
    """Fingerprint of the job's request, which may be edited later."""
    body: str
    """JSON."""
    remote_id: str | None = None
    """The job's id on the server, once it was heard."""


class Submissions(Records):
    """At most one is open for a job in a place."""

    def current(self, job_id: str, place: str) -> Submission | None:
        table = self._tables.submissions
        mine = (table.job_id == job_id) & (table.place == place) & (table.open == True)  # noqa: E712
        with self._database.reading():
            row = self._select().where(mine).dicts().first()
        return _from_row(row) if row is not None else None

    def begin(self, job_id: str, place: str, asked: str, body: str) -> Submission:
        """A new one, with a key that was never used."""
        table = self._tables.submissions
        with self._database.writing(Alone.QUEUE):
            mine = table.job_id == job_id
            before = int(table.select(fn.COUNT(table.key)).where(mine).scalar())
            key = f"{job_id}.{before + 1}" if before else job_id
            made = Submission(key, job_id, place, asked, body)
            table.insert(
                key=key, job_id=job_id, place=place, asked=asked, body=body, open=True,
                created_at=utc_now().timestamp(),
            ).execute()  # fmt: skip
        return made

    def accepted(self, key: str, remote_id: str) -> None:
        self._set(key, remote_id=remote_id)

    def close(self, key: str) -> None:
        """It has ended there, or does not count any more."""
        self._set(key, open=False)

    def orphans(self, place: str) -> list[Submission]:
        """Open ones whose job ended, was deleted, or is to be made elsewhere by now."""
        table, jobs = self._tables.submissions, self._tables.jobs
        wanted = jobs.select(jobs.id).where(
            jobs.id == table.job_id,
            jobs.place == place,
            jobs.status.in_(_OPEN),
            jobs.deleted_at.is_null(),
        )
        lost = (table.place == place) & (table.open == True) & ~fn.EXISTS(wanted)  # noqa: E712
        with self._database.reading():
            return [_from_row(row) for row in self._select().where(lost).dicts()]

    def made_there(self, job_id: str, place: str) -> str | None:
        """The id by which a server knows a take that it has made for us."""
        table, jobs = self._tables.submissions, self._tables.jobs
        made = (
            (table.job_id == job_id)
            & (table.place == place)
            & table.remote_id.is_null(False)
            & (jobs.status == Status.COMPLETED.value)
            & (jobs.place == place)
        )
        query = table.select(table.remote_id).join(jobs, on=(jobs.id == table.job_id)).where(made)
        with self._database.reading():
            row = query.order_by(table.created_at.desc()).dicts().first()
        return None if row is None else str(row["remote_id"])

    def _select(self) -> Any:
        table = self._tables.submissions
        return table.select(*(getattr(table, name) for name in _FIELDS))

    def _set(self, key: str, **values: Any) -> None:
        table = self._tables.submissions
        with self._database.writing():
            columns = {getattr(table, name): value for name, value in values.items()}
            table.update(columns).where(table.key == key).execute()


def _from_row(row: Mapping[str, Any]) -> Submission:
    return Submission(**{name: row[name] for name in _FIELDS})
