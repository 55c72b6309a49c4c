"""The store on PostgreSQL: pooled connections, transactions that share, migrations under a lock.

A connection is borrowed for one verb and given back, so that a lost one costs one verb at most:
the pool looks at each before it lends it, and replaces what is dead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import peewee
import psycopg
from playhouse.migrations import Runner
from playhouse.pool import MaxConnectionsExceeded
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from engine.errors import StorageError
from engine.store.database import Alone, Database
from engine.store.faults import translated
from engine.store.opening import MIGRATIONS
from engine.store.postgresql.faults import postgresql_words
from engine.store.postgresql.pool import Pool
from engine.store.postgresql.sole_engine import SoleEngine

__all__ = ["PostgresqlDatabase", "open_postgresql", "parameters", "reach"]

CONNECTIONS = 10
"""At most, of one server, beside the one that holds the engine's lock."""
CONNECTION_PATIENCE = 5.0
"""Seconds that a verb waits until another one gives a connection back."""
_SERVER_OPTIONS = {
    "statement_timeout": "10s",
    "lock_timeout": "5s",
    # Ours are short: to compile the longest takes five times as long as to run it.
    "jit": "off",
    "idle_in_transaction_session_timeout": "30s",
    # PostgreSQL sees soon that we are gone, and lets go of what we held.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
_CLIENT_OPTIONS = {
    "application_name": "dgx-music",
    "connect_timeout": "3",  # seconds
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",  # milliseconds
}
_LOCKS = 0x44475853
"""Our numbers among PostgreSQL's advisory locks: this one, and one of these."""
_MIGRATING, _ENGINE = 10, 11


class PostgresqlDatabase(Database):
    """READ COMMITTED: each statement sees what was committed before it, and a conditional update
    waits for the row and looks again. What needs more takes an advisory lock of its kind, which
    ends with the transaction.

    The lock of a sole engine belongs to a connection, so before that one no pooler may lend a
    connection to many. What shares a queue holds no such lock: there a pooler may stand between.
    """

    kind = "postgresql"
    connections = CONNECTIONS

    def __init__(self, pool: Any, sole: SoleEngine | None) -> None:
        super().__init__(pool)
        self._sole = sole

    @contextmanager
    def reading(self) -> Iterator[None]:
        with translated(postgresql_words), _busy_told():
            if not self.peewee.is_closed():  # a verb of this thread has one already
                yield
                return
            with self.peewee.connection_context():
                yield

    @contextmanager
    def writing(self, alone: Alone | None = None) -> Iterator[None]:
        with self.reading():
            if self.peewee.in_transaction():
                self._wait_for(alone)
                yield
                return
            with self.peewee.atomic():
                self._wait_for(alone)
                yield

    def untaken(self, candidates: Any, table: Any) -> Any:
        return candidates.for_update(of=table, skip_locked=True)

    def among(self, column: Any, few: Any) -> Any:
        # Whose rows PostgreSQL takes for a tenth of the table, for them it reads all of it.
        return column == peewee.fn.ANY(peewee.NodeList((peewee.SQL("ARRAY"), few)))

    def free(self, alone: Alone) -> bool:
        taken = self.peewee.execute_sql(
            "SELECT pg_try_advisory_xact_lock(%s, %s)", (_LOCKS, alone.value)
        )
        return bool(taken.fetchone()[0])

    def room_for_more(self) -> None:
        """Room on its disk is its administrator's to keep."""

    @property
    def now(self) -> Any:
        return peewee.SQL("extract(epoch FROM clock_timestamp())::double precision")

    def whole_part(self, seconds: Any, unit: float) -> Any:
        return peewee.fn.GREATEST(0, peewee.fn.FLOOR(seconds / unit))

    def later(self, one: Any, other: Any) -> Any:
        return peewee.fn.GREATEST(one, other)

    def still_sole(self) -> None:
        if self._sole is not None:
            self._sole.still()

    def close(self) -> None:
        self.peewee.close_all()
        if self._sole is not None:
            self._sole.close()

    def _wait_for(self, alone: Alone | None) -> None:
        if alone is not None:
            _lock(self.peewee, alone.value)


def open_postgresql(url: SecretStr, *, sole: bool, pooled: bool = False) -> PostgresqlDatabase:
    """Connect and migrate. ``sole``: be the one engine of this database until it is closed.
    ``pooled``: a pooler lends each of its connections for one transaction, so nothing can be
    prepared in them.

    No copy is made before a migration, other than with SQLite: all pending ones happen in one
    transaction, so the tables are as they were if one fails; and a copy of a database that others
    may use at the same time is its administrator's to make (``pg_dump``), who knows where there is
    room for it. Raises StorageError, and StoreLocked when there is another engine.
    """
    connect_to = parameters(url)
    engine = SoleEngine(connect_to, (_LOCKS, _ENGINE)) if sole else None
    database = PostgresqlDatabase(_pool(connect_to, pooled=pooled), engine)
    try:
        if engine is not None:
            engine.hold()  # first: nobody's tables are changed while they work
        with database.writing():
            _migrate(database.peewee)
    except BaseException:
        database.close()
        raise
    return database


def reach(url: SecretStr) -> str:
    """What answers there, without its secrets. Raises StorageError."""
    connect_to = parameters(url)
    try:
        with psycopg.connect(**connect_to) as connection:
            info = connection.info
            version = info.parameter_status("server_version") or "?"
            return f"PostgreSQL {version.split()[0]} at {info.host}:{info.port}/{info.dbname}"
    except psycopg.Error as error:
        raise postgresql_words(error) from None


def parameters(url: SecretStr) -> Mapping[str, Any]:
    """For psycopg: ours, where the URL does not say otherwise. Raises StorageError."""
    given = _understood(url.get_secret_value())
    if given is None:
        raise StorageError(
            "DGX_MUSIC_DATABASE_URL can't be understood.",
            hint="It looks like postgresql://name:password@host:5432/database.",
        )
    ours = " ".join(f"-c {name}={value}" for name, value in _SERVER_OPTIONS.items())
    options = f"{ours} {given.pop('options', None) or ''}".strip()
    return _CLIENT_OPTIONS | given | {"options": options}


def _understood(text: str) -> dict[str, Any] | None:
    """The parts of a URL. What is wrong with it is not said: the words would quote it, and so the
    password."""
    if not text.startswith(("postgresql://", "postgres://")):
        return None
    try:
        return dict(conninfo_to_dict(text))
    except psycopg.ProgrammingError:
        return None


def _pool(connect_to: Mapping[str, Any], *, pooled: bool) -> Any:
    parameters = dict(connect_to)
    if pooled:
        parameters["prepare_threshold"] = None
    # What PostgreSQL would take by itself; peewee wants to know.
    name = parameters.pop("dbname", None) or parameters.get("user") or "postgres"
    return Pool(
        name,
        max_connections=CONNECTIONS,
        timeout=CONNECTION_PATIENCE,
        prefer_psycopg3=True,
        isolation_level="READ COMMITTED",
        autoconnect=False,  # or a connection would stay with its thread
        **parameters,
    )


def _migrate(pool: Any) -> None:
    """Bring the tables up to date; of servers that start at once, one after the other."""
    for patience in ("statement_timeout", "lock_timeout"):
        pool.execute_sql(f"SET LOCAL {patience} = 0")
    with pool.connection().patient():
        _lock(pool, _MIGRATING)
        Runner(pool, directory=str(MIGRATIONS)).up()


def _lock(pool: Any, number: int) -> None:
    """To the end of the transaction."""
    pool.execute_sql("SELECT pg_advisory_xact_lock(%s, %s)", (_LOCKS, number))


@contextmanager
def _busy_told() -> Iterator[None]:
    try:
        yield
    except MaxConnectionsExceeded as error:
        raise postgresql_words(error) from error
