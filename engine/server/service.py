"""What the routes work with: the engine and all that stands around it, for one running server."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from engine.errors import NotFound, Unavailable
from engine.jobs import Job
from engine.local import LocalEngine
from engine.server.broadcast import Broadcast
from engine.server.callers import Caller, Gate
from engine.server.health import Health
from engine.server.limits import SubmitLimit
from engine.server.metrics import Metrics
from engine.server.models import ServerModels
from engine.server.settings import ServerSettings
from engine.server.signing import MediaLinks
from engine.server.transcode import Transcoder
from engine.storage.base import Storage
from engine.storage.takes import StoredTakes
from engine.store.shared import SharedJobs
from engine.store.uploads import Uploads
from engine.store.workers import Workers
from engine.wire import JobView, view_of

if TYPE_CHECKING:
    from engine.cluster.front import Front
    from engine.cluster.models import ClusterModels

__all__ = ["Service", "TheService"]


@dataclass(slots=True)
class Service:
    """Parts, each with its own reason; here they only meet."""

    settings: ServerSettings
    engine: LocalEngine | Front
    jobs: SharedJobs
    storage: Storage
    takes: StoredTakes
    """Made here, on their way to the storage."""
    gate: Gate
    links: MediaLinks
    limits: SubmitLimit
    models: ServerModels | ClusterModels
    health: Health
    broadcast: Broadcast
    uploads: Uploads
    transcoder: Transcoder
    metrics: Metrics
    workers: Workers | None
    """Who runs the jobs; None: this server does."""
    heavy_work: asyncio.Semaphore
    """Decoding and encoding: so many at once, beside the music."""
    began: float = field(default_factory=time.monotonic)
    draining: bool = False
    """It is about to end, and takes no more jobs."""

    def own(self, caller: Caller, job_id: str) -> Job:
        """The caller's job as it is now. Raises NotFound, for another's too."""
        found = self.jobs.jobs([job_id])  # not what is in the trash
        if not found or found[0].owner != caller.owner:
            raise NotFound("There is no such job.")
        return self.engine.dispatcher.now(found)[0]

    def accepting(self) -> None:
        """Raises Unavailable while the server ends."""
        if self.draining:
            raise Unavailable("The server is about to restart.", hint="Try again in a moment.")

    async def drain(self, patience: float) -> None:
        """Take no more jobs, and let what runs reach a checkpoint within ``patience`` seconds;
        answers still come."""
        self.draining = True
        await self.engine.dispatcher.close(patience)
        self.broadcast.close()

    def view(self, job: Job, base_url: str) -> JobView:
        """``base_url``: scheme and host by which the caller reached the server."""
        url = None
        if job.take is not None:
            with suppress(NotFound):  # it lies in a storage that was used before
                url = self.links.steady(base_url, self.storage.key_of(job.take.path))
        return view_of(job, queue_position=self.jobs.position(job), audio_url=url)


async def _service(connection: HTTPConnection) -> Service:
    # A coroutine, though it awaits nothing: a function would be sent to a thread by each request.
    service: Service = connection.app.state.service
    return service


TheService = Annotated[Service, Depends(_service)]
