"""What the host tells of its runs: progress, the time left, saving, failure."""

from __future__ import annotations

import logging
import time
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

REPORT_SECONDS = 0.25
"""Between two reports of one run's progress."""


class Reports:
    """Tells of the runs, and learns from them what each model's steps and savings cost."""

    def __init__(self, send: Callable[[Event], None]) -> None:
        self._send = send
        self._costs: dict[str, StepCosts] = {}
        self._saving: dict[str, SavingCosts] = {}
        self._fresh: set[GrowingTake] = set()
        """Takes before their first step here, which may read all that they had before."""

    def began(self, take: GrowingTake, takes: Sequence[GrowingTake]) -> None:
        """This take grows from now on, among all these."""
        model, generator = take.run.request.model, take.generator
        self._costs.setdefault(model, StepCosts(generator.rendering or 0.0))
        self._saving.setdefault(model, SavingCosts(generator.finishing))
        self._fresh.add(take)
        self._grows(take, takes, time.monotonic())

    def tell_due(self, takes: Sequence[GrowingTake]) -> None:
        """How far those are that were not told of lately."""
        now = time.monotonic()
        for take in takes:
            if now - take.reported >= REPORT_SECONDS:
                self._grows(take, takes, now)

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

    def measure(
        self,
        done: Mapping[GrowingTake, int],
        takes: Sequence[GrowingTake],
        seconds: float,
        beside: float,
    ) -> None:
        """Learn from a round what steps cost, and what is done ``beside`` them; ``done``: the
        steps of each take before it; ``takes``: those that still grow after it."""
        fresh, self._fresh = self._fresh, set()
        by_model: dict[str, list[GrowingTake]] = {}
        for take in done:
            by_model.setdefault(take.run.request.model, []).append(take)
        for model, own in by_model.items():
            moved = [take for take in own if take.growing.steps_done > done[take]]
            if moved and all(take in takes and take not in fresh for take in own):
                read = sum(
                    take.growing.reading(done[take], take.growing.steps_done) for take in moved
                )
                self._costs[model].note(Work(1, len(moved), read), seconds, beside)

    # -- inside --------------------------------------------------------------------------------

    def _grows(self, take: GrowingTake, takes: Sequence[GrowingTake], now: float) -> None:
        take.reported = now
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
