"""Many at once on PostgreSQL: each job is claimed by one, ends once, and has a place of its own."""

from __future__ import annotations

import multiprocessing
import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import SecretStr

from engine.errors import InvalidRequest
from engine.jobs import Failure, Once, Order, Status, Take
from engine.request import Request
from engine.store.claims import Claims
from engine.store.database import Alone
from engine.store.postgresql.opening import PostgresqlDatabase, open_postgresql
from engine.store.store import Store
from tests.e2e.processes import wait_until
from tests.postgres import Postgres

PROCESSES, THREADS = 2, 3
JOBS = 180
TAKE = Take(Path("take.wav"), 1.0, 44_100, 2, "00", made_by="sketch 1")
OVER = "over"


@pytest.fixture
def url(postgres: Postgres) -> SecretStr:
    return postgres.new_database()


@pytest.fixture
def database(url: SecretStr) -> Iterator[PostgresqlDatabase]:
    opened = open_postgresql(url, sole=False)
    yield opened
    opened.close()


@dataclass
class Said:
    """What one worker did, and what of it was taken."""

    claims: list[tuple[str, int]] = field(default_factory=list)
    """Job and attempt."""
    finished: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    turned_down: int = 0


def work(database: PostgresqlDatabase, seed: int) -> Said:
    """Claim, and finish, fail or release what was claimed, until all is over."""
    claims, dice, said = Claims(database, fair=True), random.Random(seed), Said()
    while True:
        over = claims_are_over(database)  # asked first: what is queued before is claimed yet
        claimed = claims.claim("local")
        if claimed is None:
            if over:
                return said
            continue
        job, token = claimed
        said.claims.append((job.id, job.attempt))
        match dice.choice(["finish", "finish", "fail", "release"]):
            case "finish":
                heard = claims.finish(job.id, token, TAKE) is not None
                said.finished += [job.id] * heard
            case "fail":
                heard = bool(claims.fail(job.id, token, Failure("x", "y")))
                said.failed += [job.id] * heard
            case _:
                heard = claims.release(job.id, token) is not None
        said.turned_down += not heard


def claims_are_over(database: PostgresqlDatabase) -> bool:
    return Store(database).setting(OVER, "") == "yes"


def work_in_threads(url: str, seed: int) -> list[Said]:
    """What one process does; they share its pool of connections."""
    database = open_postgresql(SecretStr(url), sole=False)
    Store(database).set_setting(f"here: {seed}", "yes")
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(lambda n: work(database, seed + n), range(THREADS)))
    finally:
        database.close()


def test_each_job_is_claimed_by_one_and_ends_once(
    url: SecretStr, database: PostgresqlDatabase
) -> None:
    store, dice = Store(database), random.Random(5)
    cancelled: list[str] = []
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=spawn) as pool:
        at_work: list[Future[list[Said]]] = [
            pool.submit(work_in_threads, url.get_secret_value(), 100 * n) for n in range(PROCESSES)
        ]
        for n in range(PROCESSES):  # or one of them would have done all before another is there
            wait_until(
                lambda n=n: store.setting(f"here: {100 * n}", "") == "yes", "all to be there"
            )  # type: ignore[misc]
        known: list[str] = []
        while len(known) < JOBS:
            orders = [Order(Request(), owner=dice.choice("abc")) for _ in range(6)]
            known += [job.id for job in store.submit(orders, front=dice.random() < 0.3)]
            store.move(dice.sample(known, 3), dice.choice(known))
            cancelled += [job.id for job in store.cancel(dice.sample(known, 2))]
        store.set_setting(OVER, "yes")
        said = [each for done in at_work for each in done.result(60)]

    claims = [claim for each in said for claim in each.claims]
    finished = [job for each in said for job in each.finished]
    failed = [job for each in said for job in each.failed]
    assert len(set(claims)) == len(claims), "no attempt is made by two"
    assert Counter(finished + failed + cancelled) == Counter(known), "each ends once, and one way"
    ends = {job.id: job.status for job in store.jobs()}
    assert ends == (
        dict.fromkeys(finished, Status.COMPLETED)
        | dict.fromkeys(failed, Status.FAILED)
        | dict.fromkeys(cancelled, Status.CANCELLED)
    )
    assert {len(each.claims) > 0 for each in said} == {True}, "all of them had work"


def test_those_who_submit_at_once_get_places_and_moments_of_their_own(
    database: PostgresqlDatabase,
) -> None:
    store, together = Store(database), threading.Barrier(6)

    def submit(number: int) -> None:
        together.wait()
        for _ in range(10):
            store.submit([Order(Request())] * 3, front=number % 2 == 0)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(submit, range(6)))
    jobs = store.jobs()
    assert len(jobs) == len({job.position for job in jobs}) == 180
    assert len({round(job.created_at.timestamp() * 1000) for job in jobs}) == 180


def test_the_same_key_at_once_makes_one_batch(database: PostgresqlDatabase) -> None:
    store, together = Store(database), threading.Barrier(6)

    def submit(_: int) -> list[str]:
        together.wait()
        once = Once("alice", "key", "digest")
        return [job.id for job in store.submit([Order(Request())] * 2, once=once)]

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(submit, range(6)))
    assert all(ids == answers[0] for ids in answers)
    assert len(store.jobs()) == 2


def test_owners_take_turns_with_many_who_claim(database: PostgresqlDatabase) -> None:
    claims, together = Claims(database, fair=True), threading.Barrier(4)
    for owner in "abcd":
        Store(database).submit([Order(Request(), owner=owner)] * 4)

    def claim(_: int) -> str:
        together.wait()
        claimed = claims.claim("local")
        assert claimed is not None
        return claimed[0].owner

    with ThreadPoolExecutor(4) as pool:
        for _ in range(4):
            assert sorted(pool.map(claim, range(4))) == ["a", "b", "c", "d"]


def test_a_job_that_comes_while_a_claim_waits_its_turn_begins_after_that(
    database: PostgresqlDatabase,
) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with ThreadPoolExecutor(1) as pool:
        with database.writing(Alone.TURNS):
            claim = pool.submit(Claims(database, fair=True).claim, "local")
            sql = database.peewee.execute_sql
            wait_until(lambda: sql(waiting).fetchone() == (1,), "the claim to wait")
            [job] = Store(database).submit([Order(Request())])
        claimed = claim.result()
    assert claimed is not None and claimed[0].id == job.id
    assert (claimed[0].started_at or job.created_at) >= job.created_at


def test_what_builds_on_a_job_that_fails_at_that_moment_never_waits_for_ever(
    database: PostgresqlDatabase,
) -> None:
    store, claims, together = Store(database), Claims(database), threading.Barrier(2)
    refused = 0
    for number in range(20):
        store.submit([Order(Request(), id=f"gen_{number}")])
        claimed = claims.claim("local")
        assert claimed is not None

        def fail(job: str = claimed[0].id, token: str = claimed[1]) -> None:
            together.wait()
            claims.fail(job, token, Failure("x", "y"))

        with ThreadPoolExecutor(1) as pool:
            failing = pool.submit(fail)
            together.wait()
            try:
                store.submit([Order(Request(), depends_on=claimed[0].id)])
            except InvalidRequest:
                refused += 1
            failing.result()
    assert store.count(Status.PENDING) == 0
    assert store.count(Status.FAILED) == 40 - refused
