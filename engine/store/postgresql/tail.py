"""The rows of jobs that have changed since the last look: each, whoever changed it.

A row holds the number of the transaction that changed it last. A look goes from the oldest
transaction that was still open at the last one: what was committed before that was seen then. So
none is left out, in whatever order transactions end, and no clock has a say.
"""

from __future__ import annotations

from typing import Any

from engine.jobs import Job
from engine.store.database import Database
from engine.store.records import Records

__all__ = ["Tail"]

AT_ONCE = 500


class Tail(Records):
    """Begins where it is made. Raises StorageError, after which nothing counts as seen."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._since = self._oldest_open()
        self._seen: dict[str, int] = {}
        """Changes from there on that were given already."""
        self._after = (self._since, "")
        self._next = self._since

    def more(self) -> list[Job]:
        """Some of those that have changed, as they are now, the oldest change first; empty when
        there are none any more for now."""
        while True:
            with self._database.reading():
                if self._after[1] == "":  # a new look
                    self._next = self._oldest_open()
                rows = self._changed()
                fresh = {job_id: number for number, job_id in rows if self._is_new(job_id, number)}
                jobs = {job.id: job for job in self.jobs(list(fresh))}
            self._seen |= fresh
            if len(rows) == AT_ONCE:
                self._after = rows[-1]
            else:
                self._begin_anew()
            if jobs or len(rows) < AT_ONCE:
                return [jobs[job_id] for job_id in fresh if job_id in jobs]

    def _is_new(self, job_id: str, number: int) -> bool:
        return self._seen.get(job_id) != number

    def _begin_anew(self) -> None:
        self._since = self._next
        self._after = (self._since, "")
        self._seen = {each: at for each, at in self._seen.items() if at >= self._since}

    def _oldest_open(self) -> int:
        with self._database.reading():
            return int(self._rows("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")[0][0])

    def _changed(self) -> list[tuple[int, str]]:
        # Numbers that are not reached yet come from another server's rows, restored here.
        return self._rows(
            "SELECT changed, id FROM jobs WHERE (changed, id) > (%s, %s) "
            "AND changed < pg_snapshot_xmax(pg_current_snapshot())::text::bigint "
            "ORDER BY changed, id LIMIT %s",
            (*self._after, AT_ONCE),
        )

    def _rows(self, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
        return list(self._database.peewee.execute_sql(statement, values).fetchall())
