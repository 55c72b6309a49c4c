"""PostgreSQL: lost and found again, migrated once, one engine at a time, its errors in words."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import peewee
import psycopg
import pytest
from pydantic import SecretStr

from engine.errors import DiskFull, InvalidRequest, StorageError, StoreDamaged, StoreLocked
from engine.jobs import Order
from engine.request import Request
from engine.store.claims import Claims
from engine.store.database import Alone
from engine.store.postgresql import opening
from engine.store.postgresql.connection import Connection
from engine.store.postgresql.faults import postgresql_words
from engine.store.postgresql.opening import PostgresqlDatabase, open_postgresql, reach
from engine.store.store import Store
from tests.e2e.processes import wait_until
from tests.postgres import LOCKED_OUT, PASSWORD, Postgres, running_postgres
from tests.proxy import Fate, Proxy, Trouble

Open = Callable[..., PostgresqlDatabase]


@pytest.fixture
def url(postgres: Postgres) -> SecretStr:
    return postgres.new_database()


@pytest.fixture
def open_it(url: SecretStr) -> Iterator[Open]:
    """Opens the database as often as it is called; all are closed at the end."""
    opened: list[PostgresqlDatabase] = []

    def one(where: SecretStr = url, *, sole: bool = False) -> PostgresqlDatabase:
        opened.append(open_postgresql(where, sole=sole))
        return opened[-1]

    yield one
    for each in opened:
        each.close()


def named(url: SecretStr) -> str:
    return url.get_secret_value().rpartition("/")[2]


def end_sessions(postgres: Postgres, url: SecretStr) -> None:
    """Break all connections to a database, as its restart does."""
    ended = postgres.run(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "  # noqa: S608
        f"WHERE datname = '{named(url)}'"
    )
    assert ended


# -- opening -----------------------------------------------------------------------------------


def test_servers_that_start_at_once_migrate_once(
    postgres: Postgres, url: SecretStr, monkeypatch: pytest.MonkeyPatch
) -> None:
    together, applied = threading.Barrier(4), []
    up = opening.Runner.up
    monkeypatch.setattr(opening.Runner, "up", lambda self: applied.append(up(self)))

    def start(_: int) -> None:
        together.wait()
        open_postgresql(url, sole=False).close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(start, range(4)))
    files = len(list(opening.MIGRATIONS.glob("*.py")))
    assert sorted(map(len, applied)) == [0, 0, 0, files]
    assert postgres.run("SELECT count(*) FROM schema_migration", named(url)) == [(files,)]


def test_a_migration_that_breaks_leaves_the_tables_as_they_were(
    postgres: Postgres, url: SecretStr, tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch, open_it: Open,
) -> None:  # fmt: skip
    open_it()
    folder = tmp_path_factory.mktemp("migrations")
    for file in opening.MIGRATIONS.glob("*.py"):
        (folder / file.name).write_text(file.read_text())
    for number, sql in ((98, "ALTER TABLE jobs ADD COLUMN more TEXT"), (99, "no SQL at all")):
        text = f"def up(migrator, db):\n    db.execute_sql({sql!r})\n"
        (folder / f"00{number}_more.py").write_text(text)
    monkeypatch.setattr(opening, "MIGRATIONS", folder)
    with pytest.raises(StorageError):
        open_it()
    columns = postgres.run(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'jobs'", named(url)
    )
    assert ("more",) not in columns


def test_the_url_and_its_password_are_told_nobody(
    postgres: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = quote(PASSWORD, safe="")
    urls = (
        postgres.url("postgres", role=LOCKED_OUT, password=secret),  # there is no such role
        postgres.url("nowhere", password=secret),
        SecretStr(f"postgresql://name:{secret}@[half/an/address"),
        SecretStr(f"mysql://name:{secret}@127.0.0.1/x"),
        SecretStr(f"postgresql://name:{secret}@127.0.0.1:1/x"),
    )
    for url in urls:
        for what in (reach, lambda it: open_postgresql(it, sole=True)):
            with pytest.raises(StorageError) as caught:
                what(url)
            error: BaseException | None = caught.value
            told = f"{caught.value.message} {caught.value.hint} {caught.value.detail} {caplog.text}"
            while error is not None:
                told += f"{error!r} {error}"
                error = error.__cause__ or error.__context__
            assert PASSWORD not in told
            assert secret not in told


# -- connections -------------------------------------------------------------------------------


def test_a_connection_lost_between_two_verbs_costs_nothing(
    postgres: Postgres, url: SecretStr, open_it: Open
) -> None:
    store = Store(open_it())
    store.submit([Order(Request())])
    end_sessions(postgres, url)
    assert len(store.jobs()) == 1


def test_a_connection_that_lives_is_not_asked_whether_it_does(
    postgres: Postgres, url: SecretStr, open_it: Open
) -> None:
    database = open_it()
    store = Store(database)
    store.set_setting("paused", "yes")
    with database.reading():  # borrowed, and asked nothing
        pass
    [[last]] = postgres.run(
        "SELECT query FROM pg_stat_activity "  # noqa: S608
        f"WHERE datname = '{named(url)}' AND state = 'idle'"
    )
    assert last == "COMMIT"


def test_a_connection_lost_within_a_verb_costs_that_verb(
    postgres: Postgres, url: SecretStr, open_it: Open
) -> None:
    database = open_it()
    store = Store(database)
    with pytest.raises(StorageError, match="restarting"), database.writing():
        store.set_setting("paused", "half done")
        end_sessions(postgres, url)
        store.set_setting("paused", "done")
    assert store.setting("paused", "") == ""
    store.submit([Order(Request())])
    assert len(store.jobs()) == 1


def test_a_verb_gives_its_connection_back_whatever_happens(open_it: Open) -> None:
    database = open_it()
    store = Store(database)

    def borrow(_: int) -> None:
        with pytest.raises(InvalidRequest):
            store.submit([Order(Request(), depends_on="gen_none")])
        assert store.jobs() == []

    for _ in range(opening.CONNECTIONS + 1):  # each in a thread of its own, that then ends
        with ThreadPoolExecutor(1) as pool:
            pool.submit(borrow, 0).result()


@pytest.mark.usefixtures("postgres")
def test_a_database_that_went_away_and_came_back() -> None:
    with running_postgres() as server:
        assert server is not None
        database = open_postgresql(server.new_database(), sole=True)
        store, claims = Store(database), Claims(database)
        (job,) = store.submit([Order(Request())])
        server.stop()
        for verb in (store.jobs, lambda: claims.claim("local")):
            with pytest.raises(StorageError, match=r"can't be reached|restarting"):
                verb()
        server.start()
        claimed = claims.claim("local")
        assert claimed is not None
        assert claimed[0].id == job.id
        database.close()


# -- one engine at a time ----------------------------------------------------------------------


def test_one_engine_works_with_a_database(
    url: SecretStr, open_it: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.store.postgresql.sole_engine.START_PATIENCE", 0.1)
    first = open_it(sole=True)
    with pytest.raises(StoreLocked, match="Another server"):
        open_it(sole=True)
    open_it()  # who only looks after tokens may come in
    first.close()
    open_it(sole=True)


def test_the_engines_lock_is_taken_again(postgres: Postgres, url: SecretStr, open_it: Open) -> None:
    first, second = open_it(sole=True), open_it()
    store, claims = Store(first), Claims(first)
    store.submit([Order(Request())] * 2)
    end_sessions(postgres, url)
    assert claims.claim("local") is not None
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 11"
    assert postgres.run(held, named(url)) == [(1,)]

    other = opening.SoleEngine(opening.parameters(url), (opening._LOCKS, opening._ENGINE))
    first._sole.close()  # type: ignore[union-attr]
    other.hold()
    with pytest.raises(StoreLocked, match="Another server"):
        claims.claim("local")
    assert len(Store(second).waiting_for("local")) == 1, "it is left to who holds the lock now"
    other.close()
    wait_until(lambda: postgres.run(held, named(url)) == [(0,)], "the end of its session")
    assert claims.claim("local") is not None


# -- errors in words ---------------------------------------------------------------------------


def test_who_may_not_come_in_is_told_why(postgres: Postgres, url: SecretStr, open_it: Open) -> None:
    open_it()
    postgres.run(f"CREATE ROLE {LOCKED_OUT} LOGIN PASSWORD '{PASSWORD}' CONNECTION LIMIT 1")
    try:
        for password in ("", "wrong"):
            there = postgres.url(named(url), role=LOCKED_OUT, password=password)
            with pytest.raises(StorageError, match="does not let this server in"):
                reach(there)
        right = postgres.url(named(url), role=LOCKED_OUT, password=quote(PASSWORD, safe=""))
        assert reach(right).startswith("PostgreSQL 1")
        with (
            psycopg.connect(right.get_secret_value()),
            pytest.raises(StorageError, match="too many connections"),
        ):
            reach(right)
    finally:
        postgres.run(f"DROP ROLE {LOCKED_OUT}")
    with pytest.raises(StorageError, match="no such database"):
        reach(postgres.url("nowhere"))
    with pytest.raises(StorageError, match="can't be reached"):
        reach(SecretStr("postgresql://127.0.0.1:1/x"))


def test_a_standby_is_told(postgres: Postgres, url: SecretStr, open_it: Open) -> None:
    open_it().close()
    postgres.run(f"ALTER DATABASE {named(url)} SET default_transaction_read_only = on")
    with pytest.raises(StorageError, match="read only"):
        Store(open_it()).submit([Order(Request())])


def test_who_waits_too_long_is_told(url: SecretStr, open_it: Open) -> None:
    slow = SecretStr(f"{url.get_secret_value()}?options=-c%20lock_timeout%3D50ms")
    first, second = open_it(), open_it(slow)
    with ThreadPoolExecutor(1) as pool, first.writing(Alone.QUEUE):
        late = pool.submit(Store(second).submit, [Order(Request())])
        with pytest.raises(StorageError, match="too long"):
            late.result()
    assert len(Store(second).submit([Order(Request())])) == 1


@pytest.mark.parametrize(
    ("state", "kind", "words"),
    [
        ("57014", StorageError, "too long"),
        ("53100", DiskFull, "disk is full"),
        ("58030", StorageError, "disk is failing"),
        ("40P01", StorageError, "busy"),
        ("42501", StorageError, "does not allow"),
        ("57P03", StorageError, "restarting"),
        ("XX001", StoreDamaged, "damaged"),
        ("XX000", StorageError, "reported an error"),
    ],
)
def test_what_postgresql_says_is_told_in_words(
    open_it: Open, state: str, kind: type[StorageError], words: str
) -> None:
    """Said by PostgreSQL itself; what makes it say so can't be had in a test."""
    database = open_it()
    with pytest.raises(kind, match=words), database.writing():
        sql = f"DO $$ BEGIN RAISE EXCEPTION 'the test says so' USING ERRCODE = '{state}'; END $$"
        database.peewee.execute_sql(sql)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("FATAL:  the database system is starting up", "restarting"),
        ("FATAL:  the database system is in recovery mode", "restarting"),
        ("FATAL:  sorry, too many clients already", "too many connections"),
        ("connection timeout expired", "too long"),
        ("server closed the connection unexpectedly", "can't be reached"),
    ],
)
def test_what_is_heard_before_one_is_let_in_is_told_in_words(text: str, words: str) -> None:
    error = peewee.OperationalError(psycopg.OperationalError(text), text)
    assert words in str(postgresql_words(error))


def test_a_text_with_nul_is_refused(open_it: Open) -> None:
    store = Store(open_it())
    with pytest.raises(InvalidRequest, match="NUL"):
        store.submit([Order(Request(), name="a\0b")])
    with pytest.raises(InvalidRequest, match="NUL"):
        store.job("gen_\0")


async def test_where_no_answer_comes_any_more_nobody_waits_for_ever(
    postgres: Postgres, url: SecretStr, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands between goes on to take what is said, and passes nothing on."""
    monkeypatch.setattr(Connection, "patience", 0.5)
    open_postgresql(url, sole=False).close()  # the tables
    fates = iter([Fate(Trouble.HOLE, after=3_000)] * 2)
    async with Proxy(f"http://127.0.0.1:{postgres.port}", lambda: next(fates, Fate())) as proxy:
        through = url.get_secret_value().replace(f":{postgres.port}/", f":{proxy.port}/")

        def ask_alone(connection: Connection) -> None:
            for _ in range(1_000):
                connection.execute("SELECT 1")

        alone = await asyncio.to_thread(Connection.connect, through)
        with pytest.raises(psycopg.OperationalError):
            await asyncio.to_thread(ask_alone, alone)
        assert alone.closed, "who ends its transaction would wait once more"
        database = await asyncio.to_thread(open_postgresql, SecretStr(through), sole=False)
        store = Store(database)

        def ask(times: int) -> None:
            for _ in range(times):
                store.setting("name", "")

        with pytest.raises(StorageError):
            await asyncio.to_thread(ask, 1_000)
        assert proxy.struck[Trouble.HOLE] == 2
        await asyncio.to_thread(ask, 10)  # by another connection
        database.close()


def test_one_connection_that_is_given_up_stands_for_all_that_wait_with_it(
    open_it: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a firewall forgets them all: who asks would wait for each, one after the other."""
    monkeypatch.setattr(Connection, "patience", 0.5)
    database = open_it()
    together = threading.Barrier(4)

    def server_side(_: int) -> int:
        with database.reading():
            [[pid]] = database.peewee.execute_sql("SELECT pg_backend_pid()").fetchall()
            together.wait()
            return int(pid)

    with ThreadPoolExecutor(together.parties) as threads:
        pids = list(threads.map(server_side, range(together.parties)))
    assert len(set(pids)) == together.parties
    store = Store(database)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(StorageError):
            store.setting("name", "")
        assert store.setting("name", "none") == "none"
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
