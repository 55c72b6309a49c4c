"""How the server is: the checks behind its health pages."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from engine.errors import StorageError
from engine.gpus import gpu_count
from engine.server.settings import ServerSettings
from engine.storage.base import Storage
from engine.store.shared import SharedJobs
from engine.store.workers import Workers, WorkerState

__all__ = ["Check", "Health", "Level", "overall"]


BUCKET_SECONDS = 5.0
"""Between two looks at the bucket."""


class Level(StrEnum):
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    """It works, but somebody should look."""
    UNHEALTHY = "unhealthy"


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    status: Level
    message: str
    details: dict[str, Any] = field(default_factory=dict)
    milliseconds: float = 0.0
    """How long it took to find out."""


class Health:
    """Looks at what the server stands on."""

    def __init__(
        self,
        settings: ServerSettings,
        jobs: SharedJobs,
        room_for_more: Callable[[], None],
        bucket: Storage | None = None,
        workers: Workers | None = None,
    ) -> None:
        """``room_for_more``: raises StorageError while the database takes in nothing new;
        ``bucket``: the storage, if it is not a folder here; ``workers``: who runs the jobs, if
        that is not this server."""
        self._settings = settings
        self._jobs = jobs
        self._room_for_more = room_for_more
        self._bucket = bucket
        self._workers = workers
        self._looked: tuple[float, Check] | None = None
        self._looking = asyncio.Lock()

    async def checks(self) -> list[Check]:
        found = [
            _timed("database", self._database),
            _timed("gpu", self._gpu),
            _timed("queue", self._queue),
            await asyncio.to_thread(_timed, "disk_space", self._disk),
        ]
        if self._bucket is not None:
            found.append(await self._storage(self._bucket))
        return found

    def database(self) -> Check:
        return _timed("database", self._database)

    def _database(self) -> Check:
        settings = self._settings
        if settings.database_url is None and not settings.database.is_file():
            # SQLite would go on with what has no name any more, and ends with this process.
            return Check("database", Level.UNHEALTHY, "Its file is gone")
        self._jobs.knows("")
        self._room_for_more()
        return Check("database", Level.HEALTHY, "Connected")

    def _gpu(self) -> Check:
        """Of this computer, or of those where the jobs run."""
        if self._workers is None:
            return _of_gpus(gpu_count(), "No GPU: the CPU does the work")
        there = [each for each in self._workers.all() if each.state is not WorkerState.LOST]
        without = "No worker has a GPU: CPUs do the work" if there else "No worker is there"
        of_each = {each.name: each.gpus or 0 for each in there}  # a computer may have several
        return _of_gpus(sum(of_each.values()), without)

    async def _storage(self, bucket: Storage) -> Check:
        """Whether the bucket answers; asked again after some seconds, and by one at a time."""
        async with self._looking:
            now = time.monotonic()
            if self._looked is None or now - self._looked[0] > BUCKET_SECONDS:
                level, message = Level.HEALTHY, "The bucket answers"
                try:
                    await bucket.check()
                except StorageError as error:  # takes wait, and nothing is lost
                    level, message = Level.DEGRADED, error.message
                ended = time.monotonic()
                took = round((ended - now) * 1000, 2)
                self._looked = ended, Check("storage", level, message, milliseconds=took)
            return self._looked[1]

    def _queue(self) -> Check:
        settings = self._settings
        now = self._jobs.figures(
            timedelta(hours=settings.finished_hours), timedelta(hours=settings.failed_hours)
        )
        details = {
            "pending": now.pending,
            "processing": now.processing,
            "completed": now.completed,
            "failed": now.failed,
        }
        nobody = _why_nobody_works(self._workers) if now.pending and self._workers else ""
        if nobody:
            return Check("queue", Level.DEGRADED, f"{now.pending} waiting, and {nobody}", details)
        oldest = now.oldest_pending_seconds or 0.0
        if oldest > settings.queue_old_seconds:
            waits = f"A job has waited for {oldest / 60:.0f} minutes"
            return Check("queue", Level.DEGRADED, waits, details)
        return Check("queue", Level.HEALTHY, f"{now.pending} waiting", details)

    def _disk(self) -> Check:
        folder = self._settings.takes_folder
        if self._bucket is None and not folder.is_dir():
            return Check("disk_space", Level.UNHEALTHY, "The folder of the takes is gone")
        usage = shutil.disk_usage(next(f for f in (folder, *folder.parents) if f.is_dir()))
        share = usage.free / usage.total
        low = share < self._settings.low_disk_share
        if usage.free < self._settings.free_space_floor:
            level = Level.UNHEALTHY
        else:
            level = Level.DEGRADED if low else Level.HEALTHY
        return Check(
            "disk_space",
            level,
            f"{usage.free / 1e9:.1f}GB free ({share:.1%})",
            {
                "free_gb": round(usage.free / 1e9, 1),
                "total_gb": round(usage.total / 1e9, 1),
                "percent_free": round(share * 100, 1),
            },
        )


def overall(checks: list[Check]) -> Level:
    """The worst of them; without a GPU everything works, only slower."""
    levels = [check.status for check in checks]
    return next((w for w in (Level.UNHEALTHY, Level.DEGRADED) if w in levels), Level.HEALTHY)


def _why_nobody_works(workers: Workers) -> str:
    """Empty while somebody does."""
    states = {each.state for each in workers.all()}
    if WorkerState.WORKING in states:
        return ""
    if not states:
        return "no worker has joined"
    return f"all workers are {' or '.join(sorted(states))}"


def _timed(name: str, look: Callable[[], Check]) -> Check:
    began = time.perf_counter()
    try:
        found = look()
    except (StorageError, OSError) as error:
        found = Check(name, Level.UNHEALTHY, getattr(error, "message", "It can't be read"))
    took = round((time.perf_counter() - began) * 1000, 2)
    return Check(found.name, found.status, found.message, found.details, took)


def _of_gpus(count: int, without: str) -> Check:
    """``without``: what is said where there are none."""
    details = {"device_count": count}
    if count:
        return Check("gpu", Level.HEALTHY, f"{count} GPU{'s' if count > 1 else ''}", details)
    return Check("gpu", Level.DEGRADED, without, details)
