"""Permits in procrastinate's own tables: with the transaction, one for each job, mended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from engine.cluster.news import CHANNEL, Kind
from engine.cluster.permits import QueuePermits, queue_of
from engine.errors import StorageError
from engine.jobs import Job, Order
from engine.request import Request
from engine.store.claims import Claims
from engine.store.leases import Leases
from engine.store.lost import LostJobs
from engine.store.permits import Permit
from engine.store.postgresql.opening import PostgresqlDatabase, open_postgresql
from engine.store.store import Store
from engine.store.workers import Worker, Workers
from tests.postgres import Postgres


class Desk:
    """The store's verbs with permits, and a look at procrastinate's tables."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self.database = database
        self.permits = QueuePermits(database)
        self.permits.install()
        self.store = Store(database, self.permits)
        self.leases = Leases(database, "me", seconds=60, permits=self.permits)
        self.lost = LostJobs(database, max_retries=3, lease_seconds=60, permits=self.permits)

    def submit(self, **more: Any) -> Job:
        [job] = self.store.submit([Order(Request(prompt="x"), **more)])
        return job

    def claim(self) -> tuple[Job, str]:
        claimed = self.leases.claim("local")
        assert claimed is not None
        return claimed

    def sql(self, statement: str, *values: object) -> list[Any]:
        with self.database.writing():
            done = self.database.peewee.execute_sql(statement, values)
            return list(done.fetchall()) if done.description else []

    def out(self) -> list[str]:
        """Whose permits can be taken now."""
        rows = self.sql(
            "SELECT args ->> 'job' FROM procrastinate_jobs WHERE status = 'todo' "
            "AND (scheduled_at IS NULL OR scheduled_at <= now()) ORDER BY id"
        )
        return [row[0] for row in rows]

    def take_all(self) -> None:
        """As procrastinate's worker does."""
        self.sql("INSERT INTO procrastinate_workers DEFAULT VALUES")
        self.sql(
            "UPDATE procrastinate_jobs SET status = 'doing', "
            "worker_id = (SELECT max(id) FROM procrastinate_workers) WHERE status = 'todo'"
        )


@pytest.fixture
def desk(postgres: Postgres) -> Iterator[Desk]:
    database = open_postgresql(postgres.new_database(), sole=False)
    yield Desk(database)
    database.close()


def test_a_permit_comes_and_goes_with_its_transaction(desk: Desk) -> None:
    with pytest.raises(ZeroDivisionError), desk.database.writing():
        desk.submit()
        raise ZeroDivisionError
    assert desk.store.jobs() == [] and desk.out() == []
    job = desk.submit()
    assert desk.out() == [job.id]


def test_the_tables_are_made_once(desk: Desk) -> None:
    job = desk.submit()
    QueuePermits(desk.database).install()
    assert desk.out() == [job.id]


def test_what_depends_on_another_gets_its_permit_with_the_others_take(desk: Desk) -> None:
    from tests.engine.store.test_lease_rules import TAKE

    first = desk.submit()
    then = desk.submit(depends_on=first.id)
    assert desk.out() == [first.id]
    _, token = desk.claim()
    desk.leases.finish(first.id, token, TAKE)
    assert desk.out() == [first.id, then.id]  # the first is good for either


def test_there_is_one_permit_for_a_job_however_often_it_comes_back(desk: Desk) -> None:
    job = desk.submit()
    _, token = desk.claim()
    desk.leases.release(job.id, token)  # by another's permit: its own is still out
    assert desk.out() == [job.id]
    desk.take_all()
    _, token = desk.claim()
    desk.leases.release(job.id, token, retry=True)
    assert desk.out() == [job.id]


def test_who_rests_is_offered_later(desk: Desk) -> None:
    job = desk.submit()
    desk.take_all()
    _, token = desk.claim()
    desk.leases.release(job.id, token, retry=True, rest=600)
    assert desk.out() == []
    assert desk.leases.claim("local") is None
    [[seconds]] = desk.sql(
        "SELECT extract(epoch FROM scheduled_at - now()) FROM procrastinate_jobs "
        "WHERE status = 'todo'"
    )
    assert 500 < seconds <= 600


def test_two_permits_at_once_are_refused_as_something_to_try_again(desk: Desk) -> None:
    job = desk.submit()
    with pytest.raises(StorageError, match="busy"), desk.database.writing():
        desk.permits.issue([Permit(job.id, "sketch")], new=True)
    assert desk.out() == [job.id]


def test_lost_permits_are_withdrawn_and_missing_ones_issued(desk: Desk) -> None:
    """For what may be claimed: by the same rule, and no job more."""
    jobs = [desk.submit() for _ in range(3)]
    desk.submit(depends_on=jobs[0].id)
    resting = desk.submit()
    desk.store.delete([desk.submit().id])
    desk.sql("UPDATE jobs SET rests_until = 1e12 WHERE id = %s", resting.id)
    desk.take_all()
    desk.sql("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    desk.lost.reap()
    assert sorted(desk.out()) == sorted(job.id for job in jobs)
    assert desk.sql("SELECT 1 FROM procrastinate_jobs WHERE status = 'doing'") == []


def swapped(desk: Desk) -> tuple[Job, Job]:
    """(one that waits, one that is run by the other's permit, so that its own is out)."""
    waits = desk.submit()
    [runs] = desk.store.submit([Order(Request(prompt="x"))], front=True)
    desk.sql("UPDATE procrastinate_jobs SET status = 'doing' WHERE args ->> 'job' = %s", waits.id)
    assert desk.claim()[0].id == runs.id
    assert desk.out() == [runs.id]
    return waits, runs


def test_a_job_that_is_cancelled_while_it_waits_takes_its_permit_along(desk: Desk) -> None:
    """No worker is called for nothing, and none stays where no worker has its model."""
    jobs = [desk.submit() for _ in range(3)]
    resting = desk.submit()
    desk.sql("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 hour' "
             "WHERE args ->> 'job' = %s", resting.id)  # fmt: skip
    desk.store.cancel([jobs[0].id, resting.id])
    assert desk.out() == [job.id for job in jobs[1:]]
    desk.store.delete([jobs[1].id])
    assert desk.sql("SELECT args ->> 'job' FROM procrastinate_jobs") == [(jobs[2].id,)]
    desk.store.retry([resting.id])
    assert desk.out() == [jobs[2].id, resting.id]
    desk.store.restore([jobs[1].id])
    assert desk.out() == [jobs[2].id, resting.id, jobs[1].id]


def test_a_job_that_is_cancelled_while_it_runs_leaves_others_theirs(desk: Desk) -> None:
    _, runs = swapped(desk)
    desk.store.cancel([runs.id])
    assert desk.out() == [runs.id], "the one that waits is run by it"


def test_permits_are_missing_when_there_are_fewer_than_jobs(desk: Desk) -> None:
    """Whichever job each was issued for."""
    waits, _ = swapped(desk)
    desk.sql("UPDATE procrastinate_jobs SET worker_id = NULL WHERE status = 'doing'")
    desk.lost.reap()
    assert len(desk.out()) == 1, "there is one for the one that waits"
    suspect = desk.submit()
    desk.sql("UPDATE jobs SET suspect = true WHERE id = %s", suspect.id)
    desk.sql("DELETE FROM procrastinate_jobs")
    desk.lost.reap()
    assert sorted(desk.out()) == sorted([waits.id, suspect.id])
    alone = "SELECT args ->> 'job' FROM procrastinate_jobs WHERE (args ->> 'alone')::boolean"
    assert desk.sql(alone) == [(suspect.id,)], "what must run alone needs one of its own kind"


def test_what_a_worker_is_lost_with_twice_runs_alone_next(desk: Desk) -> None:
    job = desk.submit()
    for times in (1, 2):
        desk.take_all()
        desk.claim()
        desk.sql("UPDATE jobs SET lease_until = 1")
        desk.lost.reap()
        assert desk.store.job(job.id).retries == times
    assert desk.sql("SELECT args ->> 'alone' FROM procrastinate_jobs WHERE status = 'todo'") == [
        ("true",)
    ]
    assert desk.leases.claim("local") is None
    assert desk.leases.suspect_waits("local")
    assert not desk.leases.suspect_waits("local", exclude=[job.id])
    assert desk.leases.claim("local", suspects=True) is not None
    assert not desk.leases.suspect_waits("local")


def test_what_ran_before_this_was_a_cluster_waits_again(desk: Desk) -> None:
    """As the one server that ran it gave no lease, and died: nobody would ever take it away."""
    job = desk.submit()
    desk.sql("DELETE FROM procrastinate_jobs")
    assert Claims(desk.database).claim("local") is not None
    desk.lost.reap()
    assert desk.out() == [job.id]
    assert desk.claim()[0].id == job.id
    assert desk.lost.reap() == [], "who has a lease keeps it"


def test_what_was_lost_with_one_worker_goes_on_together(desk: Desk) -> None:
    """Two takes of a machine that died are not made one after the other."""
    jobs = {desk.submit().id for _ in range(2)}
    desk.take_all()
    for _ in jobs:
        desk.claim()
    desk.sql("UPDATE jobs SET lease_until = 1")
    desk.lost.reap()
    again = (desk.leases.claim("local"), desk.leases.claim("local"))
    assert {claimed[0].id for claimed in again if claimed} == jobs


def test_only_one_reaps_at_a_time(desk: Desk, postgres: Postgres) -> None:
    other = open_postgresql(postgres.url(desk.database.peewee.database), sole=False)
    try:
        with desk.database.writing():
            assert desk.lost.reap() == []
            assert LostJobs(other, max_retries=3, lease_seconds=60).reap() is None
    finally:
        other.close()


def test_as_many_workers_as_permits_are_called_of_those_that_have_room(
    desk: Desk, postgres: Postgres
) -> None:
    workers = Workers(desk.database, 30)

    def joined(worker_id: str, **more: Any) -> None:
        workers.join(Worker(worker_id, "host", 1, "1", **({"slots": 2} | more)))

    joined("full", models=("sketch",), slots=1)
    desk.sql("UPDATE workers SET id = 'me' WHERE id = 'full'")  # whose claims are the desk's
    desk.submit()
    desk.claim()
    joined("other", models=("another",))
    joined("one", models=("sketch",))
    joined("loaded", models=("sketch",), model="sketch")
    joined("lost", models=("sketch",))
    desk.sql("UPDATE workers SET seen_at = 1 WHERE id = 'lost'")
    with psycopg.connect(
        postgres.url(desk.database.peewee.database).get_secret_value(), autocommit=True
    ) as ear:
        ear.execute(f"LISTEN {CHANNEL}")

        def called() -> list[str]:
            ear.execute("SELECT 1")  # what was said before this is here then
            words = [json.loads(each.payload) for each in ear.notifies(timeout=0)]
            return [worker for kind, worker in words if kind == Kind.PERMIT]

        desk.submit()
        assert called() == ["loaded"]
        desk.permits.pass_on("loaded", ["sketch"])
        assert called() == ["one"]
        desk.store.submit([Order(Request(prompt="x"))] * 3)
        assert sorted(called()) == ["loaded", "one"]


@pytest.mark.parametrize(
    "model", ["sketch", "facebook/musicgen-stereo-melody-large", "x" * 300, ""]
)
def test_a_queues_name_fits_into_a_channels(desk: Desk, model: str) -> None:
    with desk.database.writing():
        desk.permits.issue([Permit("gen_0", model)])
    assert desk.sql("SELECT queue_name FROM procrastinate_jobs") == [(queue_of(model),)]
    assert queue_of(model) != queue_of(model + "y")
