"""The host's loop: admit runs into free slots, advance all of them together, save what is done.

Everything that the musician can do to a growing take happens between two steps: late runs join,
dropped ones leave, a pause holds, previews and progress go out.
"""

from __future__ import annotations

import logging
import math
import queue
import time
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.audio.atomic import replacing
from engine.errors import MusicError, OutOfMemory, Retriable
from engine.generators.base import Generator, Growing
from engine.generators.registry import GeneratorKind
from engine.host.protocol import (
    Command,
    Drop,
    Dropped,
    Event,
    Failed,
    Loaded,
    Pause,
    Previewed,
    Quit,
    Run,
    Stepped,
    StopHere,
    Unloaded,
)
from engine.host.saving import save_preview, save_take
from engine.jobs import Failure, Step
from engine.log_context import current_request, marked

__all__ = ["HostLoop"]

log = logging.getLogger(__name__)

REPORT_SECONDS = 0.1
"""Between two reports of one run's progress."""
PREVIEW_SECONDS = 2.0
"""Of work between two previews of one run; the first comes after as much."""
PREVIEW_SHARE = 0.05
"""Of the time, at most, for previews: each one is followed by a pause as long as that takes."""
CHECKPOINT_SECONDS = 4.0
"""Of music between two checkpoints of one run: no death costs more."""


@dataclass(slots=True)
class _Take:
    """A run under way."""

    run: Run
    generator: Generator
    growing: Growing
    began: float = field(default_factory=time.monotonic)
    steps_before: int = 0
    """Steps that a checkpoint saved us; they say nothing about the rate."""
    reported: float = 0.0
    previewed: float = field(default_factory=time.monotonic)
    checkpoints: bool = True
    """Whether its generator keeps any."""
    safe: float = 0.0
    """Seconds of music that a checkpoint holds."""

    @property
    def progress(self) -> float:
        return self.growing.steps_done / max(1, self.growing.steps_total)

    @property
    def grown(self) -> float:
        """Seconds of music so far."""
        return self.progress * self.run.request.duration

    def eta(self, now: float) -> float | None:
        done = self.growing.steps_done - self.steps_before
        if done <= 0:
            return None
        left = self.growing.steps_total - self.growing.steps_done
        return (now - self.began) / done * left


class HostLoop:
    """Owns the generators and all growing takes; runs on the host's main thread."""

    def __init__(
        self,
        commands: queue.Queue[Command],
        send: Callable[[Event], None],
        find: Callable[[str], GeneratorKind],
        unload_after: float = math.inf,
    ) -> None:
        """``unload_after``: seconds without work until heavy generators give up their memory."""
        self._unload_after = unload_after
        self._commands = commands
        self._send = send
        self._find = find
        self._waiting: deque[Run] = deque()
        self._takes: list[_Take] = []
        self._generators: dict[str, Generator] = {}
        self._paused = False
        self._quitting = False
        self._next_preview = 0.0

    def run(self) -> None:
        """Until told to quit; what grows then keeps a checkpoint."""
        while not self._quitting:
            self._take_commands()
            if self._paused or self._quitting:
                continue
            self._admit()
            self._advance()
            for take in [t for t in self._takes if _is_done(t)]:
                if take in self._takes and not self._quitting:
                    with marked(take.run.request_id):
                        self._finish(take)
        for take in self._takes:
            self._checkpoint(take)

    # -- commands ------------------------------------------------------------------------

    def _take_commands(self) -> None:
        """All that have come; waits for one when there is nothing else to do."""
        busy = bool(self._takes or self._waiting) and not self._paused
        patience = self._unload_after if self._heavy() and not self._takes else math.inf
        while not self._quitting:
            try:
                wait = patience if math.isfinite(patience) else None
                command = self._commands.get(block=not busy, timeout=wait)
            except queue.Empty:
                if not busy:
                    self._unload_heavy()
                return
            self._obey(command)
            busy = True

    def _obey(self, command: Command) -> None:
        match command:
            case Run():
                self._waiting.append(command)
            case Drop(run=run):
                for waiting in [r for r in self._waiting if r.run == run]:
                    self._waiting.remove(waiting)
                    _forget(waiting)
                for take in [t for t in self._takes if t.run.run == run]:
                    self._leave(take)
                self._send(Dropped(run=run))
            case StopHere(run=run):
                for take in [t for t in self._takes if t.run.run == run]:
                    take.generator.stop_here(take.growing)
            case Pause(on=on):
                self._paused = on
            case Quit():
                self._quitting = True

    # -- one round -----------------------------------------------------------------------

    def _admit(self) -> None:
        """Start waiting runs in their order, while their generator has room.

        One that needs another heavy generator waits until the heavy one at work is done, and
        nothing heavy passes it meanwhile, or it would wait for ever.
        """
        held_up = False
        for run in list(self._waiting):
            mark = current_request.set(run.request_id)
            try:
                kind = self._find(run.request.model)
                held_up = held_up or (kind.heavy and self._must_wait(run))
                if kind.heavy and held_up:
                    continue
                generator = self._generator(run, kind)
                growing = sum(take.generator is generator for take in self._takes)
                if growing < generator.slots:
                    self._waiting.remove(run)
                    self._start(run, generator)
            except Exception as error:  # noqa: BLE001 - reported on its row, whatever it is
                if run in self._waiting:
                    self._waiting.remove(run)
                self._report_failure(run, error)
            finally:
                current_request.reset(mark)

    def _must_wait(self, run: Run) -> bool:
        """Whether another heavy generator is at work."""
        return any(
            take.generator.heavy and take.run.request.model != run.request.model
            for take in self._takes
        )

    def _generator(self, run: Run, kind: GeneratorKind) -> Generator:
        """The run's generator, loaded if need be."""
        model = run.request.model
        if model not in self._generators:
            self._send(Stepped(run=run.run, step=Step.LOADING_MODEL, progress=0.0))
            if kind.heavy:
                self._unload_heavy()
            self._generators[model] = kind()
            self._tell_loaded(model)
        return self._generators[model]

    def _tell_loaded(self, model: str) -> None:
        generator = self._generators[model]
        self._send(
            Loaded(
                model=model,
                made_by=f"{generator.name} {generator.version}",
                slots=generator.slots,
                heavy=generator.heavy,
            )
        )

    def _heavy(self) -> list[str]:
        return [model for model, generator in self._generators.items() if generator.heavy]

    def _unload_heavy(self) -> None:
        """Make room: the memory of one heavy generator is not there for two."""
        for model in self._heavy():
            log.info("unloading %s", model)
            self._generators.pop(model).close()
            self._send(Unloaded(model=model))

    def _start(self, run: Run, generator: Generator) -> None:
        log.info("begins: %s, %g s", run.request.model, run.request.duration)
        self._send(Stepped(run=run.run, step=Step.ENCODING_PROMPT, progress=0.0))
        checkpoint = run.checkpoint.read_bytes() if run.checkpoint.exists() else None
        sources = {name: str(path) for name, path in run.sources.items()}
        growing = generator.start(run.request.model_copy(update=sources), checkpoint)
        take = _Take(run, generator, growing, steps_before=growing.steps_done)
        self._takes.append(take)
        self._report(take, time.monotonic())

    def _advance(self) -> None:
        """One step for every take, those of one generator together."""
        for generator in list({id(t.generator): t.generator for t in self._takes}.values()):
            takes = [t for t in self._takes if t.generator is generator and not _is_done(t)]
            if not takes:
                continue
            try:
                generator.advance([take.growing for take in takes])
            except (OutOfMemory, MemoryError) as error:
                self._shrink(generator, takes, error)
            except Exception as error:  # noqa: BLE001
                self._blame(takes, error)
        now = time.monotonic()
        for take in self._takes:
            if now - take.reported >= REPORT_SECONDS:
                self._report(take, now)
            if take.checkpoints and take.grown - take.safe >= CHECKPOINT_SECONDS:
                self._checkpoint(take)
        self._preview_one()

    def _finish(self, take: _Take) -> None:
        self._send(Stepped(run=take.run.run, step=Step.SAVING, progress=1.0, eta=0.0))
        try:
            audio = take.generator.finish(take.growing)
            self._take_commands()  # a cancel that came meanwhile spares the file
            if self._quitting or take not in self._takes:
                return
            made = save_take(take.run, audio, time.monotonic() - take.began)
        except Exception as error:  # noqa: BLE001
            self._leave(take)
            self._report_failure(take.run, error)
        else:
            self._leave(take)
            log.info("made in %.1f s", made.work_seconds)
            self._send(made)

    # -- when memory is short, or a generator breaks -----------------------------------------

    def _shrink(self, generator: Generator, takes: list[_Take], error: Exception) -> None:
        """Grow half as many at once from now on; the others wait in the host for their turn."""
        if len(takes) == 1:
            self._blame(takes, error)
            return
        keep = len(takes) // 2
        generator.slots = keep
        self._tell_loaded(takes[0].run.request.model)
        log.warning("out of memory with %d takes at once: going on with %d", len(takes), keep)
        for take in reversed(takes[keep:]):
            self._checkpoint(take)
            self._takes.remove(take)
            self._waiting.appendleft(take.run)
            self._send(Stepped(run=take.run.run, step=Step.QUEUED, progress=0.0))

    def _blame(self, takes: list[_Take], error: Exception) -> None:
        """A step failed: alone, a take is guilty; in a batch, each is tried alone once more."""
        if len(takes) == 1:
            self._report_failure(takes[0].run, error)
            self._leave(takes[0])
            return
        for take in takes:
            try:
                take.generator.advance([take.growing])
            except Exception as own:  # noqa: BLE001
                self._report_failure(take.run, own)
                self._leave(take)

    def _leave(self, take: _Take) -> None:
        if take in self._takes:
            self._takes.remove(take)
        _forget(take.run)

    # -- reports -----------------------------------------------------------------------------

    def _report(self, take: _Take, now: float) -> None:
        take.reported = now
        eta = take.eta(now)
        self._send(Stepped(run=take.run.run, step=Step.GENERATING, progress=take.progress, eta=eta))

    def _checkpoint(self, take: _Take) -> None:
        take.safe = take.grown
        mark = current_request.set(take.run.request_id)
        try:
            state = take.generator.checkpoint(take.growing)
            take.checkpoints = state is not None
            if state is not None:
                with replacing(take.run.checkpoint) as part:
                    part.write_bytes(state)
        except Exception as error:  # noqa: BLE001 - the take goes on; the next one may succeed
            log.warning("no checkpoint: %s", error)
        finally:
            current_request.reset(mark)

    def _preview_one(self) -> None:
        """Let the take that waited longest be heard, unless previews had their share of time."""
        now = time.monotonic()
        due = [t for t in self._takes if now - t.previewed >= PREVIEW_SECONDS and not _is_done(t)]
        if not due or now < self._next_preview:
            return
        take = min(due, key=lambda t: t.previewed)
        self._preview(take)
        take.previewed = time.monotonic()
        self._next_preview = take.previewed + (take.previewed - now) / PREVIEW_SHARE

    def _preview(self, take: _Take) -> None:
        try:
            heard = take.generator.preview(take.growing)
            if heard is None:
                return
            save_preview(take.run.preview, *heard)
        except Exception as error:  # noqa: BLE001 - a courtesy: the take itself goes on
            log.warning("no preview: %s", error)
        else:
            self._send(Previewed(run=take.run.run))

    def _report_failure(self, run: Run, error: Exception) -> None:
        if isinstance(error, MemoryError):
            error = OutOfMemory("There was not enough memory for this take.")
        failure = Failure.of(error)
        detail = failure.detail
        if not isinstance(error, MusicError):
            detail = "".join(traceback.format_exception(error))
            with marked(run.request_id):
                log.error("run %s failed:\n%s", run.run, detail)
        self._send(
            Failed(
                run=run.run,
                code=failure.code,
                message=failure.message,
                hint=failure.hint,
                detail=detail,
                retriable=isinstance(error, Retriable),
            )
        )


def _forget(run: Run) -> None:
    """Nobody goes on from here."""
    run.preview.unlink(missing_ok=True)
    run.checkpoint.unlink(missing_ok=True)


def _is_done(take: _Take) -> bool:
    return take.growing.steps_done >= take.growing.steps_total
