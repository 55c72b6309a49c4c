"""What is to be done by one of the processes that share a database: whose turn it is."""

from __future__ import annotations

from engine.store.database import Database

__all__ = ["Chores"]


class Chores:
    """By the database's clock: those of machines may be hours apart."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def mine(self, what: str, seconds: float) -> bool:
        """Whether nobody has had this turn in the last so many seconds; then it is had now. Who
        dies at it leaves it to the next one, and one that was had in the future counts for nothing:
        the clock was set back. Raises StorageError."""
        with self._database.writing():
            cursor = self._database.peewee.execute_sql(
                "INSERT INTO settings (name, value) "
                "VALUES (%s, extract(epoch FROM clock_timestamp())::text) "
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value "
                "WHERE settings.value::float8 + %s <= excluded.value::float8 "
                "OR settings.value::float8 > excluded.value::float8 RETURNING name",
                (f"chore: {what}", seconds),
            )
            return bool(cursor.fetchall())
