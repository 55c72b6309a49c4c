"""The host's loop: admit runs into free slots, advance all of them together, save what is done.

Everything that the musician can do to a growing take happens between two steps: late runs join,
dropped ones leave, a pause holds, previews and progress go out.
"""

from __future__ import annotations

import logging
import math
import queue
import time
from collections import deque
from collections.abc import Callable

from engine.errors import OutOfMemory, Retriable, StorageError
from engine.generators.base import Generator
from engine.generators.registry import GeneratorKind
from engine.host.keeping import Checkpoints
from engine.host.models import Models
from engine.host.previews import Previews
from engine.host.protocol import (
    Command,
    Drop,
    Dropped,
    Event,
    Noticed,
    Pause,
    Quit,
    Run,
    Stepped,
    StopHere,
)
from engine.host.reports import Reports
from engine.host.saving import save_take
from engine.host.take import GrowingTake, by_generator, forget
from engine.jobs import Step
from engine.log_context import current_request, marked

__all__ = ["HostLoop"]

log = logging.getLogger(__name__)

BEAT_SECONDS = 0.25
"""Between two looks at what is learnt, told and heard of the growing takes: a look at each step
cost more than all the rest of the loop."""


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
        self._reports = Reports(send)
        self._waiting: deque[Run] = deque()
        self._takes: list[GrowingTake] = []
        self._beat = 0.0
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
                self._finish_done()
            for take in self._takes:
                self._checkpoints.keep(take)
        finally:
            self._checkpoints.close()
            self._previews.close()

    # -- commands ------------------------------------------------------------------------

    def _take_commands(self) -> None:
        """All that have come; waits for one when there is nothing else to do."""
        busy = bool(self._takes or self._waiting) and not self._paused
        if busy and self._commands.empty():
            return
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
                    self._previews.leave(waiting)
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
                        self._reports.waits(run)
                    continue
                generator = self._models.get(run)
                if len(self._growing_in(generator)) < generator.slots:
                    self._waiting.remove(run)
                    self._start(run, generator)
            except Exception as error:  # noqa: BLE001 - reported on its row, whatever it is
                if run in self._waiting:
                    self._waiting.remove(run)
                self._reports.failed(run, error)
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
        take.kept = take.safe = take.grown
        self._takes.append(take)
        self._reports.began(take, self._takes)

    def _advance(self) -> None:
        """One step for every take, those of one generator together; then what goes with it."""
        begun = time.monotonic()
        moved = []
        for generator, takes in by_generator(self._takes):
            try:
                generator.advance([take.growing for take in takes])
                moved.append((generator, takes))
            except (OutOfMemory, MemoryError) as error:
                self._shrink(generator, takes, error)
            except Exception as error:  # noqa: BLE001
                self._blame(takes, error)
        for take in list(self._takes):
            self._checkpoints.keep_if_due(take)
        stepped = time.monotonic()
        self._reports.stepped(self._takes, stepped - begun)
        for generator, takes in moved:
            self._previews.render(generator, takes)
        if stepped - self._beat >= BEAT_SECONDS:
            self._beat = stepped
            self._reports.tell(self._takes)
            self._previews.make_one(self._takes)
        self._reports.beside(time.monotonic() - stepped)

    def _finish_done(self) -> None:
        # Apart from the loop, which may wait for hours: nothing of a take stays with it.
        for take in [take for take in self._takes if take.is_done]:
            if take in self._takes and not self._quitting:
                with marked(take.run.request_id):
                    self._finish(take)

    def _finish(self, take: GrowingTake) -> None:
        begun = time.monotonic()
        self._reports.saves(take, 0.0)
        try:
            audio = take.generator.finish(
                take.growing, lambda share: self._reports.saves(take, share)
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
            self._reports.saved(take, made.duration, time.monotonic() - begun)

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
            self._part_with(take)
            self._waiting.appendleft(take.run)
            self._reports.waits(take.run)
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
            self._part_with(take)
            self._previews.leave(take.run)
            take.run.preview.unlink(missing_ok=True)
        else:
            self._leave(take)
        self._reports.failed(take.run, error)

    def _leave(self, take: GrowingTake) -> None:
        if take in self._takes:
            self._part_with(take)
        self._previews.leave(take.run)
        self._checkpoints.leave(take)
        forget(take.run)

    def _part_with(self, take: GrowingTake) -> None:
        """It grows no more here; its memory is for others."""
        self._takes.remove(take)
        self._reports.left()
        take.generator.drop(take.growing)
