"""Around every request: its id, its log line, the limits of its body, and the last net.

Plain ASGI, so that streams pass through it without being held up.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.errors import MusicError
from engine.log_context import current_request, marked, verbose
from engine.server.problems import problem, problem_of
from engine.tracing import TRACEPARENT, Trace, current_trace
from engine.wire import API

__all__ = ["Envelope", "Seen"]

log = logging.getLogger(__name__)

Seen = Callable[[str, str, int, float], None]
"""Hears of each answer: method, route, status, seconds."""

_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,128}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_LAST = {"Connection": "close"}
"""Nothing more is read from this caller."""
_STARTS = ("http.response.start", "websocket.http.response.start", "websocket.accept")
"""The second refuses a WebSocket, the third takes it."""
_SAFE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
}


def request_id_of(headers: Headers, trace: Trace) -> str:
    """The caller's id if it is well-formed, which also keeps it from forging log lines; else the
    trace's, so that the lines of the host, which knows only this id, are found by that too."""
    given = headers.get("x-request-id", "")
    return given if _WELL_FORMED.fullmatch(given) else trace.trace_id


def trace_of(headers: Headers) -> Trace:
    """This request's piece of the caller's trace, or of a new one."""
    given = headers.getlist(TRACEPARENT)
    callers = Trace.read(given[0]) if len(given) == 1 else None
    return (callers or Trace.begun()).child()


class Envelope:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, *, body_bytes: int, body_patience: float, seen: Seen) -> None:
        self._app = app
        self._body_bytes = body_bytes
        self._patience = body_patience
        self._seen = seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        trace = trace_of(headers)
        with marked(request_id_of(headers, trace), trace):
            loud = verbose.set(False)
            try:
                await self._answer(scope, receive, send)
            finally:
                verbose.reset(loud)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, status = time.perf_counter(), 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "websocket.close" and not status:  # the router knows none there
                await problem(404, "There is no WebSocket here.")(scope, receive, send_marked)
                return
            if message["type"] in _STARTS:
                status = message.get("status", 101)
                message.setdefault("headers", [])
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = current_request.get()
                headers[TRACEPARENT] = str(current_trace.get())
                for name, value in _SAFE.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, self._limited(scope, receive), send_marked)
        except ClientDisconnect:
            log.info("%s %s: the caller left", _method(scope), _route(scope))
        except Exception as error:
            if status or scope["type"] == "websocket":
                raise
            if isinstance(error, MusicError):
                answer = problem_of(error)
            else:
                log.exception("%s %s broke", _method(scope), _route(scope))
                answer = problem(500, "Something unexpected went wrong. Try again.")
            await answer(scope, receive, send_marked)
        finally:
            took = time.perf_counter() - began
            method = _method(scope)
            self._seen(method, _route(scope), status, took)
            # The route, not the path: a path may hold what opens a file, or somebody's words.
            log.info("%s %s %d in %.1f ms", method, _route(scope), status, took * 1000)

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        """A body that is neither too long nor too slow; uploads look after themselves."""
        if scope["type"] != "http" or scope["path"] == f"{API}/uploads":
            return receive
        size, deadline, ended = 0, time.monotonic() + self._patience, False
        told = Headers(scope=scope).get("content-length", "")
        too_large = told.isdecimal() and int(told) > self._body_bytes

        async def receive_limited() -> Message:
            nonlocal size, ended
            if ended:  # what comes now is the end of the connection, which may take its time
                return await receive()
            if too_large:  # nor is it asked for, where the caller waits for that
                raise self._too_large()
            try:
                async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, "The request did not arrive in time.", _LAST) from None
            size += len(message.get("body", b""))
            ended = not message.get("more_body", False)
            if size > self._body_bytes:
                raise self._too_large()
            return message

        return receive_limited

    def _too_large(self) -> HTTPException:
        text = f"The request is larger than {self._body_bytes:,} bytes."
        return HTTPException(413, text, _LAST)


def _method(scope: Scope) -> str:
    """Callers may call theirs what they like, and each that is counted is kept for ever."""
    if scope["type"] == "websocket":
        return "WS"
    return scope["method"] if scope["method"] in _METHODS else "other"


def _route(scope: Scope) -> str:
    """The route's template; all unknown paths are one."""
    route = scope.get("route")
    return str(getattr(route, "path", "unknown"))
