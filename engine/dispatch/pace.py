"""The measured pace of a place: of each model, and from one finished take to the next."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.jobs import Job, Step

__all__ = ["Pace"]

HALF_LIFE = 60.0
"""Seconds of work after which what was measured weighs half."""
ENOUGH = 1.0
"""Seconds of music before there is a figure."""


@dataclass(slots=True)
class _Measured:
    made: float = 0.0
    """Seconds of music, or takes."""
    work: float = 0.0
    since: float | None = None
    """The last look, while it is at work."""

    def look(self, now: float, *, at_work: bool) -> None:
        """Count the work since the last look, and let what was measured before fade."""
        if self.since is not None:
            passed = now - self.since
            fade = 0.5 ** (passed / HALF_LIFE)
            self.made *= fade
            self.work = self.work * fade + passed
        self.since = now if at_work else None


class Pace:
    """Music that grew over time in which it grew or was saved, newer seconds weighing more.

    Several takes that grow together count together: it is the pace at which the queue gets done.
    Loading, waiting and pauses do not count, nor does what an earlier attempt has grown.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._models: defaultdict[str, _Measured] = defaultdict(_Measured)
        self._takes = _Measured()
        self._grown: dict[str, float] = {}
        """Seconds of music that each growing job had at the last look."""

    def look(self, running: Sequence[Job]) -> None:
        """These jobs run now, and no others; look often, as each look counts what grew since."""
        now = self._clock()
        at_work = {
            job.request.model for job in running if job.step in (Step.GENERATING, Step.SAVING)
        }
        for model in {*self._models, *at_work}:
            self._models[model].look(now, at_work=model in at_work)
        self._takes.look(now, at_work=bool(at_work))
        before, self._grown = self._grown, {}
        for job in running:
            if job.step is Step.GENERATING:
                grown = self._grown[job.id] = job.progress * job.request.duration
                self._count(job, grown - before.get(job.id, grown))
            elif job.id in before:
                self._grown[job.id] = before[job.id]

    def made(self, job: Job, duration: float) -> None:
        """This job's take is done and lasts so long: count what grew since the last look.

        Not of a take that goes on from another, whose file holds what was there before.
        """
        self._takes.made += 1
        grown = self._grown.pop(job.id, None)
        if grown is not None and job.request.continue_from is None:
            self._count(job, duration - grown)

    def speed(self, model: str) -> float | None:
        """None until some music was made by this model."""
        measured = self._models.get(model)
        if measured is None or measured.made < ENOUGH or measured.work <= 0:
            return None
        return measured.made / measured.work

    @property
    def each(self) -> float | None:
        """Seconds from one finished take to the next; None until there was one."""
        return self._takes.work / self._takes.made if self._takes.made > 0 else None

    def _count(self, job: Job, seconds: float) -> None:
        self._models[job.request.model].made += max(0.0, seconds)
