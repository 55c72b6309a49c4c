"""Errors as ``application/problem+json`` (RFC 9457), whoever raised them."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

from fastapi import FastAPI, Request
from fastapi.exceptions import (
    RequestValidationError,
    ValidationException,
    WebSocketRequestValidationError,
)
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.routing import Match
from starlette.types import Scope

from engine import errors
from engine.errors import InvalidRequest, MusicError, Problem, TooMany, Unavailable
from engine.log_context import current_request
from engine.request import problems_among
from engine.wire import FieldError, ProblemView

__all__ = ["TooLarge", "handle_problems", "may_fail", "problem", "problem_of"]

T = TypeVar("T")

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
_COME_AGAIN = {
    "Retry-After": {
        "description": "Seconds until it is worth asking again.",
        "schema": {"type": "integer"},
    }
}
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


class TooLarge(MusicError):
    """A body over its limit."""

    code = "too_large"


class TooSlow(MusicError):
    """A body that does not arrive in time."""

    code = "too_slow"


class WrongKind(MusicError):
    """A body of a kind that nothing here reads."""

    code = "wrong_kind"


_STATUS: Mapping[type[MusicError], int] = {
    InvalidRequest: 422,
    errors.KeyReused: 422,
    errors.AudioError: 422,
    errors.NotLoggedIn: 401,
    errors.NotAllowed: 403,
    errors.NotFound: 404,
    TooSlow: 408,
    errors.Conflict: 409,
    TooLarge: 413,
    WrongKind: 415,
    TooMany: 429,
    Unavailable: 503,
    errors.StorageError: 503,
}


_FOR_CALLERS: Mapping[type[MusicError], str] = {
    errors.DiskFull: "The server has no room left. Try again later.",
    errors.FolderNotWritable: "The server can't write its files. Tell who runs it.",
    errors.StorageAway: "The server can't reach its audio now. Try again in a moment.",
    errors.StorageClosed: "The server can't reach its audio. Tell who runs it.",
}
"""In place of words for who runs the server, which name folders, buckets and hosts."""


def problem(
    status: int,
    detail: str,
    *,
    code: str = "",
    fields: Sequence[Problem] = (),
    headers: Mapping[str, str] | None = None,
    error: str | None = None,
) -> Response:
    """One error as a response."""
    phrase = HTTPStatus(status).phrase
    view = ProblemView(
        type=f"urn:dgx-music:problem:{code or phrase.lower().replace(' ', '_')}",
        title=phrase,
        status=status,
        detail=detail,
        request_id=current_request.get(),
        errors=[FieldError(field=p.field, message=p.message) for p in fields] or None,
        error=error,
    )
    body = view.model_dump(mode="json", exclude_none=True)
    return JSONResponse(body, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def problem_of(error: MusicError) -> Response:
    status = _of_kind(error, _STATUS) or 500
    headers, short = {}, None
    if isinstance(error, errors.NotLoggedIn):
        headers["WWW-Authenticate"] = 'Bearer realm="dgx-music"'
    if isinstance(error, TooLarge | TooSlow | WrongKind):
        headers["Connection"] = "close"  # or the rest would be read, however long it is
    if isinstance(error, TooMany | Unavailable | errors.StorageError):
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    if isinstance(error, TooMany):
        short = error.message.rstrip(".")
    fields = error.problems if isinstance(error, InvalidRequest) else ()
    if status >= 500 and not isinstance(error, errors.DiskStillFull):
        log.warning("%s: %s %s", error.code, error.message, error.detail)
    # The detail of an error is for who runs the server: it may name files of this computer.
    message = error.message if error.message.endswith((".", "?", "!")) else f"{error.message}."
    words = _of_kind(error, _FOR_CALLERS) or " ".join(filter(None, (message, error.hint)))
    return problem(status, words, code=error.code, fields=fields, headers=headers, error=short)


def _of_kind(error: MusicError, among: Mapping[type[MusicError], T]) -> T | None:
    """What is said of errors of its kind, or of the nearest kind that it is one of."""
    return next((among[kind] for kind in type(error).__mro__ if kind in among), None)


def handle_problems(app: FastAPI) -> None:
    """Answer the framework's errors and the engine's in the same way."""

    @app.exception_handler(MusicError)
    async def _ours(_: Request, error: MusicError) -> Response:
        return problem_of(error)

    @app.exception_handler(RequestValidationError)
    @app.exception_handler(WebSocketRequestValidationError)
    async def _invalid(_: HTTPConnection, error: ValidationException) -> Response:
        # Each place begins with "body", "query" and so on, which says nothing to the sender.
        return problem_of(InvalidRequest(problems_among(error.errors(), within=1)))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = ", ".join(_methods_of(app, request.scope))
        return problem(error.status_code, str(error.detail), headers=headers)


def _methods_of(app: FastAPI, scope: Scope) -> list[str]:
    """All that this path takes. The router names those of one route, and here each method is a
    route of its own."""
    path = {"type": "http", "path": scope["path"], "root_path": scope.get("root_path", "")}
    return [
        method
        for method in _METHODS
        if any(route.matches(path | {"method": method})[0] is Match.FULL for route in app.routes)
    ]


def may_fail(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's ``responses``: the problems that it may answer with."""
    schema = {"$ref": "#/components/schemas/ProblemView"}
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": schema}},
            **({"headers": _COME_AGAIN} if status in (429, 503) else {}),
        }
        for status in sorted(statuses)
    }
