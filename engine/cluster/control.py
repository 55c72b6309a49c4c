"""What an administrator asks of the workers: written down, and told at once."""

from __future__ import annotations

from collections.abc import Sequence

from engine.cluster.news import CHANNEL, Kind, words_of
from engine.cluster.queue import SharedQueue
from engine.jobs import Job
from engine.store.store import PAUSED
from engine.store.workers import Worker

__all__ = ["Control"]


class Control:
    """Of the cluster whose queue this is. Raises StorageError."""

    def __init__(self, queue: SharedQueue) -> None:
        self._queue = queue

    def workers(self) -> list[Worker]:
        """Who runs jobs, the oldest first, and who was lost not long ago."""
        return self._queue.workers.all()

    def pause(self, paused: bool) -> None:
        """Hold all that runs and waits where it is, or let it go on."""
        self._queue.store.set_setting(PAUSED, "yes" if paused else "")
        self._tell(Kind.PAUSE)

    def drain(self, worker_id: str) -> Worker:
        """Let a worker begin nothing more, and end. Raises NotFound."""
        worker = self._queue.workers.drain(worker_id)
        self._tell(Kind.DRAIN, [worker.id])
        return worker

    def requeue(self, worker_id: str) -> list[Job]:
        """Take all jobs away from a worker that is stuck, and let it begin nothing more: they wait
        again, from their checkpoints, and nothing is counted against them. Raises NotFound."""
        worker = self.drain(worker_id)
        back = self._queue.claims(worker.id).put_back(())
        self._tell(Kind.JOBS)
        self._tell(Kind.CANCEL, [job.id for job in back])  # if it can hear, it lets go of them
        return back

    def _tell(self, kind: Kind, ids: Sequence[str] = ()) -> None:
        self._queue.channel(CHANNEL).say(list(words_of(kind, ids)))
