"""Takes that were made before the program ended, and could not be kept at its next start."""

from __future__ import annotations

import asyncio

import pytest

from engine.dispatch import insistence
from engine.errors import StorageError
from engine.jobs import Job, Status, Take
from engine.settings import EngineSettings
from engine.store.claims import Claims
from tests.engine.dispatch.scenes import opened


@pytest.mark.logs("It is away|takes files again|The database is away")
async def test_a_made_take_outlives_a_store_that_is_away_with_its_storage(
    settings: EngineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(insistence, "FIRST_WAIT", 0.01)
    jobs, tried = Claims.jobs, list[str]()

    async with opened(settings) as scene:
        (job,) = scene.submit()

        async def away_at_first(_job: Job, take: Take) -> Take:
            tried.append("keep")
            if len(tried) == 1:
                raise StorageError("It is away.")
            return take

        def away_then(claims: Claims, ids: list[str]) -> list[Job]:
            tried.append("jobs")
            if tried == ["keep", "jobs"]:
                raise StorageError("The database is away.")
            return jobs(claims, ids)

        monkeypatch.setattr(scene.files, "keep", away_at_first)
        monkeypatch.setattr(Claims, "jobs", away_then)
        made = scene.store.job(job.id).with_(take=scene.take_of(job))
        scene.scheduler.runs.complete_late([made])
        await scene.until(lambda: scene.status(job) is Status.COMPLETED)


@pytest.mark.logs("end broke|input/output error")
async def test_a_made_take_that_can_not_be_read_leaves_its_job_to_be_made(
    settings: EngineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(settings) as scene:
        broken = asyncio.Event()

        async def unreadable(_job: Job, _take: Take) -> Take:
            await broken.wait()
            raise OSError("input/output error")

        monkeypatch.setattr(scene.files, "keep", unreadable)
        (job,) = scene.submit()
        made = scene.store.job(job.id).with_(take=scene.take_of(job))
        scene.scheduler.runs.complete_late([made])
        await scene.scheduler.start()
        await scene.settled()
        assert scene.begun() == []
        broken.set()
        await scene.until(lambda: scene.begun() == [job.id])
