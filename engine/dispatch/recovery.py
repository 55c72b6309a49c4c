"""After any end of the program: interrupted jobs, finished files without a row, and leftovers."""

from __future__ import annotations

import asyncio
import logging
import shutil
from dataclasses import replace
from pathlib import Path

from engine.dispatch.feed import Feed
from engine.dispatch.files import TakeFiles
from engine.errors import Retriable, StorageError
from engine.jobs import Job, utc_now
from engine.store.claims import Claims
from engine.store.store import Store

__all__ = ["Recovery"]

log = logging.getLogger(__name__)

_CLEARED = "cleared"
"""The setting that says when it was last looked at what cancelled jobs had left."""
_MARGIN = 86_400.0
"""Seconds: they may have ended by a clock that was set since."""


class Recovery:
    """Brings rows and files together again."""

    def __init__(self, store: Store, claims: Claims, files: TakeFiles, cache: Path) -> None:
        self._store = store
        self._claims = claims
        self._files = files
        self._cache = cache
        self._no_takes: set[tuple[Path, int]] = set()  # files, as they were when last modified

    async def interrupted(self) -> list[Job]:
        """What ran when the program ended: done if its file is in place, else it waits again.

        Returns finished jobs whose takes could not be kept yet. Call it before anything is
        claimed.
        """
        parts = await self._files.sweep()
        shutil.rmtree(self._cache / "previews", ignore_errors=True)
        again = self._claims.recover()
        waiting = self._store.pending_ids()
        late: list[Job] = []
        for job_id, path in self._files.placed(waiting).items():
            found = await self._read_once(job_id, path)
            if found is not None:
                row = self._store.job(job_id)
                made = replace(found, name=row.name, created_at=row.created_at, owner=row.owner)
                if late or not await self._kept(made):
                    late.append(made)
        ended = self._files.sweep_ended(waiting)
        await self._sweep(self._store.pending_ids())  # without those that were made
        if parts or again or ended:
            log.info("recovered %d interrupted jobs, %d parts removed", len(again), parts + ended)
        return late

    async def _kept(self, made: Job) -> bool:
        """Adopt a take that is made; False while it can't be put where takes are kept."""
        if made.take is None:
            return True
        try:
            self._claims.adopt(replace(made, take=await self._files.keep(made, made.take)))
        except Retriable as error:
            log.warning("%s waits again: %s", made.id, error.message)
        except StorageError as error:
            log.warning("a take waits for its storage: %s", error.message)
            return False
        except Exception:  # one take must not keep the program from starting
            log.exception("%s waits again", made.id)
            return True  # its file stays: the next start may have better luck
        self._files.kept(made.take)
        return True

    async def _sweep(self, waiting: set[str]) -> None:
        """Checkpoints that nothing waits for, and takes of jobs that were cancelled while these
        were saved: nobody was left to remove them."""
        for file in (self._cache / "checkpoints").glob("*"):
            if file.stem not in waiting:
                file.unlink(missing_ok=True)
        now = utc_now().timestamp()
        since = min(now, float(self._store.setting(_CLEARED, "0")))
        in_vain = self._store.begun_in_vain(since - _MARGIN)
        for job in in_vain:
            await self._files.clear(job)
        if in_vain:
            self._store.set_setting(_CLEARED, str(now))

    async def unknown_files(self, feed: Feed) -> int:
        """Takes that no row tells of (a lost database, another program): back in the library.

        Runs beside a working queue; returns how many were found.
        """
        found = 0
        files = self._files.ids()
        known = self._store.known_among(files)
        for job_id, path in files.items():
            if job_id in known:
                continue
            job = await self._read_once(job_id, path)
            # Made a moment ago by our own host, its row on the way? Then it is known by now.
            if job is not None and not self._store.knows(job_id) and self._adopted(job, path, feed):
                found += 1
        return found

    def _adopted(self, job: Job, path: Path, feed: Feed) -> bool:
        """False when this file alone can't be taken in. Raises StorageError, which is of all."""
        try:
            adopted = self._claims.adopt(job)
        except StorageError:
            raise
        except Exception:  # what it says of itself does not fit into a row
            log.exception("“%s” is left alone", path.name)
            return False
        feed.changed([adopted])
        return True

    async def _read_once(self, job_id: str, path: Path) -> Job | None:
        """The take in a file; one that turned out to be none is not read again as it is."""
        job = None
        try:
            version = path, (await asyncio.to_thread(path.stat)).st_mtime_ns
            if version in self._no_takes:
                return None
            job = await asyncio.to_thread(self._files.read, job_id, path)
        except FileNotFoundError:  # moved away by whoever put it there
            return None
        except OSError as error:  # which may pass
            log.warning("“%s” is left alone: %s", path.name, error)
            return None
        except Exception:  # of whichever library reads it: the others are taken in all the same
            log.exception("“%s” is left alone", path.name)
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
                    await self._files.discard(job.take)
                gone.append(job.id)
            except (OSError, StorageError) as error:  # another program may have it open
                log.warning("%s stays in the trash: %s", job.id, error)
        self._store.purge(gone)
        return len(gone)
