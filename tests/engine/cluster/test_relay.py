"""The relay: a front tells all that happens anywhere, once, in its order, and loses no end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from engine.cluster import relay as module
from engine.cluster.aside import Aside
from engine.cluster.news import Kind, Note
from engine.cluster.relay import Relay
from engine.dispatch.feed import Feed
from engine.errors import StorageError
from engine.jobs import Change, Job, Order, Status, Step
from engine.request import Request
from engine.store.claims import Claims
from engine.store.postgresql.attempts import Attempts, Grown
from engine.store.postgresql.opening import PostgresqlDatabase
from engine.store.postgresql.tail import Tail
from engine.store.store import Store

LOOK = Note(Kind.LOOK)


class Front:
    """A feed, what it told, and the relay that fills it."""

    def __init__(self, database: PostgresqlDatabase, aside: Aside) -> None:
        self.told: list[Job] = []
        self.followed: set[str] = set()
        self._more = asyncio.Event()
        feed = Feed()
        feed.listen(self._hear, lambda _: None, lambda _: None)
        self.tail = Tail(database)
        followed = self.followed.__contains__
        self.relay = Relay(self.tail, Store(database), feed, aside, lambda job: followed(job.id))
        self.relay.start()

    def _hear(self, changes: Sequence[Change]) -> None:
        self.told += [change.job for change in changes]
        self._more.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not condition():
                self._more.clear()
                await self._more.wait()

    def seen(self, job: Job) -> list[tuple[Status, Step, float]]:
        return [(each.status, each.step, each.progress) for each in self.told if each.id == job.id]


def submit(database: PostgresqlDatabase, count: int = 1) -> list[Job]:
    return Store(database).submit([Order(Request(prompt=f"{n}")) for n in range(count)])


async def test_progress_is_told_where_it_is_followed_and_an_end_everywhere(
    database: PostgresqlDatabase, aside: Aside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PROGRESS_SECONDS", 0.0)
    claims, attempts = Claims(database), Attempts(database)
    one, other = Front(database, aside), Front(database, aside)
    [job] = submit(database)
    one.followed.add(job.id)
    claimed = claims.claim("local")
    assert claimed is not None
    token = claimed[1]
    attempts.show([Grown(job.id, token, Step.GENERATING, 0.1, None)])
    for front in (one, other):
        front.relay.heard(Note(Kind.JOBS))
        await front.until(lambda front=front: bool(front.told))  # type: ignore[misc]
    for progress in (0.2, 0.3):
        attempts.show([Grown(job.id, token, Step.GENERATING, progress, None)])
        for front in (one, other):
            front.relay.heard(Note(Kind.PROGRESS, (job.id,)))
        await one.until(lambda progress=progress: one.told[-1].progress == progress)  # type: ignore[misc]
    Store(database).cancel([job.id])
    for front in (one, other):
        front.relay.heard(LOOK)
        await front.until(lambda front=front: front.told[-1].status is Status.CANCELLED)  # type: ignore[misc]
        await front.relay.close()
    grows = Status.PROCESSING, Step.GENERATING
    end = Status.CANCELLED, Step.CANCELLED, 0.0
    assert one.seen(job) == [(*grows, 0.1), (*grows, 0.2), (*grows, 0.3), end]
    assert other.seen(job) == [(*grows, 0.1), end]


async def test_a_front_that_was_told_nothing_finds_all_ends(
    database: PostgresqlDatabase, aside: Aside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In parts, also when the database is away in the middle of it."""
    monkeypatch.setattr("engine.store.postgresql.tail.AT_ONCE", 7)
    front = Front(database, aside)
    jobs = submit(database, 40)
    Store(database).cancel([job.id for job in jobs])
    more, calls = front.tail.more, []

    def away_at_times() -> list[Job]:
        calls.append(1)
        if len(calls) % 3 == 0:
            raise StorageError("It is away.")
        return more()

    monkeypatch.setattr(front.tail, "more", away_at_times)

    async def look_again() -> None:
        while True:
            front.relay.heard(LOOK)
            await asyncio.sleep(0)

    looking = asyncio.create_task(look_again())
    await front.until(lambda: len(front.told) >= len(jobs))
    looking.cancel()
    await front.relay.close()
    assert sorted(job.id for job in front.told) == sorted(job.id for job in jobs), "each once"
    assert {job.status for job in front.told} == {Status.CANCELLED}


async def test_progress_never_comes_after_the_end(
    database: PostgresqlDatabase, aside: Aside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PROGRESS_SECONDS", 0.0)
    front = Front(database, aside)
    [job] = submit(database)
    front.followed.add(job.id)
    claimed = Claims(database).claim("local")
    assert claimed is not None
    front.relay.heard(LOOK)
    await front.until(lambda: bool(front.told))
    front.relay.heard(Note(Kind.PROGRESS, (job.id,)))  # is read when the job has ended
    Store(database).cancel([job.id])
    front.relay.heard(Note(Kind.JOBS))
    await front.until(lambda: front.told[-1].status.final)
    front.relay.heard(Note(Kind.PROGRESS, (job.id,)))
    await asyncio.sleep(0.01)
    await front.relay.close()
    assert [status for status, *_ in front.seen(job)][-1] is Status.CANCELLED
    assert sum(status.final for status, *_ in front.seen(job)) == 1
