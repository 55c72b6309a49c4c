"""Keeping house: what has had its time goes, at the start and every hour."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path

from engine.errors import StorageError
from engine.jobs import Job, utc_now
from engine.server.settings import ServerSettings
from engine.server.takes import UPLOADS, Storage
from engine.store.shared import SharedJobs
from engine.store.uploads import Uploads

__all__ = ["Housekeeping"]

log = logging.getLogger(__name__)

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
        tell: Callable[[Sequence[Job]], None],
    ) -> None:
        """``tell`` hears of jobs whose audio is gone."""
        self._settings = settings
        self._jobs = jobs
        self._uploads = uploads
        self._storage = storage
        self._tell = tell

    async def keep(self) -> None:
        """Until it is cancelled."""
        self._temporary(older_than=0.0)  # whoever wrote them ended before this began
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
        files = self._temporary(UNFINISHED_SECONDS) + self._of_ended_jobs() + self._transcoded()
        if audio or uploads or files:
            log.info("swept: %d takes, %d uploads, %d files", audio, uploads, files)

    async def _audio(self) -> int:
        old = self._jobs.outdated(utc_now() - timedelta(days=self._settings.audio_days))
        for job in old:
            if job.take is not None:
                await self._storage.remove(self._storage.key_of(job.take.path))
                if job.take.midi_path is not None:
                    await self._storage.remove(self._storage.key_of(job.take.midi_path))
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

    def _temporary(self, older_than: float) -> int:
        """What uploads and transcodings that were broken off left behind."""
        folders = (self._storage.local(UPLOADS), self._settings.cache_folder / "transcoded")
        parts = (part for folder in folders for part in folder.glob(".*.part"))
        return _remove(part for part in parts if _age(part) >= older_than)

    def _of_ended_jobs(self) -> int:
        """Previews and checkpoints that nobody goes on from."""
        open_ids = {job.id for job in self._jobs.open()}
        cache = self._settings.cache_folder
        files = (file for kind in ("previews", "checkpoints") for file in (cache / kind).glob("*"))
        return _remove(
            file for file in files if file.stem not in open_ids and _age(file) > UNFINISHED_SECONDS
        )

    def _transcoded(self) -> int:
        files = (self._settings.cache_folder / "transcoded").glob("[!.]*")
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
