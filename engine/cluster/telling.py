"""What a process tells all others of what it has done to the queue."""

from __future__ import annotations

from collections.abc import Sequence

from engine.cluster.news import Kind, News
from engine.jobs import Change, Status

__all__ = ["Telling"]


class Telling:
    """A listener of a worker's feed: jobs that begin here, end here, or go back into the queue.
    How far they are is told by ``engine.cluster.progress``."""

    def __init__(self, news: News) -> None:
        self._news = news
        self._running: set[str] = set()

    def changed(self, changes: Sequence[Change]) -> None:
        for job in (change.job for change in changes):
            runs = job.status is Status.PROCESSING
            if runs and job.id in self._running:
                continue
            if runs:
                self._running.add(job.id)
            else:
                self._running.discard(job.id)
            self._news.tell(Kind.JOBS)
