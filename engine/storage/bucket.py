"""A storage that is an S3 bucket, on any server that speaks S3.

boto3 waits while it works, so it works in threads of its own: a few for whole files, more for
blocks and questions, so that uploads that hang keep nobody from listening.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from boto3.s3.transfer import TransferConfig

from engine.audio.atomic import replacing
from engine.digests import sha256_of
from engine.errors import Retriable, StorageError
from engine.storage.address import BucketAddress
from engine.storage.base import (
    Places,
    Reader,
    Stored,
    checked,
)
from engine.storage.copies import check_room_for
from engine.storage.faults import away, in_bucket_words
from engine.storage.session import Clients
from engine.storage.threads import PatientThreads
from engine.storage.upkeep import prove, sweep
from engine.storage.wholeness import is_whole

__all__ = ["BucketStorage"]

log = logging.getLogger(__name__)

T = TypeVar("T")

WHOLE_FILES_AT_ONCE = 4
BLOCKS_AT_ONCE = 16
ANSWER_SECONDS = 12.0
"""After which a block or a question is given up, whatever boto3 still tries."""
IN_PARTS = TransferConfig(
    multipart_threshold=16 * 2**20, multipart_chunksize=16 * 2**20, use_threads=False
)
"""Longer files go up in parts, so that a break costs one of them; s3transfer aborts what fails."""
ALWAYS_TOLD = frozenset({"ContentLength", "ETag", "LastModified"})  # of an object


class BucketStorage(Places):
    """Keys are names in it, after its prefix. Implements ``Storage``."""

    block = 2**20
    shared = True

    def __init__(
        self, address: BucketAddress, clients: Clients, *, cache: Path, before: Path, floor: int
    ) -> None:
        """``cache``: where fetched files lie for a while, and leave ``floor`` bytes free;
        ``before``: the folder whose files may have been moved here."""
        super().__init__(before, whole=False)
        self.address = address
        self._cache = cache
        self._floor = floor
        self._clients = clients
        self._files = PatientThreads(WHOLE_FILES_AT_ONCE, "bucket files")
        self._blocks = PatientThreads(BLOCKS_AT_ONCE, "bucket blocks")
        self._fetching: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """A lock for each key as long as somebody has it, or waits for it."""

    # -- whole files -------------------------------------------------------------------------

    async def put(self, file: Path, key: str, *, sha256: str, job: str = "") -> None:
        """Raises Retriable when the file is not any more what it was."""
        await self._in(self._files, self._put, file, checked(key), sha256, job)

    def _put(self, file: Path, key: str, sha256: str, job: str) -> None:
        if sha256_of(file) != sha256:
            raise Retriable("The take was damaged before it could be stored.")
        named = self._named(key)
        # boto3 signs the digest of each part, so the bucket refuses what changed on its way.
        self._clients.patient.upload_file(
            str(file),
            named["Bucket"],
            named["Key"],
            ExtraArgs={"Metadata": {"sha256": sha256, "job": job}},
            Config=IN_PARTS,
        )
        there = self._head(self._clients.patient, key)
        size = file.stat().st_size
        if there["ContentLength"] != size or there["Metadata"].get("sha256") != sha256:
            detail = f"{there['ContentLength']} of {size} bytes"
            raise StorageError("The bucket does not hold what was sent to it.", detail=detail)

    def at_hand(self, key: str) -> Path | None:
        path = self._cached(key)
        return path if path.is_file() else None

    async def fetch(self, key: str) -> Path:
        path = self._cached(key)
        lock = self._fetching.setdefault(key, asyncio.Lock())
        async with lock:  # wanted twice at once, it comes once
            if path.is_file():
                os.utime(path)  # it stays a while longer
            else:
                await self._in(self._files, self._fetch, key, path)
        return path

    def _fetch(self, key: str, path: Path) -> None:
        client, named = self._clients.patient, self._named(key)
        told = self._head(client, key)
        check_room_for(told["ContentLength"], self._cache, self._floor)
        with replacing(path) as part:
            with part.open("wb") as file:
                client.download_fileobj(named["Bucket"], named["Key"], file, Config=IN_PARTS)
            if not is_whole(part, told):
                raise StorageError("The bucket gave another file than the one that it got.")

    async def remove(self, key: str) -> None:
        named = self._named(key)
        await self._quickly(lambda: self._clients.quick.delete_object(**named))
        self._cached(key).unlink(missing_ok=True)

    # -- blocks and questions ----------------------------------------------------------------

    async def look(self, key: str) -> Stored:
        found = await self._quickly(lambda: self._head(self._clients.quick, key))
        size, modified = found["ContentLength"], found["LastModified"]
        return Stored(key, size, modified, found["Metadata"].get("job", ""))

    @asynccontextmanager
    async def open(self, stored: Stored) -> AsyncIterator[Reader]:
        yield _Blocks(self, stored)

    async def part(self, stored: Stored, start: int, end: int) -> bytes:
        """The bytes from ``start`` to before ``end``."""

        def read() -> bytes:
            asked = f"bytes={start}-{end - 1}"
            answer = self._clients.quick.get_object(**self._named(stored.key), Range=asked)
            with answer["Body"] as body:
                data: bytes = body.read()
            return data

        data = await self._quickly(read)
        if len(data) != end - start:
            raise away("The bucket gave less than there is.", f"{len(data)} of {end - start} bytes")
        return data

    async def list(self, prefix: str) -> AsyncIterator[Stored]:
        asked: dict[str, Any] = {
            "Bucket": self.address.bucket,
            "Prefix": self.address.name(checked(prefix)) + "/",
        }
        more = True
        while more:
            page = await self._quickly(lambda: self._clients.quick.list_objects_v2(**asked))
            for each in page.get("Contents", ()):
                key = self.address.key(each["Key"])
                yield Stored(key, each["Size"], each["LastModified"])
            more = page["IsTruncated"]
            asked["ContinuationToken"] = page.get("NextContinuationToken")

    async def sweep(self, before: datetime) -> int:
        work = partial(sweep, self._clients.patient, self.address, before)
        return await self._in(self._files, work)

    async def check(self) -> None:
        await self._quickly(lambda: self._clients.quick.head_bucket(Bucket=self.address.bucket))

    async def prove(self) -> None:
        asked = {"Bucket": self.address.bucket, "Prefix": self.address.prefix, "MaxKeys": 1}
        # First, as its refusal has words: an answer to HEAD has none.
        await self._quickly(lambda: self._clients.quick.list_objects_v2(**asked))
        await self._in(self._files, partial(prove, self._clients.patient, self.address))

    async def close(self) -> None:
        for pool in (self._files, self._blocks):
            pool.close()
        self._clients.close()

    # -- inside ------------------------------------------------------------------------------

    def _named(self, key: str) -> dict[str, str]:
        return {"Bucket": self.address.bucket, "Key": self.address.name(checked(key))}

    def _head(self, client: Any, key: str) -> dict[str, Any]:
        """What the bucket says of it. Headers that break off are whole ones to Python's HTTP."""
        told: dict[str, Any] = client.head_object(**self._named(key))
        if missing := ALWAYS_TOLD - told.keys():
            raise away("The bucket's answer broke off.", f"without {', '.join(sorted(missing))}")
        return told

    def _cached(self, key: str) -> Path:
        return self._cache.joinpath(*checked(key).split("/"))

    async def _quickly(self, work: Callable[[], T]) -> T:
        """In a thread for short things, which answers soon or is given up."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._in(self._blocks, work)
        except TimeoutError as error:
            raise away("The bucket does not answer in time.", self.address.url) from error

    async def _in(self, pool: Executor, work: Callable[..., T], *given: Any) -> T:
        def translated() -> T:
            with in_bucket_words(self.address, self._clients.endpoint):
                return work(*given)

        return await asyncio.get_running_loop().run_in_executor(pool, translated)


class _Blocks:
    """Reads each block by a request of its own. So a listener who pauses holds no connection to
    the bucket, and one that breaks costs a block."""

    def __init__(self, storage: BucketStorage, stored: Stored) -> None:
        self._storage = storage
        self._stored = stored
        self._at = 0

    async def seek(self, offset: int) -> int:
        self._at = offset
        return offset

    async def read(self, size: int) -> bytes:
        start, end = self._at, min(self._at + size, self._stored.size)
        if start >= end:
            return b""
        data = await self._storage.part(self._stored, start, end)
        self._at = end
        return data
