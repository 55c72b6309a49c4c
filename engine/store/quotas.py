"""What one owner may have at most: jobs in the queue, and bytes in the storage.

Looked at within the transaction that adds to it, so that nothing comes in between. Both figures are
there already: an index counts the open jobs, and the database itself keeps the bytes (``stored``,
from migration 8), as to add up a hundred thousand takes would take longer than all the rest.
"""

from __future__ import annotations

from collections.abc import Mapping

from peewee import SQL, fn

from engine.errors import TooMany
from engine.jobs import Quota
from engine.store.database import Database
from engine.store.prepared import Given, Prepared
from engine.store.rows import Tables

__all__ = ["Quotas"]

_OPEN = SQL("t1.status IN ('pending', 'processing')")
"""As the index says it, or SQLite would not know that it has all that is asked for."""
_QUEUE_SECONDS = 60.0
_STORE_SECONDS = 3600.0
"""After which it may be tried again: something of it may have ended, or gone."""


class Quotas:
    """Asked within a transaction, or for how things are just now."""

    def __init__(self, database: Database) -> None:
        tables = Tables(database.peewee)
        jobs, stored = tables.jobs, tables.stored
        mine = _OPEN & jobs.deleted_at.is_null() & (jobs.owner == Given("owner"))
        self._database = database
        self._open = Prepared(database, jobs.select(fn.COUNT(jobs.id)).where(mine))
        parts = stored.select(fn.SUM(stored.bytes)).where(stored.owner == Given("owner"))
        self._stored = Prepared(database, parts)

    def stored_bytes(self, owner: str) -> int:
        """Of an owner's takes and uploads."""
        with self._database.reading():
            return int(self._stored.value(owner=owner) or 0)

    def check_queue(self, more: Mapping[str, int], quota: Quota) -> None:
        """``more``: how many jobs each owner would add. Raises TooMany."""
        if not quota.jobs:
            return
        for owner, count in more.items():
            if int(self._open.value(owner=owner)) + count > quota.jobs:
                raise TooMany(
                    "Queue quota exceeded.",
                    retry_after=_QUEUE_SECONDS,
                    hint=f"At most {quota.jobs} jobs may wait at once.",
                )

    def check_stored(self, owner: str, quota: Quota, more: int = 1) -> None:
        """``more``: bytes that the owner would add; how many a take will have is not known before
        it is made. Raises TooMany."""
        if quota.stored and self.stored_bytes(owner) + more > quota.stored:
            raise TooMany(
                "Storage quota exceeded.",
                retry_after=_STORE_SECONDS,
                hint=f"Your takes and uploads may fill {_readable(quota.stored)}. What is not kept "
                "goes with time; ask who runs the server for more room.",
            )


def _readable(size: int) -> str:
    return f"{size / 2**30:.1f} GB" if size >= 2**30 else f"{size / 2**20:.1f} MB"
