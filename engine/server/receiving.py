"""An upload's bytes on their way to the disk: counted, timed and looked at as they come."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BufferedWriter
from pathlib import Path

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from engine.errors import InvalidRequest, Problem
from engine.server.problems import TooLarge, TooSlow, WrongKind

__all__ = ["Received", "receive"]

HEAD = 16
"""Bytes by which a format is known."""
OVERHEAD = 16 * 1024
"""Of a form around its file."""


@dataclass(frozen=True, slots=True)
class Received:
    name: str
    """As the sender calls it; untrusted."""
    format: str
    size: int
    sha256: str


async def receive(request: Request, path: Path, *, limit: int, patience: float) -> Received:
    """Write the body, or the file in the form that it is, to ``path``.

    Raises TooLarge, TooSlow, WrongKind for what does not begin like audio, and InvalidRequest
    for a form without a file.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    most = limit + OVERHEAD if _is_form(kind) else limit
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > most:  # nothing of it is read, nor asked for
        raise TooLarge(_too_large(limit))
    with path.open("wb") as file:
        sink = _Sink(file, limit)
        try:
            form = _Form(options.get(b"boundary", b""), sink) if _is_form(kind) else None
            async with asyncio.timeout(patience):
                async for chunk in _chunks(request, limit):
                    form.feed(chunk) if form else sink.write(chunk)
            if form:
                form.end()
        except TimeoutError:
            raise TooSlow(f"The upload did not arrive within {patience:g} seconds.") from None
        except FormParserError as error:
            raise InvalidRequest((Problem("file", "is not a well-formed form"),)) from error
        return sink.ended(form.name if form else request.query_params.get("name", ""))


async def _chunks(request: Request, limit: int) -> AsyncIterator[bytes]:
    """All of the body, whatever of it is the file."""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit + OVERHEAD:
            raise TooLarge(_too_large(limit))
        yield chunk


class _Sink:
    """The file under way."""

    def __init__(self, file: BufferedWriter, limit: int) -> None:
        self._file = file
        self._limit = limit
        self._digest = hashlib.sha256()
        self._head = b""
        self.size = 0

    def write(self, data: bytes) -> None:
        self.size += len(data)
        if self.size > self._limit:
            raise TooLarge(_too_large(self._limit))
        if len(self._head) < HEAD:
            self._head = (self._head + data)[:HEAD]
            if len(self._head) == HEAD:
                _format(self._head)
        self._digest.update(data)
        self._file.write(data)

    def ended(self, name: str) -> Received:
        if not self.size:
            raise InvalidRequest((Problem("file", "is missing or empty"),))
        return Received(name, _format(self._head), self.size, self._digest.hexdigest())


class _Form:
    """The first file of a ``multipart/form-data`` body; its other fields are passed over."""

    def __init__(self, boundary: bytes, sink: _Sink) -> None:
        self.name = ""
        self._sink = sink
        self._field = self._value = b""
        self._headers: dict[bytes, bytes] = {}
        self._inside = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._headers.clear,
                "on_header_field": self._on_field,
                "on_header_value": self._on_value,
                "on_header_end": self._on_header,
                "on_headers_finished": self._on_part,
                "on_part_data": self._on_data,
                "on_part_end": self._on_end,
            },
        )

    def feed(self, chunk: bytes) -> None:
        self._parser.write(chunk)

    def end(self) -> None:
        """Raises FormParserError when the file does not end where the body does: it was cut."""
        if self._inside:
            raise FormParserError("the form ends within its file")

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header(self) -> None:
        self._headers[self._field.lower()] = self._value
        self._field = self._value = b""

    def _on_part(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if b"filename" in options and not self._sink.size:
            self._inside = True
            self.name = options[b"filename"].decode(errors="replace")

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._inside:
            self._sink.write(data[start:end])

    def _on_end(self) -> None:
        self._inside = False


def _is_form(kind: bytes) -> bool:
    return kind.lower() == b"multipart/form-data"


def _format(head: bytes) -> str:
    """By what the file begins with, not by what it is called. Raises WrongKind."""
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"fLaC":
        return "flac"
    if head[:4] == b"OggS":
        return "ogg"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    if head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0):
        return "mp3"
    raise WrongKind("Only WAV, FLAC, OGG, MP3 and AIFF files are taken.")


def _too_large(limit: int) -> str:
    return f"Uploads are limited to {limit:,} bytes."
