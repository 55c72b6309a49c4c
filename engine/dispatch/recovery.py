"""After any end of the program: interrupted jobs, finished files without a row, and leftovers."""

from __future__ import annotations

import asyncio
import logging
import shutil
from pathlib import Path

from engine.dispatch.feed import Feed
from engine.dispatch.files import TakeFiles
from engine.jobs import Job
from engine.store.claims import Claims
from engine.store.store import Store

__all__ = ["Recovery"]

log = logging.getLogger(__name__)


class Recovery:
    """Brings rows and files together again."""

    def __init__(self, store: Store, claims: Claims, files: TakeFiles, cache: Path) -> None:
        self._store = store
        self._claims = claims
        self._files = files
        self._cache = cache
        self._no_takes: set[tuple[Path, int]] = set()  # files, as they were when last modified

    async def interrupted(self) -> int:
        """What ran when the program ended: done if its file is in place, else it waits again.

        Returns how many wait again. Call it before anything is claimed.
        """
        parts = self._files.sweep()
        shutil.rmtree(self._cache / "previews", ignore_errors=True)
        waiting = self._claims.recover()
        files = self._files.placed(waiting)
        again = 0
        for job in waiting:
            path = files.get(job.id)
            found = await asyncio.to_thread(self._files.read, job.id, path) if path else None
            if found is not None:
                self._claims.adopt(found)
            else:
                again += 1
        self._sweep()
        if parts or waiting:
            log.info("recovered %d interrupted jobs, %d parts removed", len(waiting), parts)
        return again

    def _sweep(self) -> None:
        """Checkpoints that nothing waits for, and takes of jobs that were cancelled while these
        were saved: nobody was left to remove them."""
        pending = self._store.pending_ids()
        for file in (self._cache / "checkpoints").glob("*"):
            if file.stem not in pending:
                file.unlink(missing_ok=True)
        for job in self._store.begun_in_vain():
            self._files.remove(self._files.path_for(job))

    async def unknown_files(self, feed: Feed) -> int:
        """Takes that no row tells of (a lost database, another program): back in the library.

        Runs beside a working queue; returns how many were found.
        """
        found = 0
        for job_id, path in list(self._files.unknown(self._store.known_ids())):
            job = await self._read_once(job_id, path)
            # Made a moment ago by our own host, its row on the way? Then it is known by now.
            if job is not None and not self._store.knows(job_id):
                feed.changed([self._claims.adopt(job)])
                found += 1
        return found

    async def _read_once(self, job_id: str, path: Path) -> Job | None:
        """The take in a file; one that turned out to be none is not read again as it is."""
        try:
            version = path, (await asyncio.to_thread(path.stat)).st_mtime_ns
            if version in self._no_takes:
                return None
            job = await asyncio.to_thread(self._files.read, job_id, path)
        except FileNotFoundError:  # moved away by whoever put it there
            return None
        if job is None:
            self._no_takes.add(version)
        return job

    async def old_trash(self, days: int) -> int:
        """Forget takes that were deleted this long ago, with their files; returns how many.

        The files go first: one without a row would be found, and be back in the library.
        """
        gone = []
        for job in self._store.trash(days):
            try:
                if job.take is not None:
                    await asyncio.to_thread(self._files.discard, job.take)
                gone.append(job.id)
            except OSError as error:  # another program may have it open
                log.warning("%s stays in the trash: %s", job.id, error)
        self._store.purge(gone)
        return len(gone)
