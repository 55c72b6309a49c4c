"""Stored files that no row tells of: what attempts that came too late, or broke off, have left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from engine.errors import NotFound
from engine.jobs import utc_now
from engine.storage.base import CHECKPOINTS, MUSIC, PREVIEWS, UPLOADS, Storage
from engine.store.shared import SharedJobs
from engine.store.uploads import Uploads

__all__ = ["Orphans"]

AUDIO = (".wav", ".flac", ".mp3", ".ogg")
AT_ONCE = 200
"""Files that are looked up in one query."""


class Orphans:
    """Removes what certainly is one. Music goes only if the storage knows its job, and the store
    does too; an upload only if it says that it is this library's. What another library has put
    there, or this one before its database was lost, stays."""

    def __init__(self, hours: float, jobs: SharedJobs, uploads: Uploads, storage: Storage) -> None:
        """``hours``: so old they must be; a row may come a while after its file."""
        self._patience = timedelta(hours=hours)
        self._jobs = jobs
        self._uploads = uploads
        self._storage = storage

    async def sweep(self) -> int:
        """How many there were. Raises StorageError."""
        before = utc_now() - self._patience
        count = await self._storage.sweep(before)
        for prefix, orphans in (
            (MUSIC, self._of_music),
            (UPLOADS, self._of_uploads),
            (CHECKPOINTS, self._of_growing),
            (PREVIEWS, self._of_growing),
        ):
            old: list[str] = []
            async for stored in self._storage.list(prefix):
                if stored.modified < before:
                    old.append(stored.key)
                if len(old) == AT_ONCE:
                    count += await self._remove(orphans, old)
                    old = []
            count += await self._remove(orphans, old)
        return count

    async def _remove(
        self, orphans: Callable[[list[str]], Awaitable[list[str]]], old: list[str]
    ) -> int:
        found = await orphans(old) if old else []
        for key in found:
            await self._storage.remove(key)
        return len(found)

    async def _of_uploads(self, keys: list[str]) -> list[str]:
        ids = {key: key.rpartition("/")[2] for key in keys}
        known = self._uploads.known(ids.values())
        unknown = [key for key, upload_id in ids.items() if upload_id not in known]
        return [key for key in unknown if await self._is_of_this_library(key)]

    async def _is_of_this_library(self, key: str) -> bool:
        if not self._storage.shared:  # nobody else writes into a server's own folder
            return True
        try:
            return (await self._storage.look(key)).job == self._uploads.library
        except NotFound:
            return False

    async def _of_growing(self, keys: list[str]) -> list[str]:
        """What was kept of jobs of this library that nobody goes on from."""
        ours = {key: key.rpartition("/")[2].partition("-")[0] for key in keys}
        known = self._jobs.known_among(set(ours.values()))
        wanted = self._jobs.growing_from(keys)
        return [key for key, job_id in ours.items() if job_id in known and key not in wanted]

    async def _of_music(self, keys: list[str]) -> list[str]:
        over = [key for key in self._without_row(keys) if await self._is_ours(key)]
        # A row may have come with the end of its job; what has none now gets none any more.
        return self._without_row(over)

    def _without_row(self, keys: list[str]) -> list[str]:
        """Both kinds of names are asked for, as the files may have been moved."""
        names = {
            key: [str(p) for each in _audio(key) for p in self._storage.places(each)]
            for key in keys
        }
        known = self._jobs.known_paths([name for some in names.values() for name in some])
        return [key for key in keys if known.isdisjoint(names[key])]

    async def _is_ours(self, key: str) -> bool:
        """Whether its job is one of this library's, and is over: an open one may be about to
        get its row."""
        try:
            job_id = (await self._storage.look(key)).job
            return bool(job_id) and self._jobs.job(job_id).status.final
        except NotFound:
            return False


def _audio(key: str) -> list[str]:
    """The key, or those that the audio beside notes may have."""
    stem, dot, kind = key.rpartition(".")
    return [stem + audio for audio in AUDIO] if dot + kind == ".mid" else [key]
