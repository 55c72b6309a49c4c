"""The pulse of a worker: signs of life, by which it keeps its jobs and hears what it lost.

What was cancelled, taken away or is to end early elsewhere comes in here at the latest; news come
sooner (``engine.cluster.news``).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress

from engine.cluster.news import Kind, Note
from engine.dispatch.scheduler import Scheduler
from engine.errors import StorageError
from engine.store.leases import Leases
from engine.store.store import PAUSED, Store
from engine.store.workers import Worker, Workers, WorkerState

__all__ = ["Pulse"]

log = logging.getLogger(__name__)


class Pulse:
    """Beats every few seconds, and whenever it is asked to."""

    def __init__(
        self,
        store: Store,
        leases: Leases,
        workers: Workers,
        scheduler: Scheduler,
        describe: Callable[[], Worker],
        on_drain: Callable[[], None],
        *,
        seconds: float,
    ) -> None:
        """``describe``: what this worker is now; ``on_drain``: somebody wants it to end."""
        self._store = store
        self._leases = leases
        self._workers = workers
        self._scheduler = scheduler
        self._describe = describe
        self._on_drain = on_drain
        self._seconds = seconds
        self._away = False

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            self.beat()
            self._scheduler.wake()  # what is waited for here may have begun elsewhere
            await asyncio.sleep(self._seconds)

    def beat(self) -> None:
        """One sign of life; while the database is away there is none."""
        try:
            self._look_at_leases()
            state = self._workers.seen(self._describe())
            paused = self._store.setting(PAUSED, "") == "yes"
        except StorageError as error:
            if not self._away:
                log.warning("no sign of life can be given: %s", error.message)
            self._away = True
            return
        if self._away:
            log.info("signs of life are given again")
        self._away = False
        if paused != self._scheduler.paused:
            log.info("the queue %s", "rests" if paused else "goes on")
            self._scheduler.pause(paused)
        if state is WorkerState.DRAINING:
            self._on_drain()

    def heard(self, note: Note) -> None:
        """A listener of the news."""
        runs = self._scheduler.runs
        match note.kind:
            case Kind.LOOK if runs.tokens():
                self._glance()
            case Kind.CANCEL | Kind.STOP:
                jobs = (runs.job_of(token) for token in runs.tokens())
                if any(job is not None and job.id in note.ids for job in jobs):
                    self.beat()
            case Kind.PAUSE:
                self.beat()
            case Kind.DRAIN if self._describe().id in note.ids:
                self.beat()

    def _glance(self) -> None:
        """Look at what may have been told and was not heard."""
        with suppress(StorageError):  # the next sign of life tells of it
            self._obey(self._leases.held())

    def _look_at_leases(self) -> None:
        runs = self._scheduler.runs
        held = self._leases.extend()
        self._obey(held)
        if set(held).difference(runs.tokens()):  # the answer to their claim was lost
            self._scheduler.put_back()

    def _obey(self, held: Mapping[str, bool]) -> None:
        runs = self._scheduler.runs
        for token in runs.tokens():
            if token not in held:
                runs.taken_away(token)
            elif held[token]:
                runs.end_early(token)
