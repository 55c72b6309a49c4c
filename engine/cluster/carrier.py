"""Files of growing takes on their way to the storage: checkpoints, and previews.

Each has one file that is written anew again and again, and only the newest is worth anything: one
at a time goes up, and what comes meanwhile replaces what waits. None of it may cost a take, nor
hold up those that are done.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from engine.audio.atomic import linked
from engine.digests import sha256_of
from engine.errors import MusicError, StorageError
from engine.storage.base import Storage

__all__ = ["Carrier"]

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Load:
    """What one attempt has there."""

    job_id: str
    there: list[str]
    """Keys of its files, the newest last."""
    newest: Path | None = None
    """What is to follow."""
    sure: str | None = None
    """The key that the row names for certain: whoever goes on needs it."""
    count: int = 0
    task: asyncio.Task[None] | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Nothing follows any more."""


class Carrier:
    """Carries files of one kind: ``begin`` an attempt, ``carry`` its file as often as it changes,
    and ``leave`` what is there then for who goes on, or for who discards it."""

    def __init__(
        self,
        storage: Storage,
        prefix: str,
        suffix: str,
        *,
        leaving: Path,
        written: Callable[[str, str, str], bool],
        pause: float,
        at_once: int,
        stay: int = 1,
    ) -> None:
        """``leaving``: a folder for what is under way; ``written``: writes (job, token, key) into
        the job's row, False if the attempt is not the job's any more; ``pause``: seconds between
        two files of one attempt; ``at_once``: so many travel together; ``stay``: so many of an
        attempt's stay there, as somebody may be reading an earlier one."""
        self._storage = storage
        self._prefix, self._suffix = prefix, suffix
        self._leaving = leaving
        self._written = written
        self._pause = pause
        self._stay = stay
        self._room = asyncio.Semaphore(at_once)
        self._loads: dict[str, _Load] = {}

    def begin(self, job_id: str, token: str, key: str | None) -> None:
        """``key``: what an earlier attempt has left there."""
        self._loads[token] = _Load(job_id, [] if key is None else [key], sure=key)

    def carry(self, token: str, file: Path) -> None:
        """Its newest file; soon."""
        load = self._loads.get(token)
        if load is not None:
            load.newest = file
            if load.task is None:
                load.task = asyncio.create_task(self._work(token, load))

    async def leave(self, token: str, last: Path | None = None) -> None:
        """Nothing follows any more but the ``last`` file, if one is given."""
        load = self._loads.pop(token, None)
        if load is None:
            return
        load.newest = None
        load.over.set()
        if load.task is not None:
            await load.task  # what is under way arrives, or nobody would know of it
        if last is not None:
            await self._try(token, load, last)
        await self._clear(load, 1)

    async def close(self) -> None:
        await asyncio.gather(*(self.leave(token) for token in list(self._loads)))

    async def _work(self, token: str, load: _Load) -> None:
        try:
            while load.newest is not None:
                file, load.newest = load.newest, None
                await self._try(token, load, file)
                with suppress(TimeoutError):
                    await asyncio.wait_for(load.over.wait(), self._pause)
        finally:
            load.task = None

    async def _try(self, token: str, load: _Load, file: Path) -> None:
        try:
            await self._move(token, load, file)
        except (MusicError, OSError) as error:  # the next one may be; or the take is done
            log.info("%s of %s is not stored: %s", self._prefix, load.job_id, error)

    async def _move(self, token: str, load: _Load, file: Path) -> None:
        """Up, then into the row, and only then the ones before can go."""
        async with self._room:
            load.count += 1
            name = f"{load.job_id}-{token[:12]}-{load.count}.{self._suffix}"
            copy, key = self._leaving / name, f"{self._prefix}/{name}"
            try:
                digest = await asyncio.to_thread(_set_apart, file, copy)
                await self._storage.put(copy, key, sha256=digest, job=load.job_id)
            finally:
                copy.unlink(missing_ok=True)
            load.there.append(key)
            if self._written(load.job_id, token, key):  # if it raises, that is done or not
                load.sure = key
            else:
                load.there.remove(key)
                await self._forget(key)
            await self._clear(load, self._stay)

    async def _clear(self, load: _Load, stay: int) -> None:
        """Which of them the row names is certain only once the newest is written there."""
        while load.there[-1:] == [load.sure] and len(load.there) > stay:
            await self._forget(load.there.pop(0))

    async def _forget(self, key: str) -> None:
        try:
            await self._storage.remove(key)
        except StorageError as error:
            log.info("%s stays until the sweep: %s", key, error.message)


def _set_apart(file: Path, copy: Path) -> str:
    """A name of its own for what is there now, and its digest: the file will be replaced."""
    linked(file, copy)
    return sha256_of(copy)
