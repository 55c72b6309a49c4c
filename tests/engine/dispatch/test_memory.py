"""When memory is short: fewer at once, and nothing of what has grown is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.jobs import Order, Status
from engine.request import Request
from engine.settings import EngineSettings
from tests.engine.conftest import SCRIPTED, Watched, statuses

COMPLETED, FAILED = Status.COMPLETED, Status.FAILED


@pytest.mark.logs("enough memory")
async def test_out_of_memory_goes_on_with_fewer_at_once_and_says_so(engine: Watched) -> None:
    # Late enough that all four are there.
    jobs = await engine.submit(*["steps=90 ms=3 oom=60 fits=2"] * 4)
    ended = await engine.ended(jobs)
    assert statuses(ended) == [COMPLETED] * 4
    assert all(job.retries == 0 for job in ended), "it was the host's matter, not a failure"
    (notice,) = engine.notices
    assert notice.code == "fewer_at_once"
    assert "going on with 2" in notice.message


@pytest.mark.logs("enough memory")
@pytest.mark.parametrize("prompt", ["steps=40 ms=1 oom=30 fits=0", "steps=40 starve=0"])
async def test_a_take_alone_without_memory_is_tried_again_from_where_it_was(
    settings: EngineSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prompt: str
) -> None:
    """In a fresh model, with all the memory that there is; in mid-song and while it is saved."""
    diary = tmp_path / "diary"
    monkeypatch.setenv("HEAVY_DIARY", str(diary))
    models = {"heavy": "tests.fake_generators:HeavyGenerator", **SCRIPTED}
    once = settings.model_copy(update={"generators": models, "max_retries": 1})
    async with Watched(once) as engine:
        request = Request(prompt=prompt, model="heavy", duration=2.0)
        (job,) = await engine.queue.submit([Order(request)])
        await engine.until(lambda: engine.latest(job.id).retries == 1)
        kept = settings.cache_folder / "checkpoints" / f"{job.id}.ckpt"
        assert int(kept.read_bytes()) >= 30
        (ended,) = await engine.ended([job])
    if "oom" in prompt:
        assert ended.error is not None
        assert ended.error.code == "out_of_memory", "it never fits: it is not tried for ever"
        assert diary.read_text().count("closed") == 2
    else:
        assert ended.status is COMPLETED
        assert not kept.exists()
