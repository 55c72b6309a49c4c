"""The lane of a server: runs jobs there, over HTTP, and brings their takes home.

While the server is away its runs go back to the queue, as if they had not begun; the next time
each finds what it had sent before, and goes on.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from pathlib import Path

from engine.client.client import ServerClient
from engine.dispatch.desk import Desk, recall, stop_here
from engine.dispatch.errand import Errand
from engine.dispatch.files import TakeFiles
from engine.dispatch.lane import (
    QUIT_SECONDS,
    Completed,
    Failed,
    Gone,
    LaneEvent,
    Listener,
    Noticed,
    PlaceChanged,
    Previewed,
    Progressed,
    Returned,
    Sources,
)
from engine.dispatch.reach import Reach, Waits
from engine.errors import (
    MusicError,
    ServerAway,
    ServerBusy,
    ServerClosed,
    ServerError,
    ServerRefused,
    StorageError,
)
from engine.jobs import Failure, Job, Maker, Step
from engine.log_context import marked
from engine.places import PlaceState, PlaceStatus, Server
from engine.store.submissions import Submissions
from engine.tracing import Trace

__all__ = ["RemoteLane"]

log = logging.getLogger(__name__)

SLOTS = 8
"""Runs that are there at once: enough to keep a server busy, few enough to reorder the rest."""


@dataclass(frozen=True, slots=True)
class _Run:
    job: Job
    task: asyncio.Task[None]


class RemoteLane:
    """Runs jobs on a server. Takes over the client, and closes it."""

    model = None
    loaded = None

    def __init__(
        self,
        server: Server,
        client: ServerClient,
        submissions: Submissions,
        files: TakeFiles,
        cache: Path,
        waits: Waits | None = None,
    ) -> None:
        """``cache``: this studio's folder for what can be had again."""
        self.place = server.id
        waits = waits or Waits()
        self._reach = Reach(server, client, waits, self._changed)
        self._desk = Desk(server.id, client, self._reach, submissions, files, cache, waits)
        self._listener: Listener | None = None
        self._runs: dict[str, _Run] = {}
        self._stopping: set[asyncio.Task[None]] = set()
        self._recalling: asyncio.Task[None] | None = None
        self._recall_again = False
        self._makers: dict[str, Maker] = {}
        self._was_ready = False

    # -- Lane --------------------------------------------------------------------------------

    @property
    def status(self) -> PlaceStatus:
        return self._reach.status

    @property
    def ends_early(self) -> bool:
        return "stop" in self._reach.offers

    @property
    def room(self) -> int:
        return max(0, SLOTS - len(self._runs)) if self._reach.ready else 0

    def maker(self, model: str) -> Maker | None:
        return self._makers.get(model)

    async def start(self, listener: Listener) -> None:
        self._listener = listener
        self._reach.start()

    def run(self, run: str, job: Job, path: Path, sources: Sources) -> None:
        def tell(step: Step, progress: float, eta: float | None) -> None:
            if run in self._runs:
                self._tell(Progressed(run, step, progress, eta))

        def heard(preview: Path) -> None:
            if run in self._runs:
                self._tell(Previewed(run, preview))

        errand = Errand(self._desk, job, path, sources, tell, heard)
        task = asyncio.create_task(self._live(run, job, errand), name=f"errand {job.id}")
        self._runs[run] = _Run(job, task)

    def drop(self, run: str) -> None:
        gone = self._runs.pop(run, None)
        if gone is not None:
            gone.task.cancel()
            self._tell(Gone(run))
            self._recall()

    def stop_here(self, run: str) -> None:
        if run in self._runs:
            job = self._runs[run].job
            task = asyncio.create_task(self._stop_there(job), name=f"stop {job.id}")
            self._stopping.add(task)
            task.add_done_callback(self._stopping.discard)

    def pause(self, paused: bool) -> None:
        """What a server has is its own to run; nothing more is sent while the queue is paused."""

    def retry_now(self) -> None:
        self._reach.retry_now()

    async def stop(self, patience: float = QUIT_SECONDS) -> None:  # noqa: ARG002
        self._listener = None
        tasks = [*(run.task for run in self._runs.values()), *self._stopping]
        tasks += [self._recalling] if self._recalling else []
        self._runs.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._reach.stop()
        await self._desk.client.close()

    # -- inside ------------------------------------------------------------------------------

    async def _stop_there(self, job: Job) -> None:
        try:
            await stop_here(self._desk, job)
        except MusicError as error:  # the take goes on, and may be stopped again
            self._tell(Noticed(Failure.of(error)))

    async def _live(self, run: str, job: Job, errand: Errand) -> None:
        with marked(job.request_id, Trace.begun()):  # all its requests are pieces of one trace
            end = await self._end_of(run, job, errand)
        if self._runs.pop(run, None) is not None:
            self._tell(end)

    async def _end_of(self, run: str, job: Job, errand: Errand) -> LaneEvent:
        began = time.monotonic()
        try:
            take = await errand.take()
            self._makers[job.request.model] = take.maker
            return Completed(run, take, time.monotonic() - began)
        except ServerBusy as error:
            return Returned(run, error.retry_after)
        except (ServerAway, ServerClosed):
            return Returned(run)
        except ServerRefused as error:
            return Failed(run, Failure.of(error), retriable=error.status >= 500)
        except ServerError as error:  # nonsense, which may be sense the next time
            return Failed(run, Failure.of(error), retriable=True)
        except StorageError as error:  # of this computer: it may pass, and what was sent is known
            return Failed(run, Failure.of(error), retriable=True)
        except MusicError as error:
            return Failed(run, Failure.of(error), retriable=False)
        except Exception as error:
            log.exception("an errand broke")
            return Failed(run, Failure.of(error), retriable=False)

    def _changed(self) -> None:
        """The server's status is another one."""
        state = self._reach.status.state
        if state in (PlaceState.AWAY, PlaceState.CLOSED):
            for run, under_way in list(self._runs.items()):
                del self._runs[run]
                under_way.task.cancel()
                self._tell(Returned(run))
        if self._reach.ready and not self._was_ready:
            self._recall()
        self._was_ready = self._reach.ready
        self._tell(PlaceChanged())

    def _recall(self) -> None:
        """Tell the server, as soon as it can be told, what is not wanted any more."""
        self._recall_again = True
        if self._recalling is None and self._reach.ready and self._listener is not None:
            self._recalling = asyncio.create_task(self._recall_all(), name=f"recall {self.place}")
            self._recalling.add_done_callback(self._recalled)

    async def _recall_all(self) -> None:
        while self._recall_again:
            self._recall_again = False
            while await self._recall_next():
                pass

    async def _recall_next(self) -> bool:
        """Looked up anew for each: it may be wanted again meanwhile. False when there is none."""
        async with self._desk.recalling:
            orphans = self._desk.submissions.orphans(self.place)
            for submission in orphans[:1]:
                await recall(self._desk, submission)
        return bool(orphans)

    def _recalled(self, task: asyncio.Task[None]) -> None:
        self._recalling = None
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, MusicError):  # the next time that it is ready
            log.info("not recalled from %s yet: %s", self.place, error.code)
        elif error is not None:
            log.error("recalling broke", exc_info=error)

    def _tell(self, event: LaneEvent) -> None:
        if self._listener is not None:
            self._listener(event)
