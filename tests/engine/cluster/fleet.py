"""A cluster in one process: servers in threads, workers on the test's loop, one real queue."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from engine.cluster.queue import SharedQueue
from engine.cluster.worker import MusicWorker, joined
from engine.jobs import Change, Job, Order
from engine.request import Request
from engine.server.settings import ServerSettings
from tests.buckets import Bucket
from tests.engine.server.running import settings_in

QUICK = {
    "lease_seconds": 60.0,
    "lease_renewal_seconds": 0.4,
    "reap_seconds": 0.2,
    "permit_poll_seconds": 0.5,
}
"""But for leases: who is held up on a busy machine is not to be taken for lost. A test of that ends
them (``end_leases``)."""
PATIENCE = 60.0
"""Seconds that only say "never"."""


class Watch:
    """A worker, and all that it told; ``until`` waits for something it tells."""

    def __init__(self, worker: MusicWorker) -> None:
        self.worker = worker
        self.changes: list[Change] = []
        self._told = asyncio.Event()
        worker.feed.listen(self._on_changes, lambda _: None, lambda _: None)

    def latest(self, job_id: str) -> Job | None:
        return next((c.job for c in reversed(self.changes) if c.job.id == job_id), None)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                self._told.clear()
                await self._told.wait()

    async def growing(self, job: Job) -> None:
        await self.until(lambda: (self.latest(job.id) or job).progress > 0)

    async def ended(self, job: Job) -> Job:
        await self.until(lambda: (self.latest(job.id) or job).status.final)
        return self.latest(job.id) or job

    def _on_changes(self, changes: Sequence[Change]) -> None:
        self.changes += changes
        self._told.set()


class Fleet:
    """What the processes of one cluster are given."""

    def __init__(self, folder: Path, url: Any, bucket: Bucket) -> None:
        self.folder = folder
        self._url = url
        self.bucket = bucket

    def settings(self, **changes: Any) -> ServerSettings:
        common = QUICK | {"database_url": self._url} | self.bucket.settings()
        return settings_in(self.folder, **(common | changes))

    @contextmanager
    def queue(self) -> Iterator[SharedQueue]:
        """As one more server would have it."""
        queue = SharedQueue.open(self.settings())
        try:
            yield queue
        finally:
            queue.close()

    @asynccontextmanager
    async def worker(
        self, slots: int = 2, models: Sequence[str] = (), **changes: Any
    ) -> AsyncIterator[Watch]:
        async with joined(self.settings(**changes), slots=slots, models=models) as worker:
            yield Watch(worker)


def end_leases(queue: SharedQueue) -> None:
    """As if nobody who runs anything had been heard of for long."""
    with queue.database.writing():
        queue.database.peewee.execute_sql(
            "UPDATE jobs SET lease_until = 1 WHERE status = 'processing'"
        )


def order(
    prompt: str = "steps=3", model: str = "scripted", duration: float = 1.0, **more: Any
) -> Order:
    """For the scripted generator; each request is another one, and none is answered by a take
    that is there already."""
    return Order(Request(prompt=prompt, model=model, duration=duration), **more)
