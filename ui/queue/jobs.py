"""All jobs there are, shown or not, and what is to be known of them together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from engine.jobs import LOCAL, Job, Status
from engine.status import EngineStatus
from ui.queue.lineage import Lineage, source_of
from ui.queue.order import Place, Places, Show, in_tab, sort_key

__all__ = ["Jobs"]


class Jobs:
    """Counted and related as they come and go, so that asking costs nothing however many there are.

    >>> jobs.note("4f…", before=None, after=job)
    >>> jobs.counts[Show.QUEUE], jobs.number(Status.FAILED)
    (1, 0)
    """

    def __init__(self, jobs: Iterable[Job] = ()) -> None:
        self._jobs = {job.id: job for job in jobs}
        every = self._jobs.values()
        self.counts = {show: sum(in_tab(job, show) for job in every) for show in Show}
        """How many each tab holds."""
        self.takes = sum(job.take is not None for job in every)
        """Takes there are."""
        self._standing = Counter(job.status for job in every)
        self._running = {job.id for job in every if _runs(job)}
        self._lineage = Lineage()
        for job in every:
            self._lineage.note(None, job)
        self._waiting: list[Job] | None = None
        self._places: Places | None = None

    def note(self, id_: str, before: Job | None, after: Job | None) -> None:
        """A job came, changed or went."""
        for show in Show:
            self.counts[show] += bool(after and in_tab(after, show))
            self.counts[show] -= bool(before and in_tab(before, show))
        self.takes += bool(after and after.take) - bool(before and before.take)
        self._lineage.note(before, after)
        for job, by in ((before, -1), (after, 1)):
            if job is not None:
                self._standing[job.status] += by
        if any(job is not None and job.status is Status.PENDING for job in (before, after)):
            self._waiting = self._places = None
        self._running.discard(id_)
        if after is None:
            self._jobs.pop(id_, None)
            return
        self._jobs[id_] = after
        if _runs(after):
            self._running.add(id_)

    def __len__(self) -> int:
        return len(self._jobs)

    def get(self, id_: str) -> Job | None:
        return self._jobs.get(id_)

    def __getitem__(self, id_: str) -> Job:
        return self._jobs[id_]

    def of(self, ids: Iterable[str]) -> list[Job]:
        """Those of these that are there still."""
        return [job for id_ in ids if (job := self._jobs.get(id_)) is not None]

    def all(self) -> Iterable[Job]:
        """Every one, in no order."""
        return self._jobs.values()

    def number(self, status: Status) -> int:
        """How many stand so."""
        return self._standing[status]

    def standing(self, status: Status) -> list[Job]:
        """Those that stand so, in no order."""
        return [job for job in self._jobs.values() if job.status is status]

    def waiting(self) -> Sequence[Job]:
        """Those that wait, in the queue's order."""
        if self._waiting is None:
            self._waiting = sorted(self.standing(Status.PENDING), key=sort_key)
        return self._waiting

    @property
    def under_way(self) -> bool:
        """Whether anything waits or runs."""
        return self.counts[Show.QUEUE] > 0

    def source(self, job: Job) -> Job | None:
        """The take that this job builds on, where it is in the library still."""
        id_ = source_of(job)
        return self._jobs.get(id_) if id_ is not None else None

    def made_from(self, job: Job) -> list[Job]:
        """What builds on this job, in the order in which it was asked for."""
        return self.of(self._lineage.made_from(job.id))

    def start_of(self, job: Job, status: EngineStatus) -> tuple[int, float | None]:
        """A waiting job's number in its place's line, and the seconds until it begins if what the
        engine measured can tell."""
        place = self._place(job)
        if place is None:
            return 0, None
        here = (each for each in self.of(self._running) if each.place == LOCAL)
        left = [running.eta_seconds for running in here]
        known = [seconds for seconds in left if seconds is not None]
        if not status.speed or (left and not known) or job.place != LOCAL:
            return place.number, None
        return place.number, min(known, default=0.0) + place.ahead / status.speed

    def _place(self, job: Job) -> Place | None:
        if self._places is None:
            self._places = Places(self.waiting())
        return self._places.get(job.id)


def _runs(job: Job) -> bool:
    return job.status is Status.PROCESSING
