"""A file as a response, in whole or in ranges, after RFC 9110."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from engine.errors import NotFound
from engine.server.problems import problem

__all__ = ["MediaFile"]


class MediaFile(FileResponse):
    """Starlette's response, where it strays from the RFC put right: an unknown unit and a HEAD
    ask for no range, one bad range among good ones is left out, ``If-None-Match`` is heard, and
    a file that is gone is not found. Raises NotFound."""

    chunk_size = 256 * 1024

    def __init__(self, path: Path, etag: str, headers: Mapping[str, str], filename: str) -> None:
        """``etag`` is the file's digest, without quotes."""
        try:
            stat = path.stat()
        except OSError as error:
            raise NotFound("This audio is not here any more.") from error
        super().__init__(
            path,
            headers={"etag": f'"{etag}"', **headers},
            media_type=AUDIO_TYPES.get(path.suffix[1:], "application/octet-stream"),
            filename=filename,
            stat_result=stat,
            content_disposition_type="inline",
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Headers(scope=scope)
        if _matches(asked.get("if-none-match"), self.headers["etag"]):
            kept = ("etag", "cache-control", "last-modified", "content-disposition")
            headers = {name: self.headers[name] for name in kept if name in self.headers}
            await Response(status_code=304, headers=headers)(scope, receive, send)
            return
        wanted = asked.get("range", "")
        if wanted and scope["method"] == "GET":
            ranges = _possible(wanted, int(self.headers["content-length"]))
            if ranges == []:
                size = self.headers["content-length"]
                await problem(
                    416,
                    "The file has none of these bytes.",
                    headers={"content-range": f"bytes */{size}", "accept-ranges": "bytes"},
                )(scope, receive, send)
                return
            wanted = f"bytes={','.join(ranges)}" if ranges else ""
        else:
            wanted = ""
        rest = [(name, value) for name, value in scope["headers"] if name != b"range"]
        ranged = [(b"range", wanted.encode("ascii"))] if wanted else []
        await super().__call__({**scope, "headers": rest + ranged}, receive, send)


AUDIO_TYPES = {
    "wav": "audio/wav",
    "flac": "audio/flac",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "m4a": "audio/mp4",
}


def _matches(condition: str | None, etag: str) -> bool:
    if condition is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in condition.split(",")]
    return "*" in tags or etag in tags


def _possible(header: str, size: int) -> list[str] | None:
    """The ranges that the file has; None when the header is to be ignored, being none."""
    unit, _, text = header.partition("=")
    if unit.strip().lower() != "bytes":
        return None
    found = []
    for part in (part.strip() for part in text.split(",")):
        first, dash, last = part.partition("-")
        first, last = first.strip(), last.strip()
        numbers = [number for number in (first, last) if number]
        if not dash or not numbers or not all(n.isascii() and n.isdigit() for n in numbers):
            return None
        if first and last and int(first) > int(last):
            return None
        if (first and int(first) < size) or (not first and int(last) > 0 and size > 0):
            found.append(f"{first}-{last}")
    return found
