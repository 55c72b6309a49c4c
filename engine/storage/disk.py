"""A storage that is a folder of this computer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import anyio

from engine.audio.atomic import in_plain_words, linked
from engine.errors import NotFound
from engine.storage.base import MUSIC, UPLOADS, Places, Reader, Stored

__all__ = ["DiskStorage", "reading"]

_GONE = "This file is not here any more."


class DiskStorage(Places):
    """Keys are paths in it. Implements ``Storage``."""

    block = 256 * 1024
    shared = False  # its folder is locked by who has it open

    def __init__(self, root: Path) -> None:
        super().__init__(root, whole=True)

    async def put(self, file: Path, key: str, *, sha256: str, job: str = "") -> None:  # noqa: ARG002
        # One name more for the same bytes, which are on the disk already: nothing to compare.
        await asyncio.to_thread(linked, file, self._path(key))

    async def look(self, key: str) -> Stored:
        try:
            stat = await asyncio.to_thread(self._path(key).stat)
        except OSError as error:
            raise NotFound(_GONE) from error
        return Stored(key, stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))

    def open(self, stored: Stored) -> AbstractAsyncContextManager[Reader]:
        return reading(self._path(stored.key))

    def at_hand(self, key: str) -> Path | None:
        path = self._path(key)
        return path if path.is_file() else None

    async def fetch(self, key: str) -> Path:
        found = self.at_hand(key)
        if found is None:
            raise NotFound(_GONE)
        return found

    async def remove(self, key: str) -> None:
        path = self._path(key)
        try:
            await asyncio.to_thread(path.unlink, missing_ok=True)
        except OSError as error:
            raise in_plain_words(error, path.parent) from error

    async def list(self, prefix: str) -> AsyncIterator[Stored]:
        for path in await asyncio.to_thread(lambda: sorted(self._path(prefix).glob("[!.]*"))):
            try:
                yield await self.look(self.key_of(path))
            except NotFound:  # gone meanwhile
                continue

    async def sweep(self, before: datetime) -> int:
        return await asyncio.to_thread(self._sweep, before.timestamp())

    def _sweep(self, before: float) -> int:
        count = 0
        for folder in (MUSIC, UPLOADS):
            for part in self._path(folder).glob(".*.part"):
                try:
                    # By both times: a link has the file's own age, and was made just now.
                    stat = part.stat()
                    if max(stat.st_mtime, stat.st_ctime) < before:
                        part.unlink()
                        count += 1
                except FileNotFoundError:
                    continue
        return count

    async def prove(self) -> None:
        """That the folder is there; a full disk is no reason not to start."""
        try:
            await asyncio.to_thread(self._root.mkdir, parents=True, exist_ok=True)
        except OSError as error:
            raise in_plain_words(error, self._root) from error

    async def check(self) -> None:
        """The disk has a check of its own, of its room."""

    async def close(self) -> None:
        """Nothing is open."""

    def _path(self, key: str) -> Path:
        return self.places(key)[0]


@asynccontextmanager
async def reading(path: Path) -> AsyncIterator[anyio.AsyncFile[bytes]]:
    """A file of this computer. Raises NotFound."""
    try:
        file = await anyio.open_file(path, "rb")
    except FileNotFoundError as error:
        raise NotFound(_GONE) from error
    try:
        yield file
    finally:
        with anyio.CancelScope(shield=True):  # also when the listener has left
            await file.aclose()
