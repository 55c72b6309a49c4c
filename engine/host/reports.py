"""What the host tells of its runs: progress, the time left, saving, failure."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping, Sequence

from engine.errors import MusicError, OutOfMemory, Retriable
from engine.host.eta import Ahead, SavingCosts, StepCosts, Work, seconds_left
from engine.host.protocol import Event, Failed, Run, Stepped
from engine.host.take import GrowingTake
from engine.jobs import Failure, Step
from engine.log_context import marked

__all__ = ["Reports"]

log = logging.getLogger(__name__)


class Reports:
    """Tells of the runs, and learns from them what each model's steps and savings cost."""

    def __init__(self, send: Callable[[Event], None]) -> None:
        self._send = send
        self._costs: dict[str, StepCosts] = {}
        self._saving: dict[str, SavingCosts] = {}
        self._since: dict[GrowingTake, int] | None = None
        """The steps of each take when counting began; None: it begins after the next round."""
        self._rounds, self._seconds, self._beside = 0, 0.0, 0.0

    def began(self, take: GrowingTake, takes: Sequence[GrowingTake]) -> None:
        """This take grows from now on, among all these."""
        model, generator = take.run.request.model, take.generator
        self._costs.setdefault(model, StepCosts(generator.rehearsal))
        self._saving.setdefault(model, SavingCosts(generator.rehearsal))
        self._since = None  # its first step may read all that it had before
        self._grows(take, takes)

    def left(self) -> None:
        """One of them grows no more: what is counted from here on is of the others."""
        self._since = None

    def stepped(self, takes: Sequence[GrowingTake], seconds: float) -> None:
        """A round of steps took so long; ``takes``: those that still grow."""
        if self._since is None:
            self._count_from_here(takes)
            return
        self._rounds += 1
        self._seconds += seconds

    def beside(self, seconds: float) -> None:
        """So long took what was done after a round of steps."""
        self._beside += seconds

    def tell(self, takes: Sequence[GrowingTake]) -> None:
        """Learn from the rounds since the last time, and say how far each take is."""
        if self._since is not None:
            if list(self._since) == list(takes):
                self._learn(self._since)
            self._count_from_here(takes)
        for take in takes:
            self._grows(take, takes)

    def saves(self, take: GrowingTake, share: float) -> None:
        left = self._saving_of(take).seconds(take.run.request.duration)
        eta = None if left is None else left * (1 - share)
        self._send(Stepped(run=take.run.run, step=Step.SAVING, progress=1.0, eta=eta))

    def saved(self, take: GrowingTake, music: float, seconds: float) -> None:
        """It took so long to save so many seconds of music."""
        self._saving_of(take).note(min(music, take.run.request.duration), seconds)

    def waits(self, run: Run) -> None:
        """It is with the host, and does not grow yet, or not now."""
        self._send(Stepped(run=run.run, step=Step.QUEUED, progress=0.0))

    def failed(self, run: Run, error: Exception) -> None:
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

    # -- inside --------------------------------------------------------------------------------

    def _count_from_here(self, takes: Sequence[GrowingTake]) -> None:
        self._since = {take: take.growing.steps_done for take in takes}
        self._rounds, self._seconds, self._beside = 0, 0.0, 0.0

    def _learn(self, since: Mapping[GrowingTake, int]) -> None:
        """What steps cost, from the rounds since each take had so many."""
        by_model: dict[str, list[GrowingTake]] = {}
        for take in since:
            by_model.setdefault(take.run.request.model, []).append(take)
        for model, own in by_model.items():
            done = {take: take.growing.steps_done for take in own}
            reads = [take.growing.reading(since[take], done[take]) for take in own]
            if all(done[take] > since[take] for take in own):
                work = Work(
                    self._rounds,
                    sum(done[take] - since[take] for take in own),
                    sum(read.past for read in reads),
                    sum(read.at_once for read in reads),
                )
                self._costs[model].note(work, self._seconds, self._beside)

    def _grows(self, take: GrowingTake, takes: Sequence[GrowingTake]) -> None:
        self._send(
            Stepped(
                run=take.run.run,
                step=Step.GENERATING,
                progress=take.progress,
                eta=self._eta(take, takes),
            )
        )

    def _eta(self, take: GrowingTake, takes: Sequence[GrowingTake]) -> float | None:
        own = [other for other in takes if other.generator is take.generator]
        ahead = [Ahead(other.left, other.run.request.duration) for other in own]
        reads = [
            other.growing.reading(
                other.growing.steps_done, other.growing.steps_done + min(other.left, take.left)
            )
            for other in own
        ]
        costs = self._costs[take.run.request.model]
        return seconds_left(own.index(take), ahead, reads, costs, self._saving_of(take))

    def _saving_of(self, take: GrowingTake) -> SavingCosts:
        return self._saving[take.run.request.model]
