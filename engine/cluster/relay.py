"""What happens in all processes, told to the feed of this one, from the rows.

It is the one source of a front's feed: what the front itself changes is told by the rows, too, so
that every follower on every front hears the same in the same order. Followers, counters and
webhooks listen as they do where one server does everything.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from functools import partial

from engine.cluster.aside import Aside
from engine.cluster.news import Kind, Note
from engine.dispatch.feed import Feed
from engine.errors import StorageError
from engine.jobs import Job, Status
from engine.store.postgresql.tail import Tail
from engine.store.records import Records
from engine.tasks import Tasks

__all__ = ["Relay"]

log = logging.getLogger(__name__)

PROGRESS_SECONDS = 0.25
"""Between two reads of how far jobs are."""


class Relay:
    """A listener of the news. Its calls are on the feed's event loop, and rows are read aside: a
    database that is away holds nobody up."""

    def __init__(
        self,
        tail: Tail,
        rows: Records,
        feed: Feed,
        aside: Aside,
        followed: Callable[[Job], bool],
    ) -> None:
        """``followed``: whether somebody here wants to hear of this job's progress. All else is
        told whoever follows."""
        self._tail = tail
        self._rows = rows
        self._feed = feed
        self._aside = aside
        self._followed = followed
        self._running: dict[str, Job] = {}
        """As they were last told."""
        self._grown: dict[str, None] = {}
        self._changed = False
        """Since the last look, or it may have."""
        self._reading: asyncio.TimerHandle | None = None
        self._telling = Tasks(log, "telling what has changed")
        self._turn = asyncio.Lock()
        """What was read first is told first: nothing of a job comes after its end."""
        self._away = False

    def start(self) -> None:
        """Raises StorageError."""
        self._running = {job.id: job for job in self._rows.running()}

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self._telling.cancel()
        await self._telling.ended()

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
        if not self._changed:
            self._changed = True
            self._telling.begin(self._look())

    async def all_told(self) -> None:
        """Until what was read is told: who looks at the rows himself then, and listens from there
        on, hears nothing that is older than what he saw."""
        async with self._turn:
            return

    async def _look(self) -> None:
        """One part after the other, so that nobody waits long for others' news."""
        behind = True
        while behind:
            async with self._turn:
                self._changed = False
                try:
                    jobs = await self._aside.do(self._tail.more)
                except StorageError as error:
                    self._fell_silent(error)
                    return
                self._away = False
                behind = self._tail.behind
                self._tell(jobs)

    def _have_grown(self, ids: Iterable[str]) -> None:
        known = ((each, self._running.get(each)) for each in ids)
        self._grown |= {each: None for each, job in known if job and self._followed(job)}
        if self._grown and self._reading is None:
            loop = asyncio.get_running_loop()
            self._reading = loop.call_later(PROGRESS_SECONDS, self._read_soon)

    def _read_soon(self) -> None:
        self._reading = None
        self._telling.begin(self._read())

    async def _read(self) -> None:
        async with self._turn:
            grown, self._grown = list(self._grown), {}
            try:
                jobs = await self._aside.do(partial(self._rows.jobs, grown))
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
        if jobs:
            self._feed.changed(jobs)

    def _fell_silent(self, error: StorageError) -> None:
        """What is not told now is told at the next look."""
        if not self._away:
            self._away = True
            log.info("changes of jobs are not told for now: %s", error.message)
