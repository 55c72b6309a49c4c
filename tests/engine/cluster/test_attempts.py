"""What is written of an attempt, on a real database: while it is the job's, and no more after."""

from __future__ import annotations

import pytest

from engine.jobs import Order, Step
from engine.request import Request
from engine.store.claims import Claims
from engine.store.postgresql.attempts import Attempts, Grown
from engine.store.postgresql.opening import PostgresqlDatabase
from engine.store.store import Store


@pytest.fixture
def attempts(database: PostgresqlDatabase) -> Attempts:
    return Attempts(database)


@pytest.fixture
def claimed(database: PostgresqlDatabase) -> tuple[str, str]:
    """(job, token)."""
    [job] = Store(database).submit([Order(Request(prompt="x"))])
    claim = Claims(database).claim("local")
    assert claim is not None
    return job.id, claim[1]


@pytest.fixture
def growing(attempts: Attempts, claimed: tuple[str, str]) -> tuple[str, str]:
    """(job, token): half of it is there, a checkpoint too, and somebody wants it to end so."""
    job_id, token = claimed
    assert attempts.kept(job_id, token, "checkpoints/1")
    attempts.show([Grown(job_id, token, Step.GENERATING, 0.5, None)])
    assert attempts.end_early(job_id)
    return claimed


def ends_early(database: PostgresqlDatabase, job_id: str) -> bool:
    with database.reading():
        rows = database.peewee.execute_sql("SELECT ending_early FROM jobs WHERE id = %s", (job_id,))
        return bool(rows.fetchone()[0])


def test_what_begins_anew_has_no_checkpoint_and_nothing_to_end_with(
    database: PostgresqlDatabase, attempts: Attempts, growing: tuple[str, str]
) -> None:
    job_id, token = growing
    attempts.begins_anew(job_id, token)
    job = Store(database).job(job_id)
    assert (job.checkpoint, ends_early(database, job_id)) == (None, False)


def test_of_an_attempt_that_was_given_up_nothing_is_written(
    database: PostgresqlDatabase, attempts: Attempts, growing: tuple[str, str]
) -> None:
    job_id, _ = growing
    attempts.begins_anew(job_id, "another token")
    assert not attempts.kept(job_id, "another token", "checkpoints/2")
    assert attempts.show([Grown(job_id, "another token", Step.SAVING, 0.9, None)]) == []
    job = Store(database).job(job_id)
    assert (job.checkpoint, job.step, job.progress) == ("checkpoints/1", Step.GENERATING, 0.5)
    assert ends_early(database, job_id)
