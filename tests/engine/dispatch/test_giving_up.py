"""Jobs that are cancelled or deleted at awkward moments, and what hangs on them."""

from __future__ import annotations

import pytest

from engine.jobs import Status
from engine.settings import EngineSettings
from tests.engine.conftest import Watched, statuses

COMPLETED = Status.COMPLETED


@pytest.fixture
def patient(settings: EngineSettings) -> EngineSettings:
    """A job that was lost rests for longer than a test takes."""
    return settings.model_copy(update={"retry_delay": 100.0})


async def resting(engine: Watched) -> str:
    """The id of a job that killed its host and rests."""
    (job,) = await engine.submit("steps=9 die=3")
    await engine.until(lambda: engine.latest(job.id).retry_at is not None)
    return job.id


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
