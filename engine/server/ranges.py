"""Audio as a response, in whole or in ranges, after RFC 9110."""

from __future__ import annotations

import logging
import os
import re
import stat
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import FileResponse, Response
from starlette.types import Message, Receive, Scope, Send

from engine.errors import MusicError, NotFound
from engine.server.problems import problem, problem_of
from engine.server.zero_copy import ZERO_COPY
from engine.storage.base import Reader, Storage
from engine.storage.disk import DiskStorage, reading

__all__ = ["MediaFile", "Sound", "file_here", "stored"]

log = logging.getLogger(__name__)

LONGEST_NUMBER = 19
"""Digits."""
_RANGE = re.compile(r"(?=.*\d)(\d*)\s*-\s*(\d*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sound:
    """Something to be listened to, wherever it lies."""

    size: int
    """Bytes."""
    modified: datetime
    block: int
    """Bytes that are read at once."""
    open: Callable[[], AbstractAsyncContextManager[Reader]]
    path: Path | None = None
    """The file, where it lies on this computer."""


async def stored(storage: Storage, key: str) -> Sound:
    """Raises NotFound, and StorageError when the storage can't say."""
    found = await storage.look(key)
    at_hand = storage.at_hand(key)
    return Sound(found.size, found.modified, storage.block, lambda: storage.open(found), at_hand)


def file_here(path: Path) -> Sound:
    """A file of this computer. Raises NotFound."""
    try:
        found = path.stat()
    except OSError as error:
        raise NotFound("This audio is not here any more.") from error
    modified = datetime.fromtimestamp(found.st_mtime, UTC)
    return Sound(found.st_size, modified, DiskStorage.block, lambda: reading(path), path)


class MediaFile(FileResponse):
    """Starlette's response, where it strays from the RFC put right: an unknown unit and a HEAD
    ask for no range, one bad range among good ones is left out, and ``If-None-Match`` is heard.

    Nothing is said before the first block is there, so a storage that fails is told as such. A file
    of this computer goes out by zero copy, where the server offers that.
    """

    def __init__(
        self, sound: Sound, kind: str, etag: str, headers: Mapping[str, str], filename: str
    ) -> None:
        """``kind``: the extension of such files; ``etag``: the digest, without quotes."""
        self._sound = sound
        self._path: Path | None = None
        """Of what is handed over to the connection."""
        self.chunk_size = sound.block
        super().__init__(
            filename,
            headers={"etag": f'"{etag}"', **headers},
            media_type=AUDIO_TYPES.get(kind, "application/octet-stream"),
            filename=filename,
            stat_result=_as_file(sound),
            content_disposition_type="inline",
        )

    def _open_file(self) -> Any:
        """In place of Starlette's, which opens a path."""
        return self._sound.open()

    async def _handle_simple(self, send: Send, send_header_only: bool, send_pathsend: bool) -> None:
        if self._path is None or send_header_only:
            await super()._handle_simple(send, send_header_only, send_pathsend)
        else:
            start = {"status": self.status_code, "headers": self.raw_headers}
            await _hand_over(send, start, self._path, 0, self._sound.size)

    async def _handle_single_range(
        self, send: Send, start: int, end: int, file_size: int, send_header_only: bool
    ) -> None:
        if self._path is None or send_header_only:
            await super()._handle_single_range(send, start, end, file_size, send_header_only)
        else:
            headers = MutableHeaders(raw=list(self.raw_headers))
            headers["content-range"] = f"bytes {start}-{end - 1}/{file_size}"
            headers["content-length"] = str(end - start)
            await _hand_over(send, {"status": 206, "headers": headers.raw}, self._path, start, end)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._path = self._sound.path if ZERO_COPY in scope.get("extensions", {}) else None
        asked = Headers(scope=scope)
        if _matches(asked.getlist("if-none-match"), self.headers["etag"]):
            kept = ("etag", "cache-control", "last-modified", "content-disposition")
            headers = {name: self.headers[name] for name in kept if name in self.headers}
            await Response(status_code=304, headers=headers)(scope, receive, send)
            return
        wanted = asked.get("range", "")
        if wanted and scope["method"] == "GET" and self._is_still(asked.get("if-range")):
            ranges = _possible(wanted, self._sound.size)
            if ranges == []:
                await problem(
                    416,
                    "The file has none of these bytes.",
                    headers={
                        "content-range": f"bytes */{self._sound.size}",
                        "accept-ranges": "bytes",
                    },
                )(scope, receive, send)
                return
            wanted = f"bytes={','.join(ranges)}" if ranges else ""
        else:
            wanted = ""
        rest = [(name, value) for name, value in scope["headers"] if name != b"range"]
        ranged = [(b"range", wanted.encode("ascii"))] if wanted else []
        await self._give({**scope, "headers": rest + ranged}, receive, send)

    def _is_still(self, known: str | None) -> bool:
        """Whether a range is wanted of this very file; else all of it is, whatever the range."""
        return known is None or self._should_use_range(known)

    async def _give(self, scope: Scope, receive: Receive, send: Send) -> None:
        held: list[Message] = []
        begun = False

        async def send_with_first_block(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                held.append(message)
                return
            begun = True
            while held:
                await send(held.pop())
            await send(message)

        try:
            await super().__call__(scope, receive, send_with_first_block)
        except MusicError as error:
            if not begun:
                await problem_of(error)(scope, receive, send)
                return
            # Too late to say so: the connection ends early, and the listener may go on from there.
            log.warning("audio was cut off: %s %s", error.message, error.detail)


AUDIO_TYPES = {
    "wav": "audio/wav",
    "flac": "audio/flac",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "m4a": "audio/mp4",
}


async def _hand_over(
    send: Send, answer: Mapping[str, Any], path: Path, start: int, end: int
) -> None:
    """The bytes from ``start`` to before ``end``. Raises NotFound before anything is said."""
    async with reading(path) as file:
        await send({"type": "http.response.start", **answer})
        piece = {"file": file.wrapped.fileno(), "offset": start, "count": end - start}
        await send({"type": ZERO_COPY, **piece, "more_body": False})


def _as_file(sound: Sound) -> os.stat_result:
    """What Starlette wants to know of it."""
    moment = int(sound.modified.timestamp())
    return os.stat_result((stat.S_IFREG, 0, 0, 1, 0, 0, sound.size, moment, moment, moment))


def _matches(conditions: Sequence[str], etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for line in conditions for tag in line.split(",")]
    return "*" in tags or etag in tags


def _possible(header: str, size: int) -> list[str] | None:
    """The ranges that the file has; None when the header is to be ignored, being none."""
    unit, _, text = header.partition("=")
    if unit.strip().lower() != "bytes":
        return None
    parts = [part for part in map(str.strip, text.split(",")) if part]
    found = []
    for part in parts:
        match = _RANGE.fullmatch(part)
        if match is None:
            return None
        first, last = map(_short, match.groups())
        if first and last and int(first) > int(last):
            return None
        if (first and int(first) < size) or (not first and int(last) > 0 and size > 0):
            found.append(f"{first}-{last}")
    return found if parts else None


def _short(digits: str) -> str:
    """More than any file has bytes is all the same; Python reads no number of thousands."""
    return (digits.lstrip("0") or "0")[:LONGEST_NUMBER] if digits else ""
