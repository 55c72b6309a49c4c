"""Server-sent events from bytes as they come, after the WHATWG's rules.

Own code and not httpx-sse, which keeps a line however long it grows: a server that never ends one
would fill this computer's memory.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from engine.client.faults import strange

__all__ = ["Sent", "sent_events"]

LONGEST = 256 * 1024
"""Bytes of one event."""


@dataclass(frozen=True, slots=True)
class Sent:
    id: str
    """Of the newest event that had one."""
    data: str


async def sent_events(chunks: AsyncIterator[bytes]) -> AsyncIterator[Sent]:
    """The events of a stream; comments are passed over. Raises ServerStrange."""
    last_id, data, size = "", list[str](), 0
    async for line in _lines(chunks):
        size += len(line)
        if size > LONGEST:
            raise strange("an event that is too long")
        if not line:
            if data:
                yield Sent(last_id, "\n".join(data))
            data, size = [], 0
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            data.append(value)
        elif name == "id" and "\0" not in value:
            last_id = value


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[str]:
    """Whole lines; what stands after the last end of a line is lost with the connection."""
    buffer = b""
    async for chunk in chunks:
        buffer += chunk
        held = buffer.endswith(b"\r")  # its "\n" may be in the next chunk
        text = buffer[:-1] if held else buffer
        *whole, rest = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        buffer = rest + (b"\r" if held else b"")
        if len(buffer) > LONGEST:
            raise strange("a line that does not end")
        for line in whole:
            try:
                yield line.decode("utf-8")
            except UnicodeDecodeError:
                raise strange("an event that is no text") from None
