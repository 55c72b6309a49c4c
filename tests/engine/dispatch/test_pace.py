"""The pace of each model: what it counts, and whose figure the status shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.dispatch.pace import Pace
from engine.jobs import Job, Order, Status, Step, utc_now
from engine.request import Request
from engine.settings import EngineSettings
from tests.engine.conftest import SCRIPTED, Watched


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def job(name: str, progress: float, step: Step = Step.GENERATING, **request: object) -> Job:
    asked = Request.model_validate({"prompt": name, "model": "slow", "duration": 10.0} | request)
    return Job(name, asked, name, Status.PROCESSING, step, utc_now(), progress=progress)


def test_takes_that_grow_together_count_together_and_each_model_alone() -> None:
    clock = Clock()
    pace = Pace(clock)
    for second in range(6):
        clock.now = float(second)
        share = second / 10
        quick = job("c", 0.8 * share, model="quick", duration=100.0)
        pace.look([job("a", share), job("b", 0.5 * share), quick])
    assert pace.speed("slow") == pytest.approx(1.5)
    assert pace.speed("quick") == pytest.approx(8.0)
    assert pace.speed("another") is None


def test_neither_loading_nor_rest_nor_an_earlier_attempt_counts() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.look([job("a", 0.0, Step.LOADING_MODEL)])
    clock.now = 100.0
    pace.look([job("a", 0.6)])  # from a checkpoint
    clock.now = 102.0
    pace.look([job("a", 0.8)])
    assert pace.speed("slow") == pytest.approx(1.0)
    pace.look([])  # paused
    clock.now = 200.0
    pace.look([job("a", 0.8)])
    assert pace.speed("slow") == pytest.approx(1.0)


def test_saving_counts_as_work_and_the_end_as_music() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.look([job("a", 0.0)])
    clock.now = 4.0
    pace.look([job("a", 0.5)])
    pace.look([job("a", 1.0, Step.SAVING)])
    clock.now = 5.0
    pace.look([job("a", 1.0, Step.SAVING)])
    pace.made(job("a", 1.0, Step.SAVING), 5.0)  # it was stopped there
    assert pace.speed("slow") == pytest.approx(1.0, rel=0.01)


async def test_the_status_shows_the_loaded_model(
    settings: EngineSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEAVY_DIARY", str(tmp_path / "diary"))
    models = {"heavy": "tests.fake_generators:HeavyGenerator", **SCRIPTED}
    both = settings.model_copy(update={"generators": models, "unload_after": 0.3})
    async with Watched(both) as engine:
        status = await engine.queue.status()
        assert (status.device, status.model, status.speed) == ("", "", None)
        heavy = Request(prompt="steps=100 ms=5", model="heavy", duration=2.0)
        await engine.ended(await engine.queue.submit([Order(heavy)]))
        await engine.ended(await engine.submit("steps=2"))
        await engine.until(lambda: any(s.model == "heavy 1" and s.speed for s in engine.statuses))
        await engine.until(lambda: engine.statuses[-1].model == "scripted 1")  # it is unloaded
        shown = {(status.model, status.device) for status in engine.statuses}
    assert shown - {("", "")} == {("heavy 1", "CPU int8"), ("scripted 1", "CPU")}
