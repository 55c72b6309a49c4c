"""Webhooks that are owed: on disk until they are delivered or given up."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

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

    def add(self, call: Call) -> bool:
        """False if this one is owed already, or was done."""
        row = asdict(call) | {"created_at": utc_now().timestamp()}
        with self._database.writing():
            added = self._table.insert(row).on_conflict_ignore().as_rowcount().execute()
        return bool(added)

    def owed(self) -> list[Call]:
        table = self._table
        with self._database.reading():
            query = table.select(table.id, table.job_id, table.url, table.body)
            owed = query.where(table.done_at.is_null()).order_by(table.created_at)
            return [Call(**row) for row in owed.dicts()]

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
