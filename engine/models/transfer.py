"""One file from the hub to the disk: goes on from what is here, through broken connections, and
ends only when every byte is what the hub says."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

import httpx2

from engine.dispatch.retry import RetryPolicy
from engine.errors import DownloadDamaged, HubBusy
from engine.models.folder import size_of
from engine.models.hub import BROKEN, Hub
from engine.models.hub_errors import in_plain_words
from engine.models.manifest import HubFile, Manifest
from engine.models.progress import Meter, Phase

__all__ = ["Transfer", "is_whole"]

BLOCK = 2**23
"""Bytes read at once to check a file: some milliseconds of work."""


async def is_whole(path: Path, file: HubFile, meter: Meter) -> bool:
    """Whether the file at ``path`` is ``file`` to the last bit; the meter then has found it."""
    if size_of(path) != file.size:
        return False
    hasher = file.hasher()
    with path.open("rb") as data:
        async for block in _blocks(data, meter):
            hasher.update(block)
    whole = file.matches(hasher)
    if whole:
        meter.found(file.size)
    return whole


async def _blocks(data: BinaryIO, meter: Meter) -> AsyncIterator[bytes]:
    """All of a file, with room in between for a cancel to get through."""
    data.seek(0)
    while block := data.read(BLOCK):
        meter.phase = Phase.CHECKING
        yield block
        await asyncio.sleep(0)


class Transfer:
    """Fills one part. Whatever stops it, the part stays, for the next one to go on from."""

    def __init__(
        self, hub: Hub, manifest: Manifest, file: HubFile, meter: Meter, policy: RetryPolicy
    ) -> None:
        self._hub = hub
        self._manifest = manifest
        self._file = file
        self._meter = meter
        self._policy = policy
        self._begin()

    async def into(self, part: Path) -> None:
        """Bring ``part`` to the whole file; one that turns out damaged is begun again, once.

        Raises HubUnreachable or HubBusy when trying again did not help, HubRefused,
        DownloadDamaged, OSError.
        """
        if not await self._fill(part) and not await self._fill(part):
            raise DownloadDamaged(
                f"“{self._file.path}” of “{self._manifest.repo}” arrived damaged twice.",
                hint="Try again later, or from another network.",
            )

    async def _fill(self, part: Path) -> bool:
        """Whether the file is whole now; if not, the part is empty."""
        with part.open("a+b") as data:
            await self._take_stock(data)
            failures = 0
            while self._have < self._file.size:
                before = self._have
                try:
                    await self._append(data)
                except (*BROKEN, HubBusy) as error:
                    failures = 0 if self._have > before else failures
                    await self._wait(error, failures)
                    failures += 1
            whole = self._have == self._file.size and self._file.matches(self._hasher)
            if not whole:
                data.truncate(0)
                self._meter.found(-self._have)
            data.flush()
            await asyncio.to_thread(os.fsync, data.fileno())
        return whole

    async def _take_stock(self, data: BinaryIO) -> None:
        """Read what is here already; leaves ``data`` at its end."""
        self._begin()
        async for block in _blocks(data, self._meter):
            self._hasher.update(block)
            self._have += len(block)
            self._meter.found(len(block))

    async def _append(self, data: BinaryIO) -> None:
        """Read from the hub until the file ends. Raises one of BROKEN, HubBusy, HubRefused."""
        async with self._hub.body(self._manifest, self._file, self._have) as (start, chunks):
            if start != self._have:  # a hub without ranges
                data.truncate(start)
                self._meter.found(-self._have)
                self._begin()
            self._meter.phase = Phase.DOWNLOADING
            async for chunk in chunks:
                data.write(chunk)
                self._hasher.update(chunk)
                self._have += len(chunk)
                self._meter.arrived(len(chunk))
                if self._have > self._file.size:
                    return  # more than was promised
        if self._have < self._file.size:
            raise httpx2.RemoteProtocolError("the body ended early")

    async def _wait(self, error: Exception, failures: int) -> None:
        """Until it may be tried again; raises ``error`` in plain words when it was too often."""
        if not self._policy.allows(failures):
            if isinstance(error, HubBusy):
                raise error
            raise in_plain_words(error, self._manifest.repo) from error
        self._meter.phase = Phase.WAITING
        await asyncio.sleep(self._policy.wait(failures))

    def _begin(self) -> None:
        self._have = 0
        self._hasher = self._file.hasher()
