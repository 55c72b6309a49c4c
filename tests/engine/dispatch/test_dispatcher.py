"""The queue at work over a real host process, with generators that do as they are told.

What it does in any place, here and on servers, stands in ``tests/contract``.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import psutil
import pytest

from engine.audio.files import probe
from engine.dispatch import scheduler
from engine.dispatch.queue import Queue
from engine.errors import Conflict
from engine.jobs import Order, Status
from engine.request import Request
from engine.settings import EngineSettings
from engine.status import EngineState
from tests.engine.conftest import SCRIPTED, Watched, statuses

COMPLETED, FAILED, CANCELLED = Status.COMPLETED, Status.FAILED, Status.CANCELLED


async def test_a_prompt_becomes_a_file_and_shows_its_steps(engine: Watched) -> None:
    (job,) = await engine.submit("steps=5")
    (done,) = await engine.ended([job])

    assert done.status is COMPLETED
    assert done.take is not None
    assert probe(done.take.path).duration == 2.0
    assert hashlib.sha256(done.take.path.read_bytes()).hexdigest() == done.take.sha256
    assert engine.steps(job.id) == [
        "queued",
        "loading_model",
        "encoding_prompt",
        "generating",
        "saving",
        "completed",
    ]
    progress = [c.job.progress for c in engine.changes if c.job.step.value == "generating"]
    assert progress == sorted(progress)
    queue: Queue = engine.queue  # the dispatcher is what everybody knows as the queue
    assert await queue.jobs() == [done]


async def test_cancel_a_waiting_and_a_running_job(engine: Watched) -> None:
    jobs = await engine.submit(*["steps=1000 ms=10"] * 5, "steps=3")
    await engine.growing(jobs[0])
    await engine.queue.cancel([jobs[0].id, jobs[4].id])

    cancelled = await engine.ended([jobs[0], jobs[4]])
    assert statuses(cancelled) == [CANCELLED, CANCELLED]
    assert any(c.job.cancelling for c in engine.changes if c.job.id == jobs[0].id)
    # Its place is free for the one that waited.
    assert statuses(await engine.ended([jobs[5]])) == [COMPLETED]
    await engine.queue.cancel([job.id for job in jobs])
    await engine.ended(jobs)
    names = [path.name for path in engine.settings.takes_folder.iterdir()]
    assert len(names) == 1, "no cancelled job has a take"


async def test_pause_holds_running_takes_and_survives_a_restart(settings: EngineSettings) -> None:
    async with Watched(settings) as engine:
        running, waiting = await engine.submit("steps=400 ms=5", "steps=401 ms=5")
        await engine.growing(running)
        await engine.queue.set_paused(True)
        await engine.until(lambda: any(s.paused for s in engine.statuses))
        (late,) = await engine.submit("steps=2")
    async with Watched(settings) as engine:
        assert (await engine.queue.status()).paused
        assert statuses(await engine.queue.jobs()) == [Status.PENDING] * 3
        await engine.queue.set_paused(False)
        done = await engine.ended([running, waiting, late])
        assert statuses(done) == [COMPLETED] * 3


async def test_order_is_priority_then_place_and_idle_comes_last(settings: EngineSettings) -> None:
    async with Watched(settings) as engine:
        await engine.queue.set_paused(True)
        (idle,) = await engine.submit("steps=1 idle", when_idle=True)
        low = await engine.submit("steps=1 a", "steps=1 b", "steps=1 c")
        (high,) = await engine.submit("steps=1 high", priority=5)
        await engine.queue.move([low[2].id], low[0].id)
        front = await engine.queue.submit(
            [Order(Request(prompt="x", model="scripted"))], front=True
        )
        order = [job.id for job in await engine.queue.jobs()]
        assert order == [front[0].id, high.id, low[2].id, low[0].id, low[1].id, idle.id]

        await engine.queue.set_paused(False)
        jobs = await engine.ended([idle, *low, high, *front])
        started = sorted(jobs, key=lambda job: job.started_at or job.created_at)
        assert [job.id for job in started] == order


async def test_a_chain_waits_for_its_links_and_falls_with_them(engine: Watched) -> None:
    orders = [
        Order(Request(prompt="steps=2 fail=1", model="scripted"), id="gen_1"),
        Order(Request(prompt="steps=2", model="scripted"), id="gen_2", depends_on="gen_1"),
        Order(Request(prompt="steps=2", model="scripted"), id="gen_3", depends_on="gen_2"),
    ]
    jobs = await engine.queue.submit(orders)
    ended = await engine.ended(jobs)
    assert statuses(ended) == [FAILED] * 3
    assert [job.error.code for job in ended if job.error] == [
        "unexpected",
        "dependency_failed",
        "dependency_failed",
    ]

    # Retrying the last link brings back what it stands on.
    before = len(engine.changes)
    await engine.queue.retry(["gen_3"])
    assert [c.job.id for c in engine.changes[before : before + 3]] == ["gen_1", "gen_2", "gen_3"]


@pytest.mark.logs("host")
async def test_a_host_death_costs_a_retry_and_finds_the_guilty_one(engine: Watched) -> None:
    guilty, *others = await engine.submit("steps=9 ms=5 die=6", *["steps=20 ms=5"] * 3)

    ended = await engine.ended([guilty, *others])

    assert statuses(ended) == [FAILED, COMPLETED, COMPLETED, COMPLETED]
    assert ended[0].error is not None
    assert ended[0].error.code == "host_died"
    assert "4 times" in ended[0].error.message
    assert max(job.retries for job in ended[1:]) == 1, "the others paid once, then ran apart"


@pytest.mark.logs("silent|host")
async def test_a_hung_generator_is_ended(settings: EngineSettings) -> None:
    quick = settings.model_copy(update={"worker_timeout": 4.0, "max_retries": 0})
    async with Watched(quick) as engine:
        (job,) = await engine.submit("steps=9 hang=4")
        (ended,) = await engine.ended([job])
        assert ended.error is not None
        assert ended.error.code == "host_hung"
        (good,) = await engine.submit("steps=3")
        assert statuses(await engine.ended([good])) == [COMPLETED]


@pytest.mark.logs("no event|rubbish|host")
async def test_a_host_that_prints_rubbish_is_replaced(
    settings: EngineSettings,
) -> None:
    command = ["sh", "-c", "while read line; do yes rubbish | head -500; done"]
    quick = settings.model_copy(update={"max_retries": 2})
    async with Watched(quick, host_command=command) as engine:
        (job,) = await engine.submit("steps=3")
        (ended,) = await engine.ended([job])
        assert ended.error is not None
        assert ended.error.code == "host_died"
        await engine.until(lambda: any(s.state is EngineState.RESTARTING for s in engine.statuses))


async def test_prints_of_a_generator_do_no_harm(engine: Watched) -> None:
    (job,) = await engine.submit("steps=5 print=2")
    assert statuses(await engine.ended([job])) == [COMPLETED]


@pytest.mark.logs("can't be used again")
async def test_an_identical_request_is_answered_from_the_library(engine: Watched) -> None:
    first = (await engine.ended(await engine.submit("steps=4")))[0]
    await engine.queue.annotate(first.id, stars=5, notes="mine")
    again = (await engine.ended(await engine.submit("steps=4")))[0]

    assert "generating" not in engine.steps(again.id)
    assert first.take is not None
    assert again.take is not None
    assert again.take.sha256 == first.take.sha256
    assert again.take.path != first.take.path
    assert (again.take.stars, again.take.notes) == (0, ""), (
        "what was said of one is not said of both"
    )
    first.take.path.write_bytes(b"changed by somebody")
    again.take.path.unlink()
    third = (await engine.ended(await engine.submit("steps=4")))[0]
    assert third.take is not None
    assert third.take.sha256 == first.take.sha256, "a changed file is made anew, not copied"


async def test_a_growing_take_can_be_heard(engine: Watched) -> None:
    (job,) = await engine.submit("steps=2000 ms=2")
    await engine.until(lambda: engine.latest(job.id).preview is not None)
    preview = engine.latest(job.id).preview
    assert preview is not None
    assert 0 < probe(preview).duration < 2.0
    await engine.queue.cancel([job.id])
    await engine.ended([job])
    assert not preview.exists()


async def test_stop_here_keeps_what_has_grown(engine: Watched) -> None:
    growing, waiting = await engine.submit("steps=1000 ms=5", "steps=2", priority=-1)
    await engine.growing(growing)
    await engine.queue.stop_here(growing.id)
    (done,) = await engine.ended([growing])
    assert done.take is not None
    assert 0 < done.take.duration < 2.0
    await engine.ended([waiting])
    with pytest.raises(Conflict):
        await engine.queue.stop_here(growing.id)


async def test_a_take_can_build_on_another_by_its_id(engine: Watched) -> None:
    (first,) = await engine.ended(await engine.submit("steps=2"))
    follow = Request(prompt="steps=2 continues=1", model="scripted", continue_from=first.id)
    (second,) = await engine.ended(await engine.queue.submit([Order(follow)]))
    assert second.status is COMPLETED
    assert second.request.continue_from == first.id, "the row keeps the id, the host gets the file"
    gone = Request(prompt="steps=2", model="scripted", continue_from="gen_never")
    (failed,) = await engine.ended(await engine.queue.submit([Order(gone)]))
    assert failed.error is not None
    assert failed.error.code == "not_found"


async def test_closing_in_mid_song_gives_the_job_back(settings: EngineSettings) -> None:
    async with Watched(settings) as engine:
        (job,) = await engine.submit("steps=300 ms=5")
        await engine.growing(job)
        host = engine.engine.lane.host_pid
    assert host is not None
    assert not psutil.pid_exists(host)
    async with Watched(settings) as engine:
        (again,) = await engine.queue.jobs()
        assert (again.id, again.retries) == (job.id, 0)


async def test_a_deleted_take_comes_back_from_the_trash(engine: Watched) -> None:
    (job,) = await engine.ended(await engine.submit("steps=2"))
    await engine.queue.delete([job.id])
    assert await engine.queue.jobs() == []
    await engine.queue.restore([job.id])
    assert [j.take for j in await engine.queue.jobs()] == [job.take]


@pytest.mark.logs("host")
async def test_a_killed_take_goes_on_from_its_checkpoint(engine: Watched) -> None:
    """Twelve seconds of music, a checkpoint every four: a death costs less than five."""
    request = Request(prompt="steps=300 ms=10", model="scripted", duration=12.0)
    (job,) = await engine.queue.submit([Order(request)])
    await engine.until(lambda: engine.latest(job.id).progress > 0.75)
    reached = engine.latest(job.id).progress
    pid = engine.engine.lane.host_pid
    assert pid is not None
    psutil.Process(pid).kill()
    await engine.until(lambda: engine.latest(job.id).retries == 1)
    since = len(engine.changes)

    (done,) = await engine.ended([job])
    assert done.status is COMPLETED
    again = [c.job.progress for c in engine.changes[since:] if c.job.step.value == "generating"]
    assert (reached - again[0]) * 12.0 <= 5.0
    assert not list((engine.settings.cache_folder / "checkpoints").iterdir())


async def test_a_checkpoint_outlives_the_program_but_not_its_job(
    settings: EngineSettings,
) -> None:
    request = Request(prompt="steps=400 ms=10", model="scripted", duration=12.0)
    folder = settings.cache_folder / "checkpoints"
    async with Watched(settings) as engine:
        kept, dropped = await engine.queue.submit([Order(request), Order(request.seeded())])
        await engine.until(
            lambda: min(engine.latest(job.id).progress for job in (kept, dropped)) > 0.05
        )
    assert len(list(folder.iterdir())) == 2
    async with Watched(settings) as engine:
        assert {file.stem for file in folder.iterdir()} == {kept.id, dropped.id}
        await engine.queue.set_paused(True)
        await engine.queue.cancel([dropped.id])
    async with Watched(settings):
        assert [file.stem for file in folder.iterdir()] == [kept.id]


async def test_heavy_models_take_turns_and_leave_when_idle(
    settings: EngineSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    diary = tmp_path / "diary"
    monkeypatch.setenv("HEAVY_DIARY", str(diary))
    fakes = "tests.fake_generators"
    models = {"a": f"{fakes}:HeavyGenerator", "b": f"{fakes}:OtherHeavyGenerator", **SCRIPTED}
    both = settings.model_copy(update={"generators": models, "unload_after": 0.3})
    async with Watched(both) as engine:
        orders = [
            Order(Request(prompt=f"steps=20 ms=5 hz={hz}", model=model, duration=2.0))
            for hz, model in enumerate(["a", "b", "scripted", "a", "b", "a"], 100)
        ]
        jobs = await engine.ended(await engine.queue.submit(orders))
        assert statuses(jobs) == [COMPLETED] * 6
        # Not by the status alone: it is told a moment later, and may be one from in between.
        await engine.until(lambda: diary.read_text().splitlines()[-1].endswith("closed"))
        await engine.until(lambda: engine.statuses[-1].model == "scripted 1")
    lines = diary.read_text().splitlines()
    loaded = [line for line in lines if line.endswith("loaded")]
    assert len(loaded) < 5, "jobs of the loaded model went first"
    assert lines == [word for line in loaded for word in (line, line.replace("loaded", "closed"))]


async def test_nobody_waits_for_ever_for_the_loaded_model(
    settings: EngineSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "MOST_FAVOURS", 3)
    monkeypatch.setenv("HEAVY_DIARY", str(tmp_path / "diary"))
    fakes = "tests.fake_generators"
    models = {"a": f"{fakes}:HeavyGenerator", "b": f"{fakes}:OtherHeavyGenerator"}
    both = settings.model_copy(update={"generators": models})
    async with Watched(both) as engine:
        orders = [
            Order(Request(prompt=f"steps=4 hz={hz}", model=model, duration=2.0))
            for hz, model in enumerate("aaaa" + "b" + "aaaaaaaa", 100)
        ]
        jobs = await engine.ended(await engine.queue.submit(orders))
    begun = sorted(jobs, key=lambda job: job.started_at or job.created_at)
    places = [job.request.model for job in begun]
    assert places.index("b") == 4 + 3, "so many were favoured, and no more"
