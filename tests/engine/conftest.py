"""A real engine over a temporary folder, and a way to wait for what it tells."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.dispatch.feed import Feed
from engine.jobs import Change, Failure, Job, Order, Status
from engine.local import LocalEngine
from engine.request import Request
from engine.settings import EngineSettings
from engine.status import EngineStatus

SCRIPTED = {"scripted": "tests.fake_generators:ScriptedGenerator"}


class Watched:
    """An engine, and all that it told; ``until`` waits for something it tells."""

    def __init__(self, settings: EngineSettings, **options: Any) -> None:
        self.settings = settings
        self.changes: list[Change] = []
        self.notices: list[Failure] = []
        self.statuses: list[EngineStatus] = []
        self._told = asyncio.Event()
        feed = Feed()
        feed.listen(self._on_changes, self._on_status, self._on_notice)
        self.engine = LocalEngine(settings, feed, **options)

    async def __aenter__(self) -> Watched:
        await self.engine.__aenter__()
        self.queue = self.engine.dispatcher
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.engine.__aexit__(*error)

    async def submit(self, *prompts: str, **order: Any) -> list[Job]:
        """Scripted jobs, two seconds long."""
        orders = [
            Order(Request(prompt=prompt, model="scripted", duration=2.0, seed=7), **order)
            for prompt in prompts
        ]
        return await self.queue.submit(orders)

    def latest(self, job_id: str) -> Job:
        """The newest snapshot that was told."""
        return next(c.job for c in reversed(self.changes) if c.job.id == job_id)

    def steps(self, job_id: str) -> list[str]:
        """The steps that were told, each once."""
        seen = [change.job.step.value for change in self.changes if change.job.id == job_id]
        return [step for i, step in enumerate(seen) if i == 0 or seen[i - 1] != step]

    async def until(self, condition: Callable[[], bool], seconds: float = 60.0) -> None:
        """Wait for ``condition``, which is looked at again with each thing told."""
        async with asyncio.timeout(seconds):
            while not condition():
                self._told.clear()
                await self._told.wait()

    async def ended(self, jobs: Sequence[Job], seconds: float = 60.0) -> list[Job]:
        """Wait until these jobs ended; their newest snapshots."""
        ids = [job.id for job in jobs]

        def over() -> bool:
            final = {c.job.id: c.job.status.final for c in self.changes}
            return all(final.get(job_id) for job_id in ids)

        await self.until(over, seconds)
        return [self.latest(i) for i in ids]

    async def growing(self, job: Job) -> None:
        """Wait until this job generates."""
        await self.until(lambda: self.latest(job.id).progress > 0)

    def _on_changes(self, changes: Sequence[Change]) -> None:
        self.changes += changes
        self._told.set()

    def _on_status(self, status: EngineStatus) -> None:
        self.statuses.append(status)
        self._told.set()

    def _on_notice(self, failure: Failure) -> None:
        self.notices.append(failure)
        self._told.set()


@pytest.fixture
def settings(tmp_path: Path) -> EngineSettings:
    return EngineSettings(
        data_folder=tmp_path / "data",
        takes_folder=tmp_path / "takes",
        cache_folder=tmp_path / "cache",
        retry_delay=0.01,
        worker_timeout=20.0,
        generators=SCRIPTED,
    )


@pytest.fixture
async def engine(settings: EngineSettings) -> AsyncIterator[Watched]:
    async with Watched(settings) as watched:
        yield watched


def statuses(jobs: Sequence[Job]) -> list[Status]:
    return [job.status for job in jobs]
