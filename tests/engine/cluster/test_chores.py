"""Chores and secrets: one of many does what is to be done once, and all know the same secret."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from engine.store.postgresql.chores import Chores
from engine.store.secrets import shared_secret
from tests.e2e.processes import wait_until
from tests.engine.cluster.conftest import Open

MANY = 4


def test_of_many_one_has_the_turn(open_it: Open) -> None:
    chores = [Chores(open_it()) for _ in range(MANY)]
    with ThreadPoolExecutor(MANY) as pool:
        assert sum(pool.map(lambda each: each.mine("sweep", 3600), chores)) == 1
    assert sum(each.mine("sweep", 3600) for each in chores) == 0
    assert chores[0].mine("something else", 3600)
    assert chores[1].mine("sweep", 0), "its time has come again"


def test_who_waited_for_anothers_turn_has_none(open_it: Open) -> None:
    first, second = (open_it() for _ in range(2))
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    sql = first.peewee.execute_sql
    assert Chores(first).mine("sweep", 0)
    with ThreadPoolExecutor(1) as thread:
        with first.writing():
            sql("SELECT value FROM settings WHERE name = 'chore: sweep' FOR UPDATE")
            asked = thread.submit(Chores(second).mine, "sweep", 3600)
            wait_until(lambda: sql(waiting).fetchone() == (1,), "the other to wait")
            assert Chores(first).mine("sweep", 0), "had after the other began to ask"
        assert not asked.result()


def test_all_have_the_same_secret(open_it: Open) -> None:
    databases = [open_it() for _ in range(MANY)]
    with ThreadPoolExecutor(MANY) as pool:
        drawn = set(pool.map(lambda each: shared_secret(each, "media"), databases))
    assert len(drawn) == 1 and len(drawn.pop()) > 40
    assert shared_secret(databases[0], "webhook") != shared_secret(databases[0], "media")
