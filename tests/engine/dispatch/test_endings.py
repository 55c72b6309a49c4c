"""How runs, and the host under them, begin and end when something goes wrong."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.dispatch import hold, insistence
from engine.dispatch.files import TakeFiles
from engine.dispatch.recovery import Recovery
from engine.errors import StorageError
from engine.jobs import Job, Status
from engine.settings import EngineSettings
from engine.store.claims import Claims
from engine.store.store import Store
from tests.engine.conftest import Watched

COMPLETED, FAILED = Status.COMPLETED, Status.FAILED


@pytest.mark.logs("end broke")
async def test_an_end_that_breaks_fails_its_job_and_frees_its_place(
    engine: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("the test says so")

    with monkeypatch.context() as patched:
        patched.setattr(Claims, "finish", broken)
        (failed,) = await engine.ended(await engine.submit("steps=2"))
    assert failed.status is FAILED
    assert failed.error is not None
    assert failed.error.code == "unexpected"
    await engine.queue.retry([failed.id])
    await engine.until(lambda: engine.latest(failed.id).status is COMPLETED)


@pytest.mark.logs("could not be started|no event")
async def test_a_host_that_can_not_start_now_is_tried_again(
    settings: EngineSettings, tmp_path: Path
) -> None:
    host = tmp_path / "host"
    async with Watched(settings, host_command=[str(host)]) as engine:
        (job,) = await engine.submit("steps=2")
        await engine.until(lambda: any(s.state.value == "stopped" for s in engine.statuses))
        host.symlink_to("/bin/cat")
        await engine.until(lambda: engine.latest(job.id).status is Status.PROCESSING)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all names are Unicode")
@pytest.mark.logs("could not begin")
async def test_a_run_that_its_lane_can_not_take_has_failed(settings: EngineSettings) -> None:
    """Here one whose folder has a name that is no text: the host can't be told of it."""
    nameless = settings.takes_folder.parent / os.fsdecode(b"caf\xe9")
    async with Watched(settings.model_copy(update={"takes_folder": nameless})) as engine:
        more_than_its_room = [f"steps={number}" for number in range(2, 8)]
        ended = await engine.ended(await engine.submit(*more_than_its_room))
    assert {job.status for job in ended} == {FAILED}


async def test_closing_waits_for_no_host_that_has_nothing_to_keep(
    settings: EngineSettings,
) -> None:
    """As while it imports its libraries, or loads a model: it hears nothing then."""
    async with asyncio.timeout(60):
        async with Watched(settings, host_command=["sleep", "1000"]) as engine:
            (job,) = await engine.submit("steps=2")
            await engine.until(lambda: engine.latest(job.id).status is Status.PROCESSING)
            await engine.queue.close(patience=1000.0)


async def test_closing_waits_for_a_checkpoint_only_as_long_as_it_is_told(
    settings: EngineSettings,
) -> None:
    async with asyncio.timeout(60):
        async with Watched(settings) as engine:
            (job,) = await engine.submit("steps=500 ms=5 keep=100000")
            await engine.growing(job)
            await engine.queue.close(patience=0.1)
        assert not list((settings.cache_folder / "checkpoints").glob("*.ckpt"))


async def test_a_library_that_can_not_be_opened_is_let_go(
    settings: EngineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its host, which was started by then, and its files."""

    def broken(*_: object) -> None:
        raise StorageError("the test says so")

    engine = Watched(settings)
    with monkeypatch.context() as patched:
        patched.setattr(Recovery, "unknown_files", broken)
        with pytest.raises(StorageError):
            await engine.__aenter__()
    host = engine.engine.lane.host_pid
    assert host is None
    async with Watched(settings):
        pass


async def test_what_a_cancelled_job_left_is_removed_at_start(settings: EngineSettings) -> None:
    """As when the program dies between the end of its saving and the removal of its file."""
    async with Watched(settings) as engine:
        cancelled, kept = await engine.ended(await engine.submit("steps=2", "steps=3"))
    assert cancelled.take is not None and kept.take is not None
    let_be_cancelled(settings, cancelled)
    async with Watched(settings):
        assert not cancelled.take.path.exists()
        assert kept.take.path.exists()


async def test_only_what_was_cancelled_since_the_last_start_is_looked_at(
    settings: EngineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library may have thousands of cancelled jobs."""
    clear, cleared = TakeFiles.clear, list[str]()

    async def noted(files: TakeFiles, job: Job) -> None:
        cleared.append(job.id)
        await clear(files, job)

    monkeypatch.setattr(TakeFiles, "clear", noted)
    async with Watched(settings) as engine:
        old, new = await engine.ended(await engine.submit("steps=2", "steps=3"))
    let_be_cancelled(settings, old)
    async with Watched(settings):
        assert cleared == [old.id]
    let_be_cancelled(settings, old, days_ago=3)
    async with Watched(settings):
        assert cleared == [old.id], "as if three days had passed"
    let_be_cancelled(settings, new)
    async with Watched(settings):
        assert cleared == [old.id, new.id]
    assert new.take is not None and not new.take.path.exists()


def let_be_cancelled(settings: EngineSettings, job: Job, days_ago: int = 0) -> None:
    with closing(sqlite3.connect(settings.database)) as rows, rows:
        rows.execute("DELETE FROM takes WHERE job_id = ?", (job.id,))
        change = "status = 'cancelled', finished_at = finished_at - ?"
        values = (days_ago * 86_400, job.id)
        rows.execute(f"UPDATE jobs SET {change} WHERE id = ?", values)  # noqa: S608


# As when PostgreSQL commits, and goes away before it says so.


def unheard_once(monkeypatch: pytest.MonkeyPatch, verbs: type, name: str) -> list[object]:
    """Let the answer of this verb be lost the first time that it did something; its answers."""
    verb, answers = getattr(verbs, name), list[object]()

    def unheard(*what: Any, **how: Any) -> object:
        answer = verb(*what, **how)
        if answer is not None:
            answers.append(answer)
            if len(answers) == 1:
                raise StorageError("The answer was lost.")
        return answer

    monkeypatch.setattr(verbs, name, unheard)
    monkeypatch.setattr(insistence, "INSIST_SECONDS", 0.01)
    monkeypatch.setattr(hold, "LOOK_AGAIN_SECONDS", 0.01)
    return answers


@pytest.mark.logs("answer was lost")
async def test_a_finished_take_whose_answer_was_lost_is_kept(
    engine: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = unheard_once(monkeypatch, Claims, "finish")
    (done,) = await engine.ended(await engine.submit("steps=2"))
    assert done.status is COMPLETED
    assert done.take is not None
    assert done.take.path.is_file()
    assert len(answers) == 2


@pytest.mark.logs("answer was lost")
async def test_a_job_whose_claim_was_not_heard_is_made(
    engine: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = unheard_once(monkeypatch, Claims, "claim")
    (done,) = await engine.ended(await engine.submit("steps=2"))
    assert (done.status, done.attempt) == (COMPLETED, 1)
    assert len(answers) == 2


@pytest.mark.logs("answer was lost")
async def test_a_job_whose_submission_was_not_heard_is_made(
    engine: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    unheard_once(monkeypatch, Store, "submit_all")
    with pytest.raises(StorageError):
        await engine.submit("steps=2")
    (done,) = await engine.ended(await engine.queue.jobs())
    assert done.status is COMPLETED
