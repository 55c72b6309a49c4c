"""Jobs that are cancelled or deleted at awkward moments, and what hangs on them."""

from __future__ import annotations

import pytest

from engine.jobs import Order, Status
from engine.request import Request
from engine.settings import EngineSettings
from tests.engine.conftest import Watched, statuses

COMPLETED, FAILED = Status.COMPLETED, Status.FAILED


@pytest.fixture
def patient(settings: EngineSettings) -> EngineSettings:
    """A job that was lost rests for longer than a test takes."""
    return settings.model_copy(update={"retry_delay": 100.0})


async def resting(engine: Watched) -> str:
    """The id of a job that killed its host and rests."""
    (job,) = await engine.submit("steps=9 die=3")
    await engine.until(lambda: engine.latest(job.id).retry_at is not None)
    return job.id


def chain() -> list[Order]:
    request = Request(prompt="steps=2", model="scripted", duration=2.0)
    return [Order(request, id="gen_1"), Order(request.seeded(), id="gen_2", depends_on="gen_1")]


@pytest.mark.logs("host")
@pytest.mark.parametrize("verb", ["cancel", "delete"])
async def test_who_is_suspected_and_given_up_holds_up_nobody(
    patient: EngineSettings, verb: str
) -> None:
    async with Watched(patient) as engine:
        suspect = await resting(engine)
        await getattr(engine.queue, verb)([suspect])
        assert statuses(await engine.ended(await engine.submit("steps=2"))) == [COMPLETED]


@pytest.mark.logs("host")
async def test_who_was_suspected_may_be_retried(patient: EngineSettings) -> None:
    async with Watched(patient) as engine:
        suspect = await resting(engine)
        await engine.queue.cancel([suspect])
        await engine.queue.retry([suspect])
        await engine.until(lambda: engine.latest(suspect).step.value == "generating")


@pytest.mark.logs("host")
async def test_a_suspect_that_comes_back_from_the_trash_still_runs_alone(
    patient: EngineSettings,
) -> None:
    async with Watched(patient) as engine:
        suspect = await resting(engine)
        (other,) = await engine.submit("steps=500 ms=10")
        await engine.growing(other)
        await engine.queue.delete([suspect])
        await engine.queue.restore([suspect])
        (late,) = await engine.submit("steps=2")
        await engine.queue.cancel([other.id])
        await engine.until(lambda: engine.latest(suspect).step.value == "generating")
        assert engine.latest(late.id).status is Status.PENDING
        await engine.queue.cancel([suspect])
        assert statuses(await engine.ended([late])) == [COMPLETED]


async def test_a_take_that_was_deleted_as_it_grew_is_made_once_it_is_back(engine: Watched) -> None:
    (job,) = await engine.submit("steps=60 ms=10")
    await engine.growing(job)
    await engine.queue.delete([job.id])
    await engine.queue.restore([job.id])
    await engine.until(lambda: engine.latest(job.id).status is COMPLETED)
    assert engine.steps(job.id).count("queued") == 2, "it began again"


async def test_what_waited_goes_on_from_its_checkpoint_when_it_is_back(
    settings: EngineSettings,
) -> None:
    request = Request(prompt="steps=300 ms=10", model="scripted", duration=12.0)
    async with Watched(settings) as engine:
        (job,) = await engine.queue.submit([Order(request)])
        await engine.until(lambda: engine.latest(job.id).progress > 0.5)
        await engine.queue.set_paused(True)
    async with Watched(settings) as engine:
        await engine.queue.delete([job.id])
        await engine.queue.restore([job.id])
        await engine.queue.set_paused(False)
        await engine.until(lambda: engine.latest(job.id).progress > 0)
        assert engine.latest(job.id).progress > 0.3


async def test_a_take_that_is_deleted_while_it_grows_does_not_come_back(engine: Watched) -> None:
    """Its host is in the middle of a step, and reports it before it hears of the end."""
    (job,) = await engine.submit("steps=500 ms=150")
    await engine.growing(job)
    await engine.queue.delete([job.id])
    assert statuses(await engine.ended(await engine.submit("steps=2"))) == [COMPLETED]
    last = next(c for c in reversed(engine.changes) if c.job.id == job.id)
    assert last.removed


async def test_what_falls_with_a_deleted_job_is_told(engine: Watched) -> None:
    await engine.queue.set_paused(True)
    first, second = await engine.queue.submit(chain())
    await engine.queue.delete([first.id])
    assert engine.latest(second.id).status is FAILED


async def test_what_a_retried_job_builds_on_comes_out_of_the_trash(engine: Watched) -> None:
    await engine.queue.set_paused(True)
    first, second = await engine.queue.submit(chain())
    await engine.queue.delete([first.id])
    await engine.queue.retry([second.id])
    await engine.queue.set_paused(False)
    await engine.until(lambda: engine.latest(second.id).status is COMPLETED)
    assert {job.id for job in await engine.queue.jobs()} == {first.id, second.id}
