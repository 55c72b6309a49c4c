"""Who is next among many owners: priority, what is gained by waiting, and turns."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.jobs import Job, Order, utc_now
from engine.request import Request
from engine.store.claims import Claims
from engine.store.shared import SharedJobs
from engine.store.store import Store
from tests.engine.store.conftest import Both

AGEING = 600.0


def submit(store: Store, owner: str, priority: int = 0, count: int = 1) -> list[Job]:
    order = Order(Request(prompt="x"), owner=owner, priority=priority)
    return store.submit([order] * count)


def wait(both: Both, seconds: float) -> None:
    """As if so much time had passed."""
    with both.database.writing():
        sql = both.database.peewee.execute_sql
        sql(f"UPDATE jobs SET waits_since = waits_since - {seconds}")  # noqa: S608
        sql(f"UPDATE served SET at = at - {seconds}")  # noqa: S608


class Line:
    """The queue's claims, one after the other."""

    def __init__(self, both: Both) -> None:
        self._claims = Claims(both.database, fair=True, ageing=AGEING)

    def next(self) -> str:
        claimed = self._claims.claim("local")
        assert claimed is not None
        return claimed[0].id


@pytest.fixture
def line(both: Both) -> Line:
    with both.database.writing():
        both.database.peewee.execute_sql("DELETE FROM served")
    return Line(both)


def test_low_priority_is_served_in_the_end(both: Both, line: Line) -> None:
    [low] = submit(both.store, "ann", priority=-2)
    urgent = submit(both.store, "ann", priority=1, count=10)
    served = []
    for _ in range(8):
        served.append(line.next())
        wait(both, AGEING / 2)
    # Three levels are between them: after three whiles without a start it is its turn.
    assert served.index(low.id) == 6
    assert set(served) - {low.id} <= {job.id for job in urgent}


def test_an_old_crowd_of_one_owner_does_not_keep_another_waiting(both: Both, line: Line) -> None:
    crowd = submit(both.store, "ann", count=6)
    assert line.next() == crowd[0].id
    wait(both, 5 * AGEING)
    assert line.next() == crowd[1].id  # its priority was served, and has aged no more
    [new] = submit(both.store, "ben")
    assert line.next() == new.id
    assert line.next() == crowd[2].id


def test_what_starves_in_the_shadow_of_others_passes_them_once(both: Both, line: Line) -> None:
    modest = submit(both.store, "ann", priority=0, count=2)
    loud = submit(both.store, "ben", priority=1, count=6)
    served = []
    for _ in range(4):
        served.append(line.next())
        wait(both, 0.7 * AGEING)
    # It has gained a level by the third claim, is even with the others, and it is ann's turn.
    assert served == [loud[0].id, loud[1].id, modest[0].id, loud[2].id]


def test_who_comes_by_a_server_whose_clock_is_late_has_not_waited(
    both: Both, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks where it stands in the queue goes by the database's clock."""
    [high] = submit(both.store, "ben", priority=1)
    late = utc_now() - timedelta(seconds=5 * AGEING)
    monkeypatch.setattr("engine.store.entering.utc_now", lambda: late)
    [new, again] = submit(both.store, "ann", count=2)
    both.store.cancel([again.id])
    both.store.retry([again.id])
    jobs = SharedJobs(both.database, AGEING)
    assert [jobs.position(job) for job in (high, new)] == [1, 2]
    assert jobs.position(both.store.job(again.id)) == 3
    assert [line.next() for _ in range(3)] == [high.id, new.id, again.id]


def test_the_place_that_is_shown_follows_the_same_order(both: Both, line: Line) -> None:
    [low] = submit(both.store, "ann", priority=-1)
    others = submit(both.store, "ben", count=3)
    jobs = SharedJobs(both.database, AGEING)
    assert jobs.position(low) == 4
    assert [jobs.position(job) for job in others] == [1, 2, 3]
    assert [job.id for job in jobs.waiting(10)] == [job.id for job in [*others, low]]
    line.next()
    wait(both, 3 * AGEING)
    line.next()
    assert jobs.position(low) == 1
    assert jobs.waiting(10)[0].id == low.id


def test_alone_at_the_desk_nothing_ages(both: Both) -> None:
    """A musician's own list stays as it is."""
    [low] = submit(both.store, "", priority=-1)
    [high] = submit(both.store, "")
    wait(both, 10 * AGEING)
    claims = Claims(both.database)
    order = [claimed[0].id for claimed in (claims.claim("local"), claims.claim("local")) if claimed]
    assert order == [high.id, low.id]
