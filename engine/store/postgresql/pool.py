"""The pool of connections: who borrows one gets one that lives, and no database is asked for that.

peewee's own pool asks each connection something before it lends it: a third of all statements of a
job. A connection that was ended has that to say, so it is asked only when it has something to say.
"""

from __future__ import annotations

import selectors
import time
from typing import Any

import psycopg
from peewee import Psycopg3Adapter
from playhouse.pool import PooledPostgresqlDatabase

from engine.store.postgresql.connection import Connection

__all__ = ["Pool"]


class _Adapter(Psycopg3Adapter):
    """As peewee's, for connections of ours."""

    def connect(self, db: Any, **parameters: Any) -> Connection:
        return Connection.connect(dbname=db.database, **parameters)


class Pool(PooledPostgresqlDatabase):  # type: ignore[misc] # peewee has no types
    """A database that does not answer is left alone for as long as it was waited for in vain: who
    asks waits on the event loop, and loses half of its time at most."""

    psycopg3_adapter = _Adapter
    _rest_until = 0.0
    _refusal = ""

    def _connect(self) -> Any:
        began = time.monotonic()
        if began < self._rest_until:
            raise psycopg.OperationalError(self._refusal)
        try:
            return super()._connect()
        except psycopg.OperationalError as error:
            ended = time.monotonic()
            self._rest_until, self._refusal = ended + (ended - began), str(error)
            raise

    def _close(self, conn: Any, close_conn: bool = False) -> None:
        super()._close(conn, close_conn)
        if conn.given_up:
            self.close_idle()  # what swallows one has swallowed them too: each would be waited for

    def _is_closed(self, conn: Any) -> bool:
        if conn.closed:
            return True
        return not _is_silent(conn) and bool(super()._is_closed(conn))


def _is_silent(connection: psycopg.Connection[Any]) -> bool:
    """Nothing came since its last answer: no word of its end, and not the end itself."""
    with selectors.DefaultSelector() as there:
        there.register(connection.fileno(), selectors.EVENT_READ)
        return not there.select(0)
