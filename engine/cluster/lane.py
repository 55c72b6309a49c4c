"""A worker's lane: this machine's own, and what grows in it is seen and heard by all, and goes on
elsewhere when this machine can't.

The row of a job says from where it goes on: what an earlier run has left on this machine counts
for nothing, as others may have gone on from it meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from engine.audio.atomic import linked
from engine.cluster.carrier import Carrier
from engine.cluster.progress import Progress
from engine.cluster.stock import Stock
from engine.dispatch.lane import (
    QUIT_SECONDS,
    Completed,
    Failed,
    Gone,
    Kept,
    Lane,
    LaneEvent,
    Listener,
    Loaded,
    Lost,
    Previewed,
    Progressed,
    Returned,
    Sources,
)
from engine.errors import NotFound, StorageError
from engine.jobs import LOCAL, Failure, Job, Maker, Step
from engine.server.settings import ServerSettings
from engine.storage.base import CHECKPOINTS, PREVIEWS, Storage
from engine.store.postgresql.attempts import Attempts, Grown
from engine.tasks import Tasks

__all__ = ["SharedLane", "shared_lane"]

log = logging.getLogger(__name__)

FETCH_AGAIN_SECONDS = 5.0
"""Until a checkpoint is looked for again in a storage that does not answer."""
WITHOUT_MODEL_SECONDS = 5.0
"""Until a job whose model was taken away from here is looked at again."""
LAST_CARRY_SHARE = 0.4
"""Of the patience at the end, for bringing the last checkpoints away."""


class Machine(Lane, Protocol):
    """The lane of a computer: ``engine.dispatch.local.LocalLane``."""

    def checkpoint_path(self, job: Job) -> Path: ...


@dataclass(slots=True)
class _Run:
    job: Job
    coming: bool = True
    """What it goes on from is not here yet."""
    dropped: bool = False
    ends_early: bool = False
    """It is to end with what it has, as soon as it grows."""
    told_to_end: bool = False


class SharedLane:
    """Implements ``Lane`` over the lane of this computer."""

    place = LOCAL
    ends_early = True
    status = None

    def __init__(
        self,
        inner: Machine,
        storage: Storage,
        checkpoints: Carrier,
        previews: Carrier,
        progress: Progress,
        begins_anew: Callable[[str, str], None],
        has: Callable[[str], Awaitable[bool]],
    ) -> None:
        """``begins_anew`` writes into the row of a job that the checkpoint of its attempt (a token)
        is gone; ``has``: whether a model is on this computer now."""
        self._inner = inner
        self._storage = storage
        self._checkpoints = checkpoints
        self._previews = previews
        self._progress = progress
        self._begins_anew = begins_anew
        self._has = has
        self._runs: dict[str, _Run] = {}
        self._beginning = Tasks(log, "beginning a run")
        self._ending = Tasks(log, "the end of a run")
        self._tidying = Tasks(log, "bringing away what grew")
        self._listener: Listener | None = None

    # -- Lane --------------------------------------------------------------------------------

    @property
    def room(self) -> int:
        coming = sum(run.coming for run in self._runs.values())
        return max(0, self._inner.room - coming)

    @property
    def model(self) -> str | None:
        return self._inner.model

    @property
    def loaded(self) -> Loaded | None:
        return self._inner.loaded

    def maker(self, model: str) -> Maker | None:
        return self._inner.maker(model)

    async def start(self, listener: Listener) -> None:
        self._listener = listener
        await self._inner.start(self._heard)

    def run(self, run: str, job: Job, path: Path, sources: Sources) -> None:
        self._runs[run] = _Run(job)
        self._checkpoints.begin(job.id, run, job.checkpoint)
        heard = job.preview.as_posix() if job.preview is not None else None
        self._previews.begin(job.id, run, heard)
        self._beginning.begin(self._begin(run, job, path, sources))

    def drop(self, run: str) -> None:
        known = self._runs.get(run)
        if known is not None:
            known.dropped = True
            if not known.coming:
                self._inner.drop(run)

    def stop_here(self, run: str) -> None:
        """At once, or as soon as it grows."""
        if run in self._runs:
            self._runs[run].ends_early = True

    def pause(self, paused: bool) -> None:
        self._inner.pause(paused)

    async def stop(self, patience: float = QUIT_SECONDS) -> None:
        """What the host keeps at its end is brought away, for who goes on."""
        self._listener = None
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience
        await self._inner.stop(patience * (1 - LAST_CARRY_SHARE))
        for tasks in (self._beginning, self._ending):
            tasks.cancel()
            await tasks.ended()
        for run, known in self._runs.items():
            self._tidying.begin(self._leave(run, self._last_of(known)))
        try:
            async with asyncio.timeout_at(deadline):
                await self._tidying.ended()
        except TimeoutError:
            log.info("not all that grew could be brought away: earlier checkpoints count")
        self._progress.close()
        self._runs.clear()

    def _last_of(self, known: _Run) -> Path | None:
        """The checkpoint that it has here; None if it had not begun yet, or keeps none."""
        here = self._inner.checkpoint_path(known.job)
        return here if not known.coming and here.exists() else None

    # -- beginning ---------------------------------------------------------------------------

    async def _begin(self, run: str, job: Job, path: Path, sources: Sources) -> None:
        known = self._runs[run]
        try:
            await self._bring_checkpoint(run, known)
            known.coming = False
            if not known.dropped:
                self._inner.run(run, job, path, sources)
        except StorageError as error:
            log.info("%s waits for its checkpoint: %s", job.id, error.message)
            self._heard(Returned(run, FETCH_AGAIN_SECONDS))
        except Exception as error:
            # Whatever it is: a run that is not told to have ended holds its job for ever.
            log.exception("%s could not begin", job.id)
            self._heard(Failed(run, Failure.of(error), True))
        else:
            if known.dropped:
                self._heard(Gone(run))

    async def _bring_checkpoint(self, run: str, known: _Run) -> None:
        """Raises StorageError."""
        job = known.job
        here = self._inner.checkpoint_path(job)
        await asyncio.to_thread(here.unlink, missing_ok=True)
        if job.checkpoint is None:
            return
        try:
            fetched = await self._storage.fetch(job.checkpoint)
        except NotFound:
            log.warning("%s begins anew: its checkpoint is gone", job.id)
            self._begins_anew(job.id, run)
            known.ends_early = False  # that was asked of what is lost
            return
        await asyncio.to_thread(linked, fetched, here)
        log.info("%s goes on from where another run was", job.id)

    # -- what the host tells -------------------------------------------------------------------

    def _heard(self, event: LaneEvent) -> None:
        match event:
            case Kept(run=run) if run in self._runs:
                self._checkpoints.carry(run, event.path)
                return
            case Previewed(run=run) if run in self._runs:
                self._previews.carry(run, event.path)
            case Progressed(run=run) if run in self._runs:
                self._show(self._runs[run], event)
            case Failed(run=run, retriable=False) if run in self._runs:
                self._ending.begin(self._fail(event, self._runs[run]))
                return
            case Completed(run=run) | Failed(run=run) | Gone(run=run) | Returned(run=run):
                self._over(run)
            case Lost(runs=runs):
                for run in runs:
                    self._over(run)
        self._tell(event)

    def _tell(self, event: LaneEvent) -> None:
        if self._listener is not None:
            self._listener(event)

    async def _fail(self, event: Failed, known: _Run) -> None:
        """Without its model no run ends well: another computer may have it."""
        end: LaneEvent = event
        try:
            if not await self._has(known.job.request.model):
                log.warning("%s goes back: its model is not here any more", known.job.id)
                end = Returned(event.run, WITHOUT_MODEL_SECONDS)
        except Exception:
            # Whatever it is: a run that is not told to have ended holds its job for ever.
            log.exception("whether the model of %s is here can't be seen", known.job.id)
            end = replace(event, retriable=True)
        self._over(event.run)
        self._tell(end)

    def _show(self, known: _Run, event: Progressed) -> None:
        if known.ends_early and event.step is Step.GENERATING and not known.told_to_end:
            known.told_to_end = True
            self._inner.stop_here(event.run)
        self._progress.show(Grown(known.job.id, event.run, event.step, event.progress, event.eta))

    def _over(self, run: str) -> None:
        if self._runs.pop(run, None) is not None:
            self._progress.over(run)
            self._tidying.begin(self._leave(run))

    async def _leave(self, run: str, last: Path | None = None) -> None:
        await asyncio.gather(self._checkpoints.leave(run, last), self._previews.leave(run))


def shared_lane(
    machine: Machine,
    settings: ServerSettings,
    storage: Storage,
    attempts: Attempts,
    stock: Stock,
) -> SharedLane:
    """Over ``machine``, whose files lie in the cache of ``settings``."""
    how: dict[str, Any] = {
        "leaving": settings.cache_folder / "leaving",
        "pause": settings.carry_seconds,
    }
    return SharedLane(
        machine,
        storage,
        Carrier(storage, CHECKPOINTS, "ckpt", written=attempts.kept, at_once=2, **how),
        Carrier(storage, PREVIEWS, "wav", written=attempts.can_be_heard, at_once=1, stay=2, **how),
        Progress(attempts),
        attempts.begins_anew,
        stock.has,
    )
