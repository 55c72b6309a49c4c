"""The one engine of a PostgreSQL database: a lock that lives as long as its connection.

PostgreSQL lets go of it when the connection ends, however the program ended. When PostgreSQL itself
was restarted the lock is gone too, and is taken again; who comes too late hears that another
server has it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import psycopg

from engine.errors import StoreLocked
from engine.store.postgresql.connection import Connection
from engine.store.postgresql.faults import postgresql_words

__all__ = ["SoleEngine"]

START_PATIENCE = 5.0
"""Seconds that the connection of a server that has just ended gets to be gone."""


class SoleEngine:
    """Held from ``hold`` to ``close``."""

    def __init__(self, connect_to: Mapping[str, Any], lock: tuple[int, int]) -> None:
        """``connect_to``: psycopg's parameters; ``lock``: PostgreSQL's numbers for it."""
        self._connect_to = connect_to
        self._lock = lock
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None

    def hold(self) -> None:
        """Take it, with patience. Raises StoreLocked, and StorageError for what else goes wrong."""
        with _translated():
            connection = self._connect()
            patience = f"{round(START_PATIENCE * 1000)}ms"
            try:
                connection.execute("SELECT set_config('lock_timeout', %s, false)", [patience])
                connection.execute("SELECT pg_advisory_lock(%s, %s)", self._lock)
            except psycopg.errors.LockNotAvailable:
                raise _taken() from None

    def still(self) -> None:
        """Look whether it is ours; take it again, at once or not at all, if the connection was
        lost. Raises like ``hold``."""
        with _translated():
            if self._connection is not None and not self._connection.closed:
                try:
                    self._connection.execute("SELECT 1")
                except psycopg.OperationalError:
                    self.close()
                else:
                    return
            row = self._connect().execute("SELECT pg_try_advisory_lock(%s, %s)", self._lock)
            if row.fetchone() != (True,):
                self.close()
                raise _taken()

    def close(self) -> None:
        """Let go of it."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        self._connection = Connection.connect(**self._connect_to, autocommit=True)
        return self._connection


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise postgresql_words(error) from error


def _taken() -> StoreLocked:
    return StoreLocked(
        "Another server is at work with this database.",
        hint="One server works with a database at a time: end the other one first.",
    )
