"""Webhooks that are owed: on disk until they are delivered or given up.

Of several servers one sends each: who has taken it, for as long as he says that he is there.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from engine.jobs import utc_now
from engine.store.database import Database
from engine.store.rows import Tables

__all__ = ["Call", "Calls"]


@dataclass(frozen=True, slots=True)
class Call:
    id: str
    job_id: str
    url: str
    body: str


class Calls:
    """The table of calls."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._table = Tables(database.peewee).calls

    def add(self, call: Call, sender: str, seconds: float) -> bool:
        """Owe this, and let ``sender`` do it. False if it is owed already, or was done."""
        row = asdict(call) | {"created_at": utc_now().timestamp(), "sender": sender}
        with self._database.writing():
            row["sender_until"] = self._until(seconds)
            added = self._table.insert(row).on_conflict_ignore().as_rowcount().execute()
        return bool(added)

    def take(self, sender: str, seconds: float) -> list[Call]:
        """All that is owed and that nobody sends: ``sender`` does so for this long."""
        table = self._table
        free = table.sender_until.is_null() | (table.sender_until <= self._database.now)
        with self._database.writing():
            taken = list(
                table.update({table.sender: sender, table.sender_until: self._until(seconds)})
                .where(table.done_at.is_null() & free)
                .returning(table.id, table.job_id, table.url, table.body)
                .execute()
            )
        return [Call(**row) for row in taken]

    def keep(self, sender: str, seconds: float) -> set[str]:
        """Which of them are still ``sender``'s; they are for so much longer."""
        table = self._table
        with self._database.writing():
            kept = list(
                table.update({table.sender_until: self._until(seconds)})
                .where(table.done_at.is_null() & (table.sender == sender))
                .returning(table.id)
                .execute()
            )
        return {row["id"] for row in kept}

    def done(self, call_id: str) -> None:
        """Delivered, or given up."""
        table = self._table
        with self._database.writing():
            now = utc_now().timestamp()
            table.update({table.done_at: now}).where(table.id == call_id).execute()

    def forget(self, before: datetime) -> None:
        """What was done before this moment."""
        with self._database.writing():
            self._table.delete().where(self._table.done_at < before.timestamp()).execute()

    def _until(self, seconds: float) -> Any:
        return self._database.now + seconds
