"""Looking again and again without much being sent: ETags, and answers that wait for an end."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any

from fastapi import Header, Request, Response
from pydantic import BaseModel

from engine.jobs import Job
from engine.server.broadcast import Follower
from engine.server.callers import Caller
from engine.server.service import Service

__all__ = ["NOT_CHANGED", "IfNoneMatch", "Prefer", "ended", "etagged", "is_known", "wait_preferred"]

NOT_CHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "As it was when it had this ETag"},
}
"""For a route's ``responses``."""

IfNoneMatch = Annotated[
    str | None, Header(alias="If-None-Match", description="The ETag of an earlier answer.")
]
Prefer = Annotated[
    str | None,
    Header(
        alias="Prefer",
        description="`wait=N`: answer when the job has ended, or after N seconds, which the server "
        "may shorten; what it grants is in `Preference-Applied`.",
        examples=["wait=20"],
    ),
]

_WAIT = re.compile(r"\s*wait\s*=\s*\"?(\d{1,9})\"?\s*(;.*)?", re.IGNORECASE)
_MAY_BE_KEPT = {"cache-control": "private, no-cache", "vary": "Authorization, Host"}


def etagged(
    request: Request, view: BaseModel, headers: Mapping[str, str] | None = None
) -> Response:
    """The view as JSON under its ETag, or 304 when the caller has this very one."""
    body = view.model_dump_json().encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    marked = {"etag": etag, **_MAY_BE_KEPT, **(headers or {})}
    if is_known(request, etag):
        return Response(status_code=304, headers=marked)
    return Response(body, media_type="application/json", headers=marked)


def wait_preferred(request: Request, response: Response, longest: float) -> float:
    """Seconds that the caller would wait (RFC 7240); 0: it does not say, or not so that it could
    be understood, which is then no error."""
    for each in ",".join(request.headers.getlist("prefer")).split(","):
        match = _WAIT.fullmatch(each)
        if match is not None:
            seconds = min(int(match[1]), int(longest))
            response.headers["Preference-Applied"] = f"wait={seconds}"
            return seconds
    return 0


async def ended(service: Service, caller: Caller, job: Job, seconds: float) -> Job:
    """The job once it has ended, or as it is after so many seconds; at once when the server ends.

    Nothing is held meanwhile but the connection.
    """
    if seconds <= 0 or job.status.final:
        return job
    follower = Follower(caller.owner, job.id)
    with service.broadcast.following(follower):
        job = service.own(caller, job.id)  # it may have ended before it was followed
        if not job.status.final:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    async for news in follower:
                        if any(told.job.status.final for told in news):
                            break
    return service.own(caller, job.id)


def is_known(request: Request, etag: str) -> bool:
    """Whether the caller has what this ETag stands for. By weak comparison, as RFC 9110 wants it
    here: a proxy that packs an answer makes its ETag a weak one."""
    given = ",".join(request.headers.getlist("if-none-match"))
    known = {each.strip().removeprefix("W/") for each in given.split(",")}
    return etag in known or known == {"*"}
