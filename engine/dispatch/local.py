"""The lane of this computer: supervises one host process.

A host that dies is started again; one that is silent past its deadline is ended first. The runs
that were in it are reported as lost, and the dispatcher decides what becomes of them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.dispatch.lane import (
    QUIT_SECONDS,
    Completed,
    Failed,
    Gone,
    Kept,
    LaneEvent,
    Listener,
    Loaded,
    Lost,
    Noticed,
    Previewed,
    Progressed,
    Returned,
    StateChanged,
)
from engine.dispatch.process import HostProcess, host_command
from engine.errors import HostDied, HostHung
from engine.host import protocol as say
from engine.jobs import LOCAL, Failure, Job, Maker, Take
from engine.settings import EngineSettings
from engine.status import EngineState

__all__ = ["LocalLane"]

log = logging.getLogger(__name__)

FIRST_SLOTS = 4
"""Runs given to a host that has not said yet how many it takes; more wait inside it."""
RESTART_DELAYS = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds before the n-th start in a row of a host that has loaded nothing."""


class LocalLane:
    """Runs jobs in a child process of this program."""

    place = LOCAL
    ends_early = True
    status = None

    def __init__(self, settings: EngineSettings, command: Sequence[str] | None = None) -> None:
        """``command`` starts another host than this program's own."""
        self._command = list(command or host_command(settings))
        self._cache = settings.cache_folder
        self._silence_limit = settings.worker_timeout
        self._host: HostProcess | None = None
        self._runs: dict[str, Job] = {}
        self._makers: dict[str, Maker] = {}
        self._slots = FIRST_SLOTS
        self._model: str | None = None
        self._loaded: dict[str, Loaded] = {}
        self._paused = False
        self._hung = False
        self._early_ends = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._restart: asyncio.TimerHandle | None = None
        self._starting: asyncio.Task[None] | None = None
        self._listener: Listener | None = None

    # -- Lane --------------------------------------------------------------------------------

    @property
    def room(self) -> int:
        if self._host is None or self._host.pid is None:
            return 0
        return max(0, self._slots - len(self._runs))

    @property
    def model(self) -> str | None:
        return self._model

    @property
    def loaded(self) -> Loaded | None:
        if self._model is not None:
            return self._loaded[self._model]
        return next(reversed(self._loaded.values()), None)

    def maker(self, model: str) -> Maker | None:
        return self._makers.get(model)

    @property
    def host_pid(self) -> int | None:
        return self._host.pid if self._host else None

    def checkpoint_path(self, job: Job) -> Path:
        """Where the host keeps what it would go on from."""
        return self._cache / "checkpoints" / f"{job.id}.ckpt"

    async def start(self, listener: Listener) -> None:
        self._listener = listener
        await self._start_host()

    def run(self, run: str, job: Job, path: Path, sources: Mapping[str, Path]) -> None:
        if self._host is None:  # it died while what the run builds on was fetched
            self._tell(Returned(run))
            return
        self._host.send(
            say.Run(
                run=run,
                request=job.request,
                sources=dict(sources),
                title=job.name,
                request_id=job.request_id or "",
                path=path,
                preview=self._preview_path(job),
                checkpoint=self.checkpoint_path(job),
            )
        )
        self._runs[run] = job
        self._expect_words()

    def drop(self, run: str) -> None:
        if self._host is not None and run in self._runs:
            self._host.send(say.Drop(run=run))

    def stop_here(self, run: str) -> None:
        if self._host is not None and run in self._runs:
            self._host.send(say.StopHere(run=run))

    def pause(self, paused: bool) -> None:
        self._paused = paused
        if self._host is not None:
            self._host.send(say.Pause(on=paused))
        self._expect_words()

    async def stop(self, patience: float = QUIT_SECONDS) -> None:
        self._listener = None
        for timer in (self._deadline, self._restart):
            if timer is not None:
                timer.cancel()
        if self._starting is not None:
            await asyncio.gather(self._starting, return_exceptions=True)
        host, self._host = self._host, None
        if host is not None:
            try:
                if self._runs and self._loaded:  # what grows is worth a checkpoint
                    await self._let_quit(host, patience)
            finally:
                host.kill()
            await host.wait()
        self._runs.clear()

    # -- the host's life ---------------------------------------------------------------------

    async def _start_host(self) -> None:
        host = HostProcess(self._heard, self._ended)
        self._hung = False
        self._slots = FIRST_SLOTS
        self._model = None
        self._loaded = {}
        try:
            await host.start(self._command)
        except OSError as error:
            log.error("the host could not be started: %s", error)
            self._tell(StateChanged(EngineState.STOPPED, str(error)))
            self._start_later()
            return
        if self._listener is None:  # stopped meanwhile
            host.kill()
            await host.wait()
            return
        self._host = host
        if self._paused:
            host.send(say.Pause(on=True))
        self._tell(StateChanged(EngineState.STARTING))  # it takes work before it says a word

    async def _let_quit(self, host: HostProcess, patience: float) -> None:
        """Until it has kept its checkpoints and ended, or for so many seconds."""
        host.send(say.Quit())
        try:
            await asyncio.wait_for(asyncio.shield(host.wait()), patience)
        except TimeoutError:
            # Not wrong: a step that takes longer can't be hurried.
            log.info("the host did not quit within %g s: earlier checkpoints count", patience)

    def _ended(self, host: HostProcess, reason: str) -> None:
        """The host is gone: give its runs back, and start another one."""
        if host is not self._host or self._listener is None:
            return
        self._host = None
        if self._deadline is not None:
            self._deadline.cancel()
        log.warning("the host (%s) ended: %s; %d runs lost", host.pid, reason, len(self._runs))
        lost = tuple(self._runs)
        self._runs.clear()
        if lost:
            error = HostHung if self._hung else HostDied
            what = "did not answer any more" if self._hung else "ended unexpectedly"
            failure = Failure.of(
                error(f"The music engine {what} ({reason}).", detail=host.last_words)
            )
            self._tell(Lost(lost, failure))
        self._tell(StateChanged(EngineState.RESTARTING, reason))
        self._start_later()

    def _start_later(self) -> None:
        if self._listener is None:  # stopped meanwhile
            return
        delay = RESTART_DELAYS[min(self._early_ends, len(RESTART_DELAYS) - 1)]
        self._early_ends += 1
        self._restart = asyncio.get_running_loop().call_later(delay, self._start_again)

    def _start_again(self) -> None:
        self._starting = asyncio.create_task(self._start_host(), name="start host")

    def _expect_words(self) -> None:
        """Set the watchdog anew: a host with work must say something in time."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if self._runs and not self._paused:
            loop = asyncio.get_running_loop()
            self._deadline = loop.call_later(self._silence_limit, self._give_up)

    def _give_up(self) -> None:
        if self._host is not None:
            log.error("the host was silent for %g s: ending it", self._silence_limit)
            self._hung = True
            self._host.kill()

    # -- its words -----------------------------------------------------------------------------

    def _heard(self, event: say.Event) -> None:
        self._expect_words()
        match event:
            case say.Ready():  # its libraries are still to come, and may be what ends it
                self._tell(StateChanged(EngineState.READY))
            case say.Loaded():
                self._early_ends = 0
                if event.heavy:
                    self._model = event.model
                self._makers[event.model] = Maker(event.made_by, event.weights)
                self._loaded[event.model] = Loaded(event.model, event.made_by, event.device)
                self._slots = event.slots
                self._tell(StateChanged(EngineState.READY))
            case say.Unloaded() if event.model in self._loaded:
                del self._loaded[event.model]
                if event.model == self._model:
                    self._model = None
                self._tell(StateChanged(EngineState.READY))
            case say.Stepped(run=run) if run in self._runs:
                self._tell(Progressed(run, event.step, event.progress, event.eta))
            case say.Previewed(run=run) if run in self._runs:
                path = self._preview_path(self._runs[run])
                self._tell(Previewed(run, path))
            case say.Kept(run=run) if run in self._runs:
                self._tell(Kept(run, self.checkpoint_path(self._runs[run])))
            case say.Made(run=run) if self._over(run):
                self._tell(Completed(run, _take(event), event.work_seconds))
            case say.Failed(run=run) if self._over(run):
                failure = Failure(event.code, event.message, event.hint, event.detail)
                self._tell(Failed(run, failure, event.retriable))
            case say.Noticed():
                notice = Failure(event.code, event.message, event.hint, event.detail)
                self._tell(Noticed(notice))
            case say.Dropped(run=run) if self._over(run):
                self._tell(Gone(run))

    def _over(self, run: str) -> bool:
        """Whether this run was ours until now."""
        known = self._runs.pop(run, None) is not None
        self._expect_words()
        return known

    def _tell(self, event: LaneEvent) -> None:
        if self._listener is not None:
            self._listener(event)

    def _preview_path(self, job: Job) -> Path:
        return self._cache / "previews" / f"{job.id}.wav"


def _take(made: say.Made) -> Take:
    """The host's report as a Take."""
    same = made.model_dump(exclude={"event", "run", "work_seconds"})
    return Take(**same)
