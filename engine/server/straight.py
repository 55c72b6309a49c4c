"""A straight line to a connection: what is the same for thousands goes out without passing through
each one's task, application and protocol.

A stream's own task says what it begins with, and waits. Then whoever has news writes them to its
connection, in a chunk of HTTP/1.1; when the connection takes nothing more it is the task's turn,
which waits for it.
"""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.types import Scope

__all__ = ["STRAIGHT", "Line", "line_of"]

STRAIGHT = "dgx_music.straight"
"""Our extension of ASGI."""


class Line:
    """Of a response that is under way, and has no Content-Length."""

    def __init__(self, transport: asyncio.Transport, flow: Any, cycle: Any) -> None:
        """``flow`` and ``cycle``: uvicorn's, of the connection and of the response."""
        self._transport = transport
        self._flow = flow
        self._cycle = cycle

    def write(self, data: bytes) -> bool:
        """At once; False when that is not possible now, and nothing was written."""
        if self._flow.write_paused or self._cycle.disconnected or self._transport.is_closing():
            return False
        self._transport.write(b"%x\r\n%b\r\n" % (len(data), data))
        return True


def line_of(scope: Scope) -> Line | None:
    """None where there is none: a test's client, or a caller who knows no chunks."""
    offered = scope.get("extensions", {}).get(STRAIGHT)
    line: Line | None = offered["line"] if offered else None
    return line
