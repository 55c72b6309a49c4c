"""The rows of jobs that have changed since the last look: each, whoever changed it.

A row holds the number of the transaction that changed it last. A look goes from the oldest
transaction that was still open at the last one: what was committed before that was seen then. So
none is left out, in whatever order transactions end, and no clock has a say.
"""

from __future__ import annotations

from engine.jobs import Job
from engine.store.database import Database
from engine.store.records import Records

__all__ = ["Tail"]

AT_ONCE = 500


class Tail(Records):
    """Begins where it is made. Raises StorageError, after which nothing counts as seen."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._after = (0, "")
        self._since = self._oldest_open()
        self._seen: dict[str, int] = {}
        """Changes from there on that were given already."""
        self._after = (self._since, "")
        self._next = self._since

    @property
    def behind(self) -> bool:
        """There was more than what was given last: the next look is not to wait for a change."""
        return self._after[1] != ""

    def more(self) -> list[Job]:
        """Some of those that have changed, as they are now, the oldest change first; empty when
        there are none any more for now."""
        while True:
            with self._database.reading():
                oldest, rows = self._changed()
                if not self.behind:  # a new look
                    self._next = oldest
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
            oldest, _ = self._changed(0)
            return oldest

    def _changed(self, at_most: int | None = None) -> tuple[int, list[tuple[int, str]]]:
        """The oldest transaction that is open, and the next changes, as one moment has them."""
        # Numbers that are not reached yet come from another server's rows, restored here.
        cursor = self._database.peewee.execute_sql(
            "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, changed, id "
            "FROM (VALUES (1)) AS always LEFT JOIN ("
            "SELECT changed, id FROM jobs WHERE (changed, id) > (%s, %s) "
            "AND changed < pg_snapshot_xmax(pg_current_snapshot())::text::bigint "
            "ORDER BY changed, id LIMIT %s) AS part ON true ORDER BY changed, id",
            (*self._after, AT_ONCE if at_most is None else at_most),
        )
        rows = list(cursor.fetchall())
        return int(rows[0][0]), [(row[1], row[2]) for row in rows if row[2] is not None]
