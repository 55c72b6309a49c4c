"""HTTP/1.1 as uvicorn speaks it, and four things more: what is no request gets a problem, too, an
absolute target is understood, pieces of files go out by zero copy, and news for thousands by a
straight line."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import h11
from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from engine.log_context import marked
from engine.server.problems import problem
from engine.server.straight import STRAIGHT, Line
from engine.server.zero_copy import POSSIBLE, ZERO_COPY, send_file
from engine.tracing import Trace

__all__ = ["Speaking"]


class Speaking(H11Protocol):
    """For ``uvicorn.Config(http=...)``."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._application: Any = self.app
        self.app = self._offering

    async def _offering(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application, which is told that it may hand over pieces of files, and write straight
        to the connection."""
        cycle = self.cycle
        if not scope["path"].startswith("/"):
            _understand_absolute(scope)

        async def send_or_hand_over(message: Message) -> None:
            if message["type"] == ZERO_COPY:
                await self._hand_over(cycle, message)
            else:
                await send(message)

        offers: dict[str, Any] = {}
        if POSSIBLE and not self.transport.get_extra_info("sslcontext"):
            offers[ZERO_COPY] = {}
        if scope.get("http_version") == "1.1":
            offers[STRAIGHT] = {"line": Line(self.transport, self.flow, cycle)}
        scope["extensions"] = {**scope.get("extensions", {}), **offers}
        await self._application(scope, receive, send_or_hand_over)

    async def _hand_over(self, cycle: RequestResponseCycle, message: Message) -> None:
        """A piece of a file, after all that was sent before it."""
        self.transport.set_write_buffer_limits(high=0)
        await self.flow.drain()
        if cycle.disconnected or self.transport.is_closing():
            return
        count = message["count"]
        # h11 counts what passes it by, and would put frames around it, had it to.
        passing: Any = range(count)
        if self.conn.send_with_data_passthrough(h11.Data(data=passing)) != [passing]:
            raise RuntimeError("zero copy needs a Content-Length")
        sock = self.transport.get_extra_info("socket")
        try:
            await send_file(sock, message["file"], message.get("offset", 0), count)
        except (ConnectionError, TimeoutError):
            self.transport.abort()  # as uvicorn does with what it writes itself: nobody is there
            return
        self.transport.set_write_buffer_limits()
        if not message.get("more_body", False):
            await cycle.send({"type": "http.response.body", "body": b"", "more_body": False})

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's own words
        """Answer, and hang up: where the next request would begin is not known."""
        # Within the body of a request an answer may be under way, which can't be taken back.
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            trace = Trace.begun()
            with marked(trace.trace_id):
                answer = problem(
                    400,
                    "This is no well-formed HTTP/1.1 request.",
                    headers={"x-request-id": trace.trace_id, "connection": "close"},
                )
            start = h11.Response(status_code=400, headers=answer.raw_headers, reason=b"Bad Request")
            for event in (start, h11.Data(data=bytes(answer.body)), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def _understand_absolute(scope: Scope) -> None:
    """``GET http://host/path`` means the same as ``GET /path`` at that host, whatever the Host
    header says (RFC 9112, 3.2.2)."""
    scheme, found, rest = scope["raw_path"].partition(b"://")
    if not found or scheme.lower() not in (b"http", b"https"):
        return
    host, _, path = rest.partition(b"/")
    others = [(name, value) for name, value in scope["headers"] if name != b"host"]
    scope["headers"] = [(b"host", host.rpartition(b"@")[2]), *others]
    scope["raw_path"] = b"/" + path
    scope["path"] = unquote(scope["raw_path"].decode("ascii"))
