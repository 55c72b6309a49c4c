"""What is told of a job is its row, with what only its run knows."""

from __future__ import annotations

import pytest

from engine.jobs import Status
from engine.request import Request
from engine.settings import EngineSettings
from tests.engine.conftest import Watched


@pytest.mark.logs("host")
async def test_what_changes_while_a_job_rests_is_seen(settings: EngineSettings) -> None:
    slow = settings.model_copy(update={"retry_delay": 0.5})
    async with Watched(slow) as engine:
        (job,) = await engine.submit("steps=9 die=3")
        await engine.until(lambda: engine.latest(job.id).retry_at is not None)
        await engine.queue.set_paused(True)
        other = (await engine.submit("steps=2"))[0]
        await engine.queue.move([job.id], None)
        await engine.queue.edit(job.id, Request(prompt="steps=3", model="scripted"), "New")
        for seen in (engine.latest(job.id), await engine.queue.job(job.id)):
            assert (seen.name, seen.request.prompt) == ("New", "steps=3")
            assert seen.position > other.position
            assert seen.retry_at is not None
        await engine.until(lambda: engine.latest(job.id).retry_at is None)
        assert engine.latest(job.id).name == "New"


async def test_a_growing_take_can_be_named(engine: Watched) -> None:
    (job,) = await engine.submit("steps=100 ms=10")
    await engine.growing(job)
    before = len(engine.changes)
    await engine.queue.annotate(job.id, name="Dawn")
    assert engine.latest(job.id).progress > 0
    await engine.ended([job])
    told = [(c.job.name, c.job.status) for c in engine.changes[before:]]
    assert len(told) > 2
    assert set(told) == {("Dawn", Status.PROCESSING), ("Dawn", Status.COMPLETED)}
