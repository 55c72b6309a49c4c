"""The tail of changes: whoever changed a job, however transactions overlap, it is seen once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from engine.jobs import Job, Order, Step, Take
from engine.request import Request
from engine.store.claims import Claims
from engine.store.postgresql import tail as module
from engine.store.postgresql.attempts import Attempts, Grown
from engine.store.postgresql.opening import PostgresqlDatabase
from engine.store.postgresql.tail import Tail
from engine.store.store import Store


def submitted(database: PostgresqlDatabase, count: int) -> list[Job]:
    return Store(database).submit([Order(Request(prompt=f"{n}")) for n in range(count)])


def ids(jobs: list[Job]) -> list[str]:
    return [job.id for job in jobs]


@contextmanager
def connected(url: SecretStr) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(url.get_secret_value(), autocommit=True) as connection:
        yield connection


def rename(connection: psycopg.Connection[Any], job: Job, name: str) -> None:
    connection.execute("UPDATE jobs SET name = %s WHERE id = %s", (name, job.id))


def test_what_ends_late_is_seen_though_it_began_first(
    database: PostgresqlDatabase, url: SecretStr
) -> None:
    first, second = submitted(database, 2)
    tail = Tail(database)
    with connected(url) as slow, connected(url) as quick:
        slow.execute("BEGIN")
        rename(slow, first, "first")
        rename(quick, second, "second")
        assert ids(tail.more()) == [second.id]
        assert tail.more() == []
        slow.execute("COMMIT")
        [seen] = tail.more()
        assert (seen.id, seen.name) == (first.id, "first")
        assert tail.more() == []


def test_many_changes_of_one_moment_come_in_parts(
    database: PostgresqlDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 3)
    before = submitted(database, 1)
    tail = Tail(database)
    made = submitted(database, 8)
    seen: list[Job] = []
    while part := tail.more():
        assert len(part) <= 3
        seen += part
    assert sorted(ids(seen)) == sorted(ids(made)), "each once"
    Store(database).cancel(ids(before))
    assert ids(tail.more()) == ids(before)


def test_all_that_followers_see_is_a_change_and_progress_is_none(
    database: PostgresqlDatabase, tmp_path: Any
) -> None:
    store, claims, attempts = Store(database), Claims(database), Attempts(database)
    tail = Tail(database)
    [job] = submitted(database, 1)
    assert ids(tail.more()) == [job.id]
    claimed = claims.claim("local")
    assert claimed is not None
    token = claimed[1]
    assert ids(tail.more()) == [job.id]

    def show(step: Step, progress: float) -> list[str]:
        return attempts.show([Grown(job.id, token, step, progress, 9.0)])

    assert show(Step.GENERATING, 0.1) == [job.id]
    [seen] = tail.more()
    assert (seen.step, seen.progress, seen.eta_seconds) == (Step.GENERATING, 0.1, 9.0)
    assert show(Step.GENERATING, 0.2) == [job.id]
    assert attempts.kept(job.id, token, "checkpoints/a")
    assert attempts.can_be_heard(job.id, token, "p")
    assert tail.more() == []
    now = store.job(job.id)
    assert (now.progress, now.checkpoint, str(now.preview)) == (0.2, "checkpoints/a", "p")
    take = Take(tmp_path / "x.wav", 1.0, 8000, 1, "0" * 64)
    assert claims.finish(job.id, token, take) is not None
    [seen] = tail.more()
    assert seen.take is not None and seen.progress == 1.0
    assert show(Step.SAVING, 1.0) == [], "an attempt that is over says nothing any more"
    assert not attempts.kept(job.id, token, "checkpoints/b")


def test_numbers_of_another_server_whose_rows_were_restored_here_do_not_disturb(
    database: PostgresqlDatabase, url: SecretStr
) -> None:
    tail = Tail(database)
    old, new = submitted(database, 2)
    with connected(url) as connection:
        connection.execute("ALTER TABLE jobs DISABLE TRIGGER USER")
        far = "UPDATE jobs SET changed = changed + 1000000 WHERE id = %s"
        connection.execute(far, (old.id,))
        connection.execute("ALTER TABLE jobs ENABLE TRIGGER USER")
    assert ids(tail.more()) == [new.id]
    Store(database).cancel([old.id])
    assert ids(tail.more()) == [old.id]


ACTS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["change", "end", "look"])), max_size=30
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=30,
)
@given(acts=ACTS)
def test_in_whatever_order_transactions_end_the_newest_of_each_is_seen(
    database: PostgresqlDatabase, url: SecretStr, acts: list[tuple[int, str]]
) -> None:
    """Three writers with a job each, whose transactions overlap at random, and a look now and
    then: after the last one, what was seen last of each job is what its row says."""
    jobs = submitted(database, 3)
    tail = Tail(database)
    seen = {job.id: job.name for job in jobs}
    with ExitStack() as opened:
        writers = [opened.enter_context(connected(url)) for _ in jobs]
        for number, (who, act) in enumerate(acts):
            match act:
                case "change":
                    if writers[who].info.transaction_status.name == "IDLE":
                        writers[who].execute("BEGIN")
                    rename(writers[who], jobs[who], f"{number}")
                case "end":
                    writers[who].execute("COMMIT")
                case "look":
                    seen |= {job.id: job.name for job in tail.more()}
        for writer in writers:
            writer.execute("COMMIT")
    while part := tail.more():
        seen |= {job.id: job.name for job in part}
    store = Store(database)
    assert seen == {job.id: store.job(job.id).name for job in jobs}
