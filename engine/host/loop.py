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
from collections import defaultdict, deque
from collections.abc import Callable

from engine.errors import MusicError, OutOfMemory, Retriable, StorageError
from engine.generators.base import Generator
from engine.generators.registry import GeneratorKind
from engine.host.eta import Ahead, SavingCosts, StepCosts, Work, seconds_left
from engine.host.keeping import Checkpoints, Previews
from engine.host.models import Models
from engine.host.protocol import (
    Command,
    Drop,
    Dropped,
    Event,
    Failed,
    Noticed,
    Pause,
    Quit,
    Run,
    Stepped,
    StopHere,
)
from engine.host.saving import save_take
from engine.host.take import GrowingTake, forget
from engine.jobs import Failure, Step
from engine.log_context import current_request, marked

__all__ = ["HostLoop"]

log = logging.getLogger(__name__)

REPORT_SECONDS = 0.1
"""Between two reports of one run's progress."""


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
        self._models = Models(send, find)
        self._checkpoints = Checkpoints(send)
        self._previews = Previews(send)
        self._costs: defaultdict[str, StepCosts] = defaultdict(StepCosts)
        self._saving: dict[str, SavingCosts] = {}
        self._waiting: deque[Run] = deque()
        self._takes: list[GrowingTake] = []
        self._fresh: set[GrowingTake] = set()
        """Takes before their first step here, which may read all that they had before."""
        self._paused = False
        self._quitting = False

    def run(self) -> None:
        """Until told to quit; what grows then keeps a checkpoint."""
        try:
            while not self._quitting:
                self._take_commands()
                if self._paused or self._quitting:
                    continue
                self._admit()
                self._advance()
                for take in [take for take in self._takes if take.is_done]:
                    if take in self._takes and not self._quitting:
                        with marked(take.run.request_id):
                            self._finish(take)
            for take in self._takes:
                self._checkpoints.keep(take)
        finally:
            self._checkpoints.close()

    # -- commands ------------------------------------------------------------------------

    def _take_commands(self) -> None:
        """All that have come; waits for one when there is nothing else to do."""
        busy = bool(self._takes or self._waiting) and not self._paused
        idle = self._models.holds_heavy and not self._takes
        patience = self._unload_after if idle else math.inf
        while not self._quitting:
            try:
                wait = patience if math.isfinite(patience) else None
                command = self._commands.get(block=not busy, timeout=wait)
            except queue.Empty:
                if not busy:
                    self._models.unload_heavy()
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
                    forget(waiting)
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
                known = self._models.knows(run)
                kind = self._models.kind(run)
                held_up = held_up or (kind.heavy and self._must_wait(run))
                if kind.heavy and held_up:
                    if not known:  # it said that it loads, as far as it could
                        self._send(Stepped(run=run.run, step=Step.QUEUED, progress=0.0))
                    continue
                generator = self._models.get(run)
                if len(self._growing_in(generator)) < generator.slots:
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

    def _growing_in(self, generator: Generator) -> list[GrowingTake]:
        return [take for take in self._takes if take.generator is generator]

    def _start(self, run: Run, generator: Generator) -> None:
        log.info("begins: %s, %g s", run.request.model, run.request.duration)
        self._send(Stepped(run=run.run, step=Step.ENCODING_PROMPT, progress=0.0))
        checkpoint = run.checkpoint.read_bytes() if run.checkpoint.exists() else None
        sources = {name: str(path) for name, path in run.sources.items()}
        growing = generator.start(run.request.model_copy(update=sources), checkpoint)
        take = GrowingTake(run, generator, growing)
        self._saving.setdefault(run.request.model, SavingCosts(generator.finishing))
        take.kept = take.safe = take.grown
        self._takes.append(take)
        self._fresh.add(take)
        self._report(take, time.monotonic())

    def _advance(self) -> None:
        """One step for every take, those of one generator together."""
        begun = time.monotonic()
        done = {take: take.growing.steps_done for take in self._takes}
        for generator in list({id(t.generator): t.generator for t in self._takes}.values()):
            takes = [take for take in self._growing_in(generator) if not take.is_done]
            if not takes:
                continue
            try:
                generator.advance([take.growing for take in takes])
            except (OutOfMemory, MemoryError) as error:
                self._shrink(generator, takes, error)
            except Exception as error:  # noqa: BLE001
                self._blame(takes, error)
        now = time.monotonic()
        for take in list(self._takes):
            if now - take.reported >= REPORT_SECONDS:
                self._report(take, now)
            self._checkpoints.keep_if_due(take)
        stepped = time.monotonic()
        self._previews.make_one(self._takes)
        self._measure(done, stepped - begun, time.monotonic() - stepped)

    def _finish(self, take: GrowingTake) -> None:
        begun = time.monotonic()
        self._report_saving(take, 0.0)
        try:
            audio = take.generator.finish(
                take.growing, lambda share: self._report_saving(take, share)
            )
            self._take_commands()  # a cancel that came meanwhile spares the file
            if self._quitting or take not in self._takes:
                return
            made = save_take(take.run, audio, time.monotonic() - take.began)
        except Exception as error:  # noqa: BLE001
            self._fail(take, error)
        else:
            self._leave(take)
            log.info("made in %.1f s", made.work_seconds)
            self._send(made)
            music = min(made.duration, take.run.request.duration)
            self._saving_of(take).note(music, time.monotonic() - begun)

    # -- when memory is short, or a generator breaks -----------------------------------------

    def _shrink(self, generator: Generator, takes: list[GrowingTake], error: Exception) -> None:
        """Grow half as many at once from now on; the others wait in the host for their turn.

        When memory is short for one alone, what can help is all the memory that there is: the
        model gives its own back, and the next try goes on from here in a fresh one.
        """
        model = takes[0].run.request.model
        if len(takes) == 1:
            self._fail(takes[0], error)
            if generator.heavy and not self._growing_in(generator):
                self._models.unload(model)
            return
        keep = len(takes) // 2
        generator.slots = keep
        self._models.tell(model)
        for take in reversed(takes[keep:]):
            self._checkpoints.keep(take)
            self._checkpoints.settle(take)
            self._takes.remove(take)
            self._waiting.appendleft(take.run)
            self._send(Stepped(run=take.run.run, step=Step.QUEUED, progress=0.0))
        self._send(
            Noticed(
                code="fewer_at_once",
                message=f"There was not enough memory for {len(takes)} takes at once: "
                f"going on with {keep}.",
                hint="Nothing is lost; the others go on after them.",
                detail=str(error),
            )
        )

    def _blame(self, takes: list[GrowingTake], error: Exception) -> None:
        """A step failed: alone, a take is guilty; in a batch, each is tried alone once more."""
        if len(takes) == 1:
            self._fail(takes[0], error)
            return
        for take in takes:
            try:
                take.generator.advance([take.growing])
            except Exception as own:  # noqa: BLE001
                self._fail(take, own)

    def _fail(self, take: GrowingTake, error: Exception) -> None:
        """A failure that may pass costs nothing of what has grown: the next try goes on from it."""
        if isinstance(error, (Retriable, MemoryError, StorageError)):
            self._checkpoints.keep(take)
            self._checkpoints.settle(take)
            self._takes.remove(take)
            take.run.preview.unlink(missing_ok=True)
        else:
            self._leave(take)
        self._report_failure(take.run, error)

    def _leave(self, take: GrowingTake) -> None:
        if take in self._takes:
            self._takes.remove(take)
        self._checkpoints.forget(take)

    # -- reports -----------------------------------------------------------------------------

    def _measure(self, done: dict[GrowingTake, int], seconds: float, beside: float) -> None:
        """Learn from a round what steps cost, and what is done ``beside`` them; ``done``: the
        steps of each take before it."""
        fresh, self._fresh = self._fresh, set()
        by_model: dict[str, list[GrowingTake]] = {}
        for take in done:
            by_model.setdefault(take.run.request.model, []).append(take)
        for model, takes in by_model.items():
            moved = [take for take in takes if take.growing.steps_done > done[take]]
            if moved and all(take in self._takes and take not in fresh for take in takes):
                read = sum(
                    take.growing.reading(done[take], take.growing.steps_done) for take in moved
                )
                self._costs[model].note(Work(1, len(moved), read), seconds, beside)

    def _eta(self, take: GrowingTake) -> float | None:
        takes = self._growing_in(take.generator)
        ahead = [Ahead(other.left, other.run.request.duration) for other in takes]
        reads = [
            other.growing.reading(
                other.growing.steps_done, other.growing.steps_done + min(other.left, take.left)
            )
            for other in takes
        ]
        costs = self._costs[take.run.request.model]
        return seconds_left(takes.index(take), ahead, reads, costs, self._saving_of(take))

    def _saving_of(self, take: GrowingTake) -> SavingCosts:
        return self._saving[take.run.request.model]

    def _report(self, take: GrowingTake, now: float) -> None:
        take.reported = now
        self._send(
            Stepped(
                run=take.run.run,
                step=Step.GENERATING,
                progress=take.progress,
                eta=self._eta(take),
            )
        )

    def _report_saving(self, take: GrowingTake, share: float) -> None:
        left = self._saving_of(take).seconds(take.run.request.duration)
        eta = None if left is None else left * (1 - share)
        self._send(Stepped(run=take.run.run, step=Step.SAVING, progress=1.0, eta=eta))

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
