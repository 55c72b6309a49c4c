"""Queries of one shape, asked again and again: their text is made once.

To put a query together takes peewee several times as long as SQLite takes to answer it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.store.database import Database

__all__ = ["Given", "Prepared"]


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """Stands in a query for a value that comes with each asking."""

    name: str


class Prepared:
    """A query of peewee's on a database, or an update that returns what it changed.

    >>> waiting = Prepared(database, jobs.select(jobs.id).where(jobs.owner == Given("owner")))
    >>> waiting.rows(owner="local")
    [{'id': 'gen_1'}]
    """

    def __init__(self, database: Database, query: Any) -> None:
        self._peewee = database.peewee
        self._text, self._values = query.sql()

    def rows(self, **given: Any) -> list[dict[str, Any]]:
        """All rows, by the names of their columns. Ask where the database may be asked: within
        ``Database.reading`` or ``writing``."""
        values = [given[v.name] if isinstance(v, Given) else v for v in self._values]
        cursor = self._peewee.execute_sql(self._text, values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def value(self, **given: Any) -> Any:
        """The first column of the first row; None if there is no row."""
        return next((next(iter(row.values())) for row in self.rows(**given)), None)
