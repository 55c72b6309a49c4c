"""What happens in all processes, told to the feed of this one, from the rows.

It is the one source of a front's feed: what the front itself changes is told by the rows, too, so
that every follower on every front hears the same in the same order. Followers, counters and
webhooks listen as they do where one server does everything.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable

from engine.cluster.news import Kind, Note
from engine.dispatch.feed import Feed
from engine.errors import StorageError
from engine.jobs import Job, Status
from engine.store.postgresql.tail import Tail
from engine.store.records import Records

__all__ = ["Relay"]

log = logging.getLogger(__name__)

PROGRESS_SECONDS = 0.25
"""Between two reads of how far jobs are."""


class Relay:
    """A listener of the news. Its calls are on the feed's event loop."""

    def __init__(
        self, tail: Tail, rows: Records, feed: Feed, followed: Callable[[Job], bool]
    ) -> None:
        """``followed``: whether somebody here wants to hear of this job's progress. All else is
        told whoever follows."""
        self._tail = tail
        self._rows = rows
        self._feed = feed
        self._followed = followed
        self._running: dict[str, Job] = {}
        """As they were last told."""
        self._grown: dict[str, None] = {}
        self._looking: asyncio.Handle | None = None
        self._reading: asyncio.TimerHandle | None = None
        self._away = False

    def start(self) -> None:
        """Raises StorageError."""
        self._running = {job.id: job for job in self._rows.running()}

    def close(self) -> None:
        for handle in (self._looking, self._reading):
            if handle is not None:
                handle.cancel()

    def heard(self, note: Note) -> None:
        match note.kind:
            case Kind.JOBS:
                self.look()
            case Kind.LOOK:
                self.look()
                self._have_grown(self._running)
            case Kind.PROGRESS:
                self._have_grown(note.ids)

    def look(self) -> None:
        """Some row has changed, or may have: tell of it, soon."""
        if self._looking is None:
            self._looking = asyncio.get_running_loop().call_soon(self._look)

    def _look(self) -> None:
        """One part after the other, so that nobody waits long for others' news."""
        self._looking = None
        try:
            jobs = self._tail.more()
        except StorageError as error:
            self._fell_silent(error)
            return
        self._away = False
        if jobs:
            self._tell(jobs)
            self.look()

    def _have_grown(self, ids: Iterable[str]) -> None:
        known = ((each, self._running.get(each)) for each in ids)
        self._grown |= {each: None for each, job in known if job and self._followed(job)}
        if self._grown and self._reading is None:
            loop = asyncio.get_running_loop()
            self._reading = loop.call_later(PROGRESS_SECONDS, self._read)

    def _read(self) -> None:
        self._reading = None
        grown, self._grown = list(self._grown), {}
        try:
            jobs = self._rows.jobs(grown)
        except StorageError as error:
            self._fell_silent(error)
            return
        # An end is told with what else has changed, in its order.
        running = [job for job in jobs if job.status is Status.PROCESSING]
        self._tell([job for job in running if job != self._running.get(job.id)])

    def _tell(self, jobs: list[Job]) -> None:
        for job in jobs:
            if job.status is Status.PROCESSING:
                self._running[job.id] = job
            else:
                self._running.pop(job.id, None)
        self._feed.changed(jobs)

    def _fell_silent(self, error: StorageError) -> None:
        """What is not told now is told at the next look."""
        if not self._away:
            self._away = True
            log.info("changes of jobs are not told for now: %s", error.message)
