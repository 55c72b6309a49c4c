"""Keeping house: what has had its time goes, at the start and every hour."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from engine.errors import NotFound, StorageError
from engine.jobs import Job, utc_now
from engine.server.settings import ServerSettings
from engine.storage.base import Storage
from engine.storage.orphans import Orphans
from engine.store.shared import SharedJobs
from engine.store.uploads import Uploads

__all__ = ["Housekeeping"]

log = logging.getLogger(__name__)

TRANSCODED, FETCHED = "transcoded", "fetched"
"""Folders of the cache."""
DAY = timedelta(days=1)
UNFINISHED_SECONDS = 3600.0
"""A temporary file this old belongs to nobody who still writes it."""


class Housekeeping:
    """Files go first, then their rows: a file without a row would stay for ever."""

    def __init__(
        self,
        settings: ServerSettings,
        jobs: SharedJobs,
        uploads: Uploads,
        storage: Storage,
        outgoing: Path,
        tell: Callable[[Sequence[Job]], None],
    ) -> None:
        """``outgoing``: the folder of what is on its way to the storage; ``tell`` hears of jobs
        whose audio is gone."""
        self._settings = settings
        self._jobs = jobs
        self._uploads = uploads
        self._storage = storage
        self._outgoing = outgoing
        self._orphans = Orphans(settings.orphan_hours, jobs, uploads, storage)
        self._tell = tell

    async def keep(self) -> None:
        """Until it is cancelled."""
        self._temporary(self._transcodings, older_than=0.0)  # whoever wrote them ended before
        while True:
            try:
                await self.sweep()
            except (StorageError, OSError) as error:
                log.warning("the sweep is put off: %s", error)
            await asyncio.sleep(self._settings.sweep_seconds)

    async def sweep(self) -> None:
        """Once."""
        audio = await self._audio() if self._settings.audio_days else 0
        uploads = await self._unused_uploads()
        self._jobs.forget_repeats(utc_now() - DAY)
        files = sum(
            self._temporary(folder, UNFINISHED_SECONDS)
            for folder in (self._outgoing, self._transcodings)
        )
        files += self._of_ended_jobs() + self._not_asked_for()
        orphans = await self._orphans.sweep()
        if audio or uploads or files or orphans:
            log.info(
                "swept: %d takes, %d uploads, %d files, %d orphans", audio, uploads, files, orphans
            )

    async def _audio(self) -> int:
        old = self._jobs.outdated(utc_now() - timedelta(days=self._settings.audio_days))
        for job in old:
            for place in (job.take.path, job.take.midi_path) if job.take else ():
                with suppress(NotFound):  # it lies elsewhere, where nothing is ours to remove
                    if place is not None:
                        await self._storage.remove(self._storage.key_of(place))
        if old:
            self._tell(self._jobs.forget_takes(old))
        return len(old)

    async def _unused_uploads(self) -> int:
        wanted = {
            source
            for job in self._jobs.open()
            for source in (job.request.melody, job.request.continue_from)
        }
        since = utc_now() - timedelta(hours=self._settings.upload_unused_hours)
        unused = [each for each in self._uploads.unused_since(since) if each.id not in wanted]
        for upload in unused:
            await self._storage.remove(upload.key)
        self._uploads.forget([upload.id for upload in unused])
        return len(unused)

    @property
    def _transcodings(self) -> Path:
        return self._settings.cache_folder / TRANSCODED

    def _temporary(self, folder: Path, older_than: float) -> int:
        """What was broken off on its way."""
        return _remove(part for part in folder.glob(".*.part") if _age(part) >= older_than)

    def _of_ended_jobs(self) -> int:
        """Previews and checkpoints that nobody goes on from, and takes that nobody stores."""
        open_ids = {job.id for job in self._jobs.open()}
        cache = self._settings.cache_folder
        folders = (cache / "previews", cache / "checkpoints", self._outgoing)
        files = (file for folder in folders for file in folder.glob("gen_*"))
        return _remove(
            file
            for file in files
            if file.stem.partition("-")[0] not in open_ids and _age(file) > UNFINISHED_SECONDS
        )

    def _not_asked_for(self) -> int:
        """Copies of takes: transcoded, or fetched from the storage."""
        fetched = self._settings.cache_folder / FETCHED
        files = (*self._transcodings.glob("[!.]*"), *fetched.glob("*/[!.]*"))
        return _remove(file for file in files if _age(file) > DAY.total_seconds())


def _age(file: Path) -> float:
    """Seconds since it was written; 0 for what is gone already."""
    try:
        return max(0.0, time.time() - file.stat().st_mtime)
    except OSError:
        return 0.0


def _remove(files: Iterable[Path]) -> int:
    count = 0
    for file in files:
        file.unlink(missing_ok=True)
        count += 1
    return count
