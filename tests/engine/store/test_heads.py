"""Claims that look at the first of each line only: the same order as if they looked at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.jobs import Job, Order
from engine.request import Request
from engine.store import heads as module
from engine.store.claims import Claims
from engine.store.factory import open_store
from engine.store.store import Store
from tests.engine.store.conftest import Both
from tests.postgres import Postgres

MODELS = ("sketch", "other")

orders = st.lists(
    st.tuples(
        st.sampled_from(["ann", "ben", "cid"]),
        st.integers(-1, 1),
        st.sampled_from(MODELS),
        st.booleans(),
        st.booleans(),
    ),
    max_size=12,
)
"""Owner, priority, model, when idle, and whether it rests."""


@pytest.mark.parametrize("most_lines", [200, 3])
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(orders=orders, loaded=st.sampled_from([None, *MODELS]), idle=st.booleans())
def test_the_next_is_the_first_of_all(
    both: Both,
    most_lines: int,
    orders: list[tuple[str, int, str, bool, bool]],
    loaded: str | None,
    idle: bool,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST_LINES", most_lines)
        in_order(both, orders, loaded, idle=idle)


def in_order(
    both: Both, orders: list[tuple[str, int, str, bool, bool]], loaded: str | None, *, idle: bool
) -> None:
    with both.database.writing():
        for table in ("jobs", "turns", "served"):
            both.database.peewee.execute_sql(f"DELETE FROM {table}")  # noqa: S608
    waiting: list[Job] = []
    resting: list[str] = []
    for owner, priority, model, when_idle, rests in orders:
        request = Request(prompt="x", model=model)
        waiting += both.store.submit(
            [Order(request, owner=owner, priority=priority, when_idle=when_idle)]
        )
        resting += [waiting[-1].id] if rests else []
    claims = Claims(both.database, fair=True)
    turns: dict[str, int] = {}
    left = [job for job in waiting if job.id not in resting and (idle or not job.when_idle)]
    while claimed := claims.claim("local", exclude=resting, loaded_model=loaded, idle=idle):
        best = min(
            left,
            key=lambda job: (
                job.when_idle,
                -job.priority,
                loaded is not None and job.request.model != loaded,
                turns.get(job.owner, 0),
                job.position,
            ),
        )
        assert claimed[0].id == best.id
        left.remove(best)
        turns[best.owner] = max(turns.values(), default=0) + 1
    assert left == []


def test_who_is_behind_a_head_that_somebody_holds_is_found(postgres: Postgres) -> None:
    url = postgres.new_database()
    database = open_store(Path(), url, sole=False).database
    first, second = Store(database).submit([Order(Request(prompt="x"))] * 2)
    with psycopg.connect(url.get_secret_value()) as other:
        other.execute("SELECT 1 FROM jobs WHERE id = %s FOR UPDATE", [first.id])
        claimed = Claims(database, fair=True).claim("local")
    database.close()
    assert claimed is not None
    assert claimed[0].id == second.id


def test_a_claim_costs_no_more_where_more_waits(tmp_path: Path) -> None:
    work = {}
    for waiting in (100, 2_000):
        database = open_store(tmp_path / f"{waiting}.db", None, sole=False).database
        for owner in ("ann", "ben"):
            Store(database).submit([Order(Request(prompt="x"), owner=owner)] * (waiting // 2))
        claims = Claims(database, fair=True)
        with counted(database.peewee.connection()) as steps:
            assert claims.claim("local") is not None
        work[waiting] = len(steps)
        database.close()
    assert work[2_000] < 2 * work[100]


@contextmanager
def counted(connection: object) -> Iterator[list[int]]:
    """Of the statements meanwhile, an entry for each 10 steps of SQLite's machine."""
    steps: list[int] = []
    connection.set_progress_handler(lambda: steps.append(1), 10)  # type: ignore[attr-defined]
    yield steps
    connection.set_progress_handler(None, 0)  # type: ignore[attr-defined]
