"""What is allowed is looked at where it is done: whoever comes in between changes nothing."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.errors import TooMany
from engine.jobs import Job, Once, Order, Quota, Status, Submission
from engine.request import Request
from tests.engine.store.conftest import Both

MOST = Quota(jobs=5)
THREADS = 4
JOBS = 60


def ordered(owner: str, count: int = 1) -> list[Order]:
    return [Order(Request(), owner=owner) for _ in range(count)]


def test_those_who_submit_at_once_get_no_more_than_they_may(both: Both) -> None:
    together = threading.Barrier(THREADS)

    def submit(number: int) -> int:
        """Alternately alone and with others; how many were taken."""
        together.wait()
        taken = 0
        for turn in range(10):
            orders = ordered("alice", 1 + turn % 2)
            one = Submission(orders, quota=MOST)
            others = [Submission(ordered("bob"))] * (number % 2)
            [mine, *_] = both.store.submit_all([one, *others])
            taken += 0 if isinstance(mine, TooMany) else len(orders)
        both.database.peewee.close()  # this thread's
        return taken

    with ThreadPoolExecutor(THREADS) as pool:
        taken = sum(pool.map(submit, range(THREADS)))
    waiting = Counter(job.owner for job in both.store.jobs())
    assert taken == waiting["alice"] == MOST.jobs
    assert waiting["bob"] == 10 * (THREADS // 2), "nobody else is held up"


def test_what_ended_makes_room_and_a_repeat_needs_none(both: Both) -> None:
    store, once = both.store, Once("alice", "key", "digest")
    jobs = store.submit(ordered("alice", MOST.jobs), once=once, quota=MOST)
    with pytest.raises(TooMany, match="quota"):
        store.submit(ordered("alice"), quota=MOST)
    assert [job.id for job in store.submit(ordered("alice", MOST.jobs), once=once, quota=MOST)] == [
        job.id for job in jobs
    ]
    store.cancel([jobs[0].id])
    store.submit(ordered("alice"), quota=MOST)
    with pytest.raises(TooMany, match="quota"):
        store.retry([jobs[0].id], quota=MOST)
    assert store.job(jobs[0].id).status is Status.CANCELLED
    assert len(store.submit(ordered("alice", 2 * MOST.jobs))) == 2 * MOST.jobs, (
        "no limit was asked for"
    )


def test_what_is_taken_out_of_the_queue_has_not_begun(both: Both) -> None:
    jobs = both.store.submit(ordered("alice", JOBS))
    together = threading.Barrier(2)

    def begin() -> set[str]:
        together.wait()
        begun = []
        while (claimed := both.claims.claim("local")) is not None:
            begun.append(claimed[0].id)
        both.database.peewee.close()  # this thread's
        return set(begun)

    def take_out(job: Job) -> set[str]:
        return {each.id for each in both.store.cancel([job.id], begun=False)}

    with ThreadPoolExecutor(1) as pool:
        beginning = pool.submit(begin)
        together.wait()
        cancelled = set().union(*map(take_out, reversed(jobs)))
        begun = beginning.result()
    assert begun and begun.isdisjoint(cancelled) and len(begun | cancelled) == JOBS
    now = {job.id: job.status for job in both.store.jobs()}
    assert now == dict.fromkeys(begun, Status.PROCESSING) | dict.fromkeys(
        cancelled, Status.CANCELLED
    )
