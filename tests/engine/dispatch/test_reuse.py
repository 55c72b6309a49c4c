"""When a take answers an identical request, and when it may not."""

from __future__ import annotations

from pathlib import Path

from engine.jobs import Order
from engine.request import Request
from tests.engine.conftest import Watched


async def test_a_take_that_was_stopped_answers_no_identical_request(engine: Watched) -> None:
    (job,) = await engine.submit("steps=200 ms=5")
    await engine.growing(job)
    await engine.queue.stop_here(job.id)
    (short,) = await engine.ended([job])
    (whole,) = await engine.ended(await engine.submit("steps=200 ms=5"))
    assert short.take is not None
    assert whole.take is not None
    assert short.take.duration < whole.take.duration == 2.0


async def test_a_request_with_a_file_is_not_identical_when_the_file_changed(
    engine: Watched, tmp_path: Path
) -> None:
    given = tmp_path / "beginning.wav"
    given.write_bytes(b"one")
    request = Request(
        prompt="steps=3 continues=1", model="scripted", seed=7, continue_from=str(given)
    )
    await engine.ended(await engine.queue.submit([Order(request)]))
    given.write_bytes(b"another")
    (again,) = await engine.ended(await engine.queue.submit([Order(request)]))
    assert "generating" in engine.steps(again.id)
