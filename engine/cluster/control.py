"""What a person tells the workers from the command line: written down, and told at once."""

from __future__ import annotations

from collections.abc import Sequence

from engine.cluster.news import CHANNEL, Kind, words_of
from engine.cluster.queue import SharedQueue
from engine.store.store import PAUSED
from engine.store.workers import Worker

__all__ = ["Control"]


class Control:
    """Of the cluster whose queue this is. Raises StorageError."""

    def __init__(self, queue: SharedQueue) -> None:
        self._queue = queue

    def pause(self, paused: bool) -> None:
        """Hold all that runs and waits where it is, or let it go on."""
        self._queue.store.set_setting(PAUSED, "yes" if paused else "")
        self._tell(Kind.PAUSE)

    def drain(self, worker_id: str) -> Worker:
        """Let a worker begin nothing more, and end. Raises NotFound."""
        worker = self._queue.workers.drain(worker_id)
        self._tell(Kind.DRAIN, [worker.id])
        return worker

    def _tell(self, kind: Kind, ids: Sequence[str] = ()) -> None:
        self._queue.channel(CHANNEL).say(list(words_of(kind, ids)))
