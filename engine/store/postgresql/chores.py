"""What is to be done by one of the processes that share a database: whose turn it is."""

from __future__ import annotations

from engine.store.database import Database

__all__ = ["Chores"]

_NOW = "extract(epoch FROM clock_timestamp())::float8"


class Chores:
    """By the database's clock: those of machines may be hours apart."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def mine(self, what: str, seconds: float) -> bool:
        """Whether nobody has had this turn in the last so many seconds; then it is had now. Who
        dies at it leaves it to the next one, and one that was had in the future counts for nothing:
        the clock was set back. Raises StorageError."""
        # The clock is read again once the row is ours: who waited for another's turn has an older
        # time in hand, to which that turn would lie in the future.
        with self._database.writing():
            cursor = self._database.peewee.execute_sql(
                f"INSERT INTO settings (name, value) VALUES (%s, ({_NOW})::text) "  # noqa: S608
                f"ON CONFLICT (name) DO UPDATE SET value = ({_NOW})::text "
                f"WHERE settings.value::float8 + %s <= {_NOW} "
                f"OR settings.value::float8 > {_NOW} RETURNING name",
                (f"chore: {what}", seconds),
            )
            return bool(cursor.fetchall())
