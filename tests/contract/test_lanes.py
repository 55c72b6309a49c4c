"""What every place to make takes does, seen through the queue: one suite for all of them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from engine.audio.embedded import read_request
from engine.audio.files import probe
from engine.jobs import Status
from tests.contract.studios import Open
from tests.engine.conftest import statuses

COMPLETED, FAILED, CANCELLED = Status.COMPLETED, Status.FAILED, Status.CANCELLED


async def test_a_prompt_becomes_a_take_in_the_library(studio: Open) -> None:
    async with studio() as here:
        (job,) = await here.submit("steps=40 ms=5")
        (done,) = await here.ended([job])

        assert done.status is COMPLETED, done.error
        take = done.take
        assert take is not None
        assert take.path.parent == here.settings.takes_folder
        assert job.id[4:] in take.path.name
        assert probe(take.path).duration == take.duration == 2.0
        assert hashlib.sha256(take.path.read_bytes()).hexdigest() == take.sha256
        assert (take.made_by, take.licence) == ("scripted 1", "none")
        embedded = read_request(take.path)
        assert embedded is not None
        assert embedded.request == job.request
        assert embedded.title == job.name
        steps = here.steps(job.id)
        assert steps[0] == "queued"
        assert steps[-3:] == ["generating", "saving", "completed"]
        progress = [c.job.progress for c in here.changes if c.job.step.value == "generating"]
        assert progress == sorted(progress)
        assert (done.place, done.attempt, done.retries) == (here.place, 1, 0)
        assert await here.queue.jobs() == [done]
        assert [p.name for p in here.settings.takes_folder.iterdir()] == [take.path.name]


async def test_takes_grow_together_and_late_ones_join(studio: Open) -> None:
    async with studio() as here:
        first = await here.submit("steps=200 ms=10", "steps=210 ms=10")
        await here.growing(first[0])
        late = await here.submit("steps=3 ms=10")
        await here.ended(late)
        assert not here.latest(first[0].id).status.final, "the late one did not join, it waited"
        assert statuses(await here.ended(first)) == [COMPLETED, COMPLETED]


async def test_cancel_a_waiting_and_a_running_take(studio: Open) -> None:
    async with studio() as here:
        jobs = await here.submit(*["steps=1000 ms=10"] * 12, "steps=3")
        await here.growing(jobs[0])
        await here.queue.cancel([job.id for job in jobs[:12]])
        assert statuses(await here.ended(jobs)) == [CANCELLED] * 12 + [COMPLETED]
        assert len(list(here.settings.takes_folder.iterdir())) == 1


async def test_cancel_and_retry_at_once_makes_one_take(studio: Open) -> None:
    async with studio() as here:
        (job,) = await here.submit("steps=30 ms=10")
        await here.growing(job)
        await here.queue.cancel([job.id])
        await here.queue.retry([job.id])
        await here.until(lambda: here.latest(job.id).status is COMPLETED)
        assert len(list(here.settings.takes_folder.iterdir())) == 1


async def test_delete_and_undo_at_once_makes_one_take(studio: Open) -> None:
    async with studio() as here:
        (job,) = await here.submit("steps=30 ms=10")
        await here.growing(job)
        await here.queue.delete([job.id])
        await here.queue.restore([job.id])
        await here.until(lambda: here.latest(job.id).status is COMPLETED)
        assert [each.id for each in await here.queue.jobs()] == [job.id]
        assert len(list(here.settings.takes_folder.iterdir())) == 1


async def test_bad_input_is_not_tried_again(studio: Open) -> None:
    async with studio() as here:
        (job,) = await here.submit("impossible")
        (ended,) = await here.ended([job])
        assert ended.error is not None
        said = f"{ended.error.message} {ended.error.hint}".strip()
        assert said == "This can never work. Ask for something else."
        assert ended.attempt == 1


async def test_a_failed_take_can_be_tried_again(studio: Open) -> None:
    async with studio() as here:
        job = await here.ask("impossible")
        await here.ended([job])
        await here.queue.retry([job.id])
        await here.until(lambda: here.steps(job.id).count("failed") == 2)


async def test_a_take_can_build_on_another_and_on_a_file(studio: Open, tmp_path: Path) -> None:
    sound = tmp_path / "my melody.wav"
    sf.write(sound, np.zeros((8000, 1), np.float32), 8000)
    async with studio() as here:
        (first,) = await here.ended([await here.ask("steps=2")])
        follow = await here.ask("steps=3 continues=1", continue_from=first.id)
        (second,) = await here.ended([follow])
        assert second.status is COMPLETED, second.error
        assert second.request.continue_from == first.id, "the row keeps the id"
        third = await here.ask("steps=4 continues=1", continue_from=str(sound), melody=str(sound))
        (done,) = await here.ended([third])
        assert done.status is COMPLETED, done.error
        gone = await here.ask("steps=5", melody=str(tmp_path / "gone.wav"), model="scripted")
        (ended,) = await here.ended([gone])
        # A generator that does not look at the melody does not miss it; a server is not asked.
        assert ended.status is (COMPLETED if here.server is None else FAILED)


async def test_closing_and_opening_again_makes_one_take(studio: Open) -> None:
    async with studio() as here:
        (job,) = await here.submit("steps=100 ms=5")
        await here.growing(job)
    async with studio() as here:
        (again,) = await here.queue.jobs()
        assert (again.id, again.retries) == (job.id, 0)
        if not again.status.final:
            (again,) = await here.ended([job])
        assert again.status is COMPLETED
        assert len(list(here.settings.takes_folder.iterdir())) == 1


async def test_pause_lets_nothing_begin(studio: Open) -> None:
    async with studio() as here:
        await here.queue.set_paused(True)
        (job,) = await here.submit("steps=2")
        await here.until(lambda: any(s.paused and s.pending for s in here.statuses))
        assert here.latest(job.id).status is Status.PENDING
        await here.queue.set_paused(False)
        assert statuses(await here.ended([job])) == [COMPLETED]


async def test_a_growing_take_is_heard_and_ends_early(studio: Open) -> None:
    async with studio() as here:
        job = await here.ask("steps=3000 ms=5", duration=60.0)
        await here.until(lambda: here.latest(job.id).preview is not None)
        preview = here.latest(job.id).preview
        assert preview is not None and here.latest(job.id).ends_early
        assert 0 < probe(preview).duration < 60
        await here.queue.stop_here(job.id)
        (done,) = await here.ended([job])
        assert done.status is COMPLETED, done.error
        assert done.take is not None and 0 < done.take.duration < 60
        assert probe(done.take.path).duration == pytest.approx(done.take.duration)
        assert not preview.exists(), "there is a take now"
        again = await here.ask("steps=3000 ms=5", duration=60.0)
        await here.growing(again)
        assert not here.latest(again.id).status.final, "what is shorter stands in for nothing"
        await here.queue.cancel([again.id])
        await here.ended([again])
