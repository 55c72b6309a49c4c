"""Keeping house: what has had its time goes, at the start and every hour."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Protocol

from engine.errors import NotFound, StorageError
from engine.jobs import Job, utc_now
from engine.server.settings import ServerSettings
from engine.server.webhooks import REMEMBERED
from engine.storage.base import Storage
from engine.storage.leftovers import DAY, Leftovers
from engine.storage.orphans import Orphans
from engine.store.calls import Calls
from engine.store.shared import SharedJobs
from engine.store.uploads import Uploads

__all__ = ["Housekeeping"]

log = logging.getLogger(__name__)


class Chores(Protocol):
    """Who of several servers does what is to be done once."""

    def mine(self, what: str, seconds: float) -> bool:
        """Whether it is this one's turn: nobody has had one in the last so many seconds."""
        ...


class Housekeeping:
    """Files go first, then their rows: a file without a row would stay for ever."""

    def __init__(
        self,
        settings: ServerSettings,
        jobs: SharedJobs,
        uploads: Uploads,
        calls: Calls,
        storage: Storage,
        leftovers: Leftovers,
        tell: Callable[[Sequence[Job]], None],
        chores: Chores | None = None,
    ) -> None:
        """``tell`` hears of jobs whose audio is gone; ``chores``: of several servers on one
        database, None where there is one."""
        self._settings = settings
        self._jobs = jobs
        self._uploads = uploads
        self._calls = calls
        self._storage = storage
        self._leftovers = leftovers
        self._chores = chores
        self._orphans = Orphans(settings.orphan_hours, jobs, uploads, storage)
        self._tell = tell

    async def keep(self) -> None:
        """Until it is cancelled."""
        self._leftovers.of_the_last_run()
        while True:
            try:
                await self.sweep()
            except (StorageError, OSError) as error:
                log.warning("the sweep is put off: %s", error)
            await asyncio.sleep(self._settings.sweep_seconds)

    async def sweep(self) -> None:
        """Once: what is this server's own, and what all share if it is this one's turn."""
        files = self._leftovers.sweep(self._jobs.open_ids())
        if files:
            log.info("swept: %d files", files)
        # A little early, or a server alone would find each other turn taken by itself.
        if self._chores is None or self._chores.mine("sweep", 0.9 * self._settings.sweep_seconds):
            await self._shared()

    async def _shared(self) -> None:
        audio = await self._audio() if self._settings.audio_days else 0
        uploads = await self._unused_uploads()
        self._jobs.forget_repeats(utc_now() - DAY)
        self._calls.forget(utc_now() - REMEMBERED)
        orphans = await self._orphans.sweep()
        if audio or uploads or orphans:
            log.info("swept: %d takes, %d uploads, %d orphans", audio, uploads, orphans)

    async def _audio(self) -> int:
        before = utc_now() - timedelta(days=self._settings.audio_days)
        gone = []
        for known in self._jobs.outdated(before):
            # As it is now: while others went somebody may have marked it to be kept, or have asked
            # for a take that is to be made from it.
            for job in self._jobs.outdated(before, among=[known.id]):
                if not self._jobs.builds_on(job.id):
                    await self._remove(job)
                    gone.append(job)
        if gone:
            self._tell(self._jobs.forget_takes(gone))
        return len(gone)

    async def _remove(self, job: Job) -> None:
        """The files of its take."""
        for place in (job.take.path, job.take.midi_path) if job.take else ():
            with suppress(NotFound):  # it lies elsewhere, where nothing is ours to remove
                if place is not None:
                    await self._storage.remove(self._storage.key_of(place))

    async def _unused_uploads(self) -> int:
        since = utc_now() - timedelta(hours=self._settings.upload_unused_hours)
        old = self._uploads.unused_since(since)
        if not old:
            return 0
        wanted = {
            source
            for job in self._jobs.open()
            for source in (job.request.melody, job.request.continue_from)
        }
        unused = [each for each in old if each.id not in wanted]
        # The rows first: nobody may name an upload any more once its file goes. A file that stays
        # is an orphan. Who was named just now, at another server perhaps, has its row still.
        gone = self._uploads.forget_unused([upload.id for upload in unused], since)
        for upload in unused:
            if upload.id in gone:
                await self._storage.remove(upload.key)
        return len(gone)
