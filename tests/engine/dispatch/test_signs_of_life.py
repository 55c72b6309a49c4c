"""A host that goes on is left alone, however long it takes; one that hangs or dies is replaced."""

from __future__ import annotations

import pytest

from engine.jobs import Job, Order, Status
from engine.request import Request
from engine.settings import EngineSettings
from tests.engine.conftest import SCRIPTED, Watched, statuses

COMPLETED, FAILED = Status.COMPLETED, Status.FAILED
LIMIT = 1.5
"""Seconds of silence; what is slow here takes twice as long."""


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


async def warm(engine: Watched) -> None:
    """The host's own start takes longer than the limit on a busy computer."""
    engine.engine.lane._silence_limit = 60.0
    await engine.ended(await engine.submit("steps=1"))
    engine.engine.lane._silence_limit = LIMIT


async def test_slow_loading_and_slow_saving_show_life(impatient: EngineSettings) -> None:
    async with Watched(impatient) as engine:
        await warm(engine)
        loaded = await asked(engine, "loads_slowly")
        (saved,) = await engine.submit("steps=3 parts=15")
        ended = await engine.ended([loaded, saved])
        assert statuses(ended) == [COMPLETED, COMPLETED]
        assert [job.retries for job in ended] == [0, 0]


@pytest.mark.logs("silent|host")
@pytest.mark.parametrize(
    ("model", "prompt", "code"),
    [
        ("hangs_while_loading", "steps=3", "host_hung"),
        ("dies_while_loading", "steps=3", "host_died"),
        ("scripted", "steps=3 stick=1", "host_hung"),
    ],
)
async def test_a_hang_or_death_there_is_the_jobs_own_end(
    impatient: EngineSettings, model: str, prompt: str, code: str
) -> None:
    once = impatient.model_copy(update={"max_retries": 0})
    async with Watched(once) as engine:
        await warm(engine)
        request = Request(prompt=prompt, model=model, duration=2.0)
        (bad,) = await engine.queue.submit([Order(request)])
        (ended,) = await engine.ended([bad])
        assert ended.error is not None
        assert ended.error.code == code
        engine.engine.lane._silence_limit = 60.0
        assert statuses(await engine.ended(await engine.submit("steps=3"))) == [COMPLETED]
