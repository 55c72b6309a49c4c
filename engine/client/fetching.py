"""Fetching a file: by ranges, on from where it broke off, and checked by length and hash.

The part is named after the file's hash, which the server tells as its ETag: so what was begun of
one file is never continued with another's bytes.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable
from pathlib import Path

import httpx

from engine.audio.atomic import in_plain_words
from engine.client.faults import fault_of_answer, strange
from engine.digests import sha256_of

__all__ = ["Fetching"]

MOST_BYTES = 2**30
"""Ten minutes of stereo at 96 kHz in 32 bits are half of it."""
_DIGEST = "[0-9a-f]{64}"
_ETAG = re.compile(f'"({_DIGEST})"')
_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})")


class Fetching:
    """One file on its way into a folder; any number of responses may bring parts of it.

    >>> fetching = Fetching(folder, "gen_4be2a7c19d03f586")
    >>> async with client.stream("GET", link, headers=fetching.headers()) as response:
    ...     path = await fetching.take(response)
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name

    def headers(self) -> dict[str, str]:
        """What to ask for, after what is here already."""
        headers = {"Accept-Encoding": "identity"}
        part = self._part()
        if part is not None and (size := part.stat().st_size):
            headers |= {"Range": f"bytes={size}-", "If-Range": f'"{part.suffix[1:]}"'}
        return headers

    async def take(self, response: httpx.Response, on_bytes: Callable[[], None]) -> Path:
        """Write what comes; the finished file, checked. Raises ServerStrange when it is not what
        was promised, ServerError for another answer, StorageError; httpx's errors pass."""
        if response.status_code == 416:
            return await self._nothing_more()
        if response.status_code not in (200, 206):
            body = await _first_bytes(response)
            raise fault_of_answer(response.status_code, response.headers, body)
        begin, size, digest = _promised(response)
        part = self._folder / f"{self._name}.{digest}"
        try:
            await asyncio.to_thread(self._only, part)
            here = part.stat().st_size if part.exists() else 0
            if begin not in (0, here):
                raise strange("another range than the one that was asked for")
            await self._write(part, response, begin, size, on_bytes)
            if await asyncio.to_thread(sha256_of, part) != digest:
                part.unlink(missing_ok=True)
                raise strange("the audio is not what its hash promises")
        except OSError as error:
            raise in_plain_words(error, self._folder) from error
        return part

    async def _nothing_more(self) -> Path:
        """There is nothing to send after what is here: all of it, if this broke off just then."""
        part = self._part()
        try:
            if part is not None and await asyncio.to_thread(sha256_of, part) == part.suffix[1:]:
                return part
            self.forget()
        except OSError as error:
            raise in_plain_words(error, self._folder) from error
        raise strange("the file became shorter")

    def forget(self) -> None:
        """Remove what is here of it."""
        for part in self._folder.glob(f"{self._name}.*"):
            part.unlink(missing_ok=True)

    def _part(self) -> Path | None:
        parts = self._folder.glob(f"{self._name}.*")
        return next((part for part in parts if re.fullmatch(_DIGEST, part.suffix[1:])), None)

    def _only(self, part: Path) -> None:
        """No other part of this name stays."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for other in self._folder.glob(f"{self._name}.*"):
            if other != part:
                other.unlink(missing_ok=True)

    async def _write(
        self,
        part: Path,
        response: httpx.Response,
        begin: int,
        size: int,
        on_bytes: Callable[[], None],
    ) -> None:
        with part.open("r+b" if begin else "wb") as file:
            file.seek(begin)
            file.truncate()
            async for chunk in response.aiter_raw():
                if file.tell() + len(chunk) > size:
                    raise strange("more bytes than were promised")
                file.write(chunk)
                on_bytes()
            if file.tell() != size:
                raise httpx.RemoteProtocolError("the file broke off")
            file.flush()
            os.fsync(file.fileno())


def _promised(response: httpx.Response) -> tuple[int, int, str]:
    """(where the bytes begin, the whole file's size, its SHA-256)."""
    headers = response.headers
    etag = _ETAG.fullmatch(headers.get("etag", ""))
    if etag is None or "content-encoding" in headers:
        raise strange("audio without its hash")
    if response.status_code == 206:
        found = _RANGE.fullmatch(headers.get("content-range", ""))
        if found is None:
            raise strange("a range that says not which")
        begin, last, size = map(int, found.groups())
        if last != size - 1:
            raise strange("another range than the one that was asked for")
    else:
        length = headers.get("content-length", "")
        if not length.isascii() or not length.isdigit():
            raise strange("audio without its length")
        begin, size = 0, int(length)
    if not 0 < size <= MOST_BYTES:
        raise strange(f"a take of {size} bytes")
    return begin, size, etag[1]


async def _first_bytes(response: httpx.Response) -> bytes:
    async for chunk in response.aiter_raw(4096):
        return chunk
    return b""
