"""What the window may rely on of a queue: one suite for the real one and the one of its tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Protocol

import pytest

from engine.dispatch.dispatcher import Dispatcher
from engine.dispatch.feed import Feed
from engine.dispatch.files import TakeFiles
from engine.dispatch.queue import Queue
from engine.errors import Conflict
from engine.jobs import Change, Job, Order, Status, Take
from engine.request import Request, default_name
from engine.settings import EngineSettings
from engine.store.claims import Claims
from engine.store.factory import open_store
from engine.store.store import Store
from tests.fakes import FakeEngine

PENDING, PROCESSING = Status.PENDING, Status.PROCESSING
FAILED, CANCELLED = Status.FAILED, Status.CANCELLED


class Subject(Protocol):
    """A queue in which nothing runs but what the test begins."""

    queue: Queue
    told: list[Change]

    def begin(self, job_id: str) -> None: ...

    def complete(self, job_id: str) -> None: ...


class Real:
    """The dispatcher over rows, without lanes."""

    def __init__(self, settings: EngineSettings) -> None:
        settings.data_folder.mkdir(parents=True)
        self.database = open_store(settings.database, None, sole=True).database
        self.claims = Claims(self.database)
        self.told: list[Change] = []
        feed = Feed()
        feed.listen(self.told.extend, lambda _: None, lambda _: None)
        files = TakeFiles(settings.takes_folder)
        self.queue = Dispatcher(Store(self.database), self.claims, [], files, settings, feed)

    def begin(self, job_id: str) -> None:
        claimed = self.claims.claim("local")
        assert claimed is not None
        job, self._token = claimed
        assert job.id == job_id

    def complete(self, job_id: str) -> None:
        take = Take(Path("take.wav"), 1.0, 44_100, 2, "00")
        assert self.claims.finish(job_id, self._token, take) is not None

    async def close(self) -> None:
        await self.queue.close()
        self.database.close()


class Fake:
    """The one behind the window in its tests."""

    def __init__(self) -> None:
        self.engine = FakeEngine()
        self.queue = self.engine.queue
        self.told: list[Change] = []
        self.engine.listen(self.told.extend, lambda _: None, lambda _: None)
        self.begin = self.engine.begin
        self.complete = self.engine.complete


@pytest.fixture(params=["real", "fake"])
async def subject(
    request: pytest.FixtureRequest, settings: EngineSettings
) -> AsyncIterator[Subject]:
    if request.param == "fake":
        yield Fake()
        return
    real = Real(settings)
    yield real
    await real.close()


async def ordered(subject: Subject, *prompts: str, front: bool = False) -> list[str]:
    orders = [Order(Request(prompt=prompt)) for prompt in prompts]
    return [job.id for job in await subject.queue.submit(orders, front=front)]


async def chained(subject: Subject, length: int = 3) -> list[str]:
    """Each builds on the one before."""
    ids = [f"gen_{number}" for number in range(length)]
    links = zip(ids, [None, *ids], strict=False)
    await subject.queue.submit(
        [Order(Request(prompt=id_), id=id_, depends_on=needed) for id_, needed in links]
    )
    return ids


async def waiting(subject: Subject) -> list[str]:
    """Ids, in the order in which they will run."""
    return [job.id for job in await subject.queue.jobs() if job.status is PENDING]


async def states(subject: Subject, ids: Sequence[str]) -> list[Status | None]:
    """None of what is in the trash."""
    known = {job.id: job.status for job in await subject.queue.jobs()}
    return [known.get(id_) for id_ in ids]


def latest(subject: Subject, job_id: str) -> Job:
    """The newest snapshot that was told."""
    return next(change.job for change in reversed(subject.told) if change.job.id == job_id)


async def test_a_deleted_job_that_waited_waits_again_where_it_was(subject: Subject) -> None:
    a, b, c, d = await ordered(subject, "a", "b", "c", "d")
    await subject.queue.delete([b, d])
    assert await waiting(subject) == [a, c]
    await subject.queue.restore([b, d])
    assert await waiting(subject) == [a, b, c, d]
    assert latest(subject, b).status is PENDING
    assert (latest(subject, b).error, latest(subject, b).finished_at) == (None, None)


async def test_what_came_meanwhile_is_not_mixed_with_what_comes_back(subject: Subject) -> None:
    a, b, c, d = await ordered(subject, "a", "b", "c", "d")
    await subject.queue.delete([a, b, c, d])
    late = await ordered(subject, "e", "f", "g")
    first = await ordered(subject, "h", "i", "j", front=True)
    await subject.queue.restore([a, b, c, d])
    assert await waiting(subject) == [*first, a, b, c, d, *late]


async def test_a_deleted_job_that_ran_starts_again(subject: Subject) -> None:
    first, second = await ordered(subject, "a", "b")
    subject.begin(first)
    await subject.queue.delete([first])
    assert await states(subject, [first, second]) == [None, PENDING]
    await subject.queue.restore([first])
    assert await waiting(subject) == [first, second]
    subject.begin(first)


async def test_what_fell_with_a_deleted_job_waits_again_with_it(subject: Subject) -> None:
    ids = await chained(subject)
    (other,) = await ordered(subject, "other")
    for _ in range(2):  # done again after it was undone
        await subject.queue.delete(ids[:1])
        assert await states(subject, ids) == [None, FAILED, FAILED]
        assert latest(subject, ids[2]).error is not None
        await subject.queue.restore(ids[:1])
        assert await waiting(subject) == [*ids, other]
        assert (latest(subject, ids[2]).status, latest(subject, ids[2]).error) == (PENDING, None)


async def test_links_that_were_deleted_together_come_back_together(subject: Subject) -> None:
    ids = await chained(subject)
    await subject.queue.delete(ids[:2])
    assert await states(subject, ids) == [None, None, FAILED]
    await subject.queue.restore(ids[:2])
    assert await waiting(subject) == ids


async def test_what_had_ended_before_comes_back_as_it_was(subject: Subject) -> None:
    ids = await chained(subject)
    (done,) = await ordered(subject, "done")
    await subject.queue.cancel(ids[:1])
    subject.begin(done)
    subject.complete(done)
    before = await subject.queue.jobs()
    await subject.queue.delete([ids[0], done])
    await subject.queue.restore([ids[0], done])
    assert await subject.queue.jobs() == before
    assert await states(subject, ids) == [CANCELLED, FAILED, FAILED]


async def test_what_can_not_be_made_any_more_does_not_wait_for_ever(subject: Subject) -> None:
    ids = await chained(subject)
    await subject.queue.delete(ids[1:2])
    await subject.queue.cancel(ids[:1])
    await subject.queue.restore(ids[1:2])
    assert await states(subject, ids) == [CANCELLED, FAILED, FAILED]
    error = latest(subject, ids[1]).error
    assert error is not None and error.code == "dependency_failed"


async def test_what_was_retried_meanwhile_is_left_as_it_is(subject: Subject) -> None:
    ids = await chained(subject, 2)
    await subject.queue.delete(ids[:1])
    await subject.queue.retry(ids[1:])  # brings back what it builds on
    subject.begin(ids[0])
    await subject.queue.restore(ids[:1])
    assert await states(subject, ids) == [PROCESSING, PENDING]


async def test_an_edited_job_keeps_the_name_that_it_was_given(subject: Subject) -> None:
    calm, dark = Request(prompt="calm piano"), Request(prompt="dark strings")
    usual, named, renamed = await subject.queue.submit(
        [Order(calm), Order(calm, name="Rain"), Order(calm)]
    )
    await subject.queue.annotate(renamed.id, name="Dusk")
    for job in (usual, named, renamed):
        await subject.queue.edit(job.id, dark, None)
    names = [latest(subject, job.id).name for job in (usual, named, renamed)]
    assert names == [default_name(dark), "Rain", "Dusk"]
    await subject.queue.edit(named.id, dark, "Wind")
    assert latest(subject, named.id).name == "Wind"


async def test_whether_a_job_waits_for_idleness_is_edited_or_stays(subject: Subject) -> None:
    request = Request(prompt="calm piano")
    (job,) = await subject.queue.submit([Order(request)])
    for wanted, found in ((True, True), (None, True), (False, False), (None, False)):
        await subject.queue.edit(job.id, request, None, when_idle=wanted)
        assert latest(subject, job.id).when_idle is found


async def test_a_job_that_began_is_not_edited(subject: Subject) -> None:
    (job,) = await subject.queue.submit([Order(Request(prompt="calm piano"))])
    subject.begin(job.id)
    with pytest.raises(Conflict, match="has already begun"):
        await subject.queue.edit(job.id, Request(prompt="too late"), None)
