"""A host that goes on is left alone, however long it takes; one that hangs or dies is replaced."""

from __future__ import annotations

import pytest

from engine.jobs import Job, Order, Status
from engine.request import Request
from engine.settings import EngineSettings
from tests.engine.conftest import SCRIPTED, Watched, statuses

COMPLETED, FAILED = Status.COMPLETED, Status.FAILED
LIMIT = 4.0
"""Seconds of silence, many times as long as between two words here; what is slow takes longer."""
HASTY, PATIENT = 1.0, 60.0
"""For who hangs, and for who does not."""


@pytest.fixture
def impatient(settings: EngineSettings) -> EngineSettings:
    kinds = ("loads_slowly", "hangs_while_loading", "dies_while_loading")
    models = {kind: f"tests.fake_generators:{kind}" for kind in kinds}
    return settings.model_copy(
        update={"generators": SCRIPTED | models, "worker_timeout": LIMIT, "max_retries": 1}
    )


async def asked(engine: Watched, model: str) -> Job:
    (job,) = await engine.queue.submit([Order(Request(prompt="steps=3", model=model, duration=2))])
    return job


async def warm(engine: Watched, limit: float = LIMIT) -> None:
    """The host's own start takes longer than the limit on a busy computer."""
    engine.engine.lane._silence_limit = PATIENT
    await engine.ended(await engine.submit("steps=1"))
    engine.engine.lane._silence_limit = limit


async def test_slow_loading_and_slow_saving_show_life(impatient: EngineSettings) -> None:
    async with Watched(impatient) as engine:
        await warm(engine)
        loaded = await asked(engine, "loads_slowly")
        (saved,) = await engine.submit("steps=3 parts=25")
        ended = await engine.ended([loaded, saved])
        assert statuses(ended) == [COMPLETED, COMPLETED]
        assert [job.retries for job in ended] == [0, 0]


@pytest.mark.logs("silent|host")
@pytest.mark.parametrize(
    ("model", "prompt", "limit", "code"),
    [
        ("hangs_while_loading", "steps=3", HASTY, "host_hung"),
        ("dies_while_loading", "steps=3", PATIENT, "host_died"),
        ("scripted", "steps=3 stick=1", HASTY, "host_hung"),
    ],
)
async def test_a_hang_or_death_there_is_the_jobs_own_end(
    impatient: EngineSettings, model: str, prompt: str, limit: float, code: str
) -> None:
    once = impatient.model_copy(update={"max_retries": 0})
    async with Watched(once) as engine:
        await warm(engine, limit)
        request = Request(prompt=prompt, model=model, duration=2.0)
        (bad,) = await engine.queue.submit([Order(request)])
        (ended,) = await engine.ended([bad])
        assert ended.error is not None
        assert ended.error.code == code
        engine.engine.lane._silence_limit = PATIENT
        assert statuses(await engine.ended(await engine.submit("steps=3"))) == [COMPLETED]
