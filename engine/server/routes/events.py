"""Changes as they happen: server-sent events, and the same over a WebSocket."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from engine.errors import StorageError
from engine.jobs import Job
from engine.server.broadcast import AT_ONCE, Follower, Told, tells_the_end
from engine.server.callers import AnyCaller, Caller, identify
from engine.server.problems import may_fail
from engine.server.routes.jobs import JobId
from engine.server.service import Service, TheService
from engine.server.straight import line_of

__all__ = ["router"]

router = APIRouter(tags=["events"])

log = logging.getLogger(__name__)

Beginning = Callable[[], list[Told]]
LastEventId = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        max_length=100,
        description="The `id` of the last event that was heard: what came after it follows.",
    ),
]

_LINK = re.compile('(?<="audio_url":")')
"""Where the address stands in an event. A text in JSON has no quote of its own without a backslash
before it, so this is found nowhere else."""
_DATA = "\ndata: "
_STILL_HERE = b": still here\n\n"
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"description": "Job snapshots, as they change", "content": {"text/event-stream": {}}}
}


@router.get(
    "/jobs/{job_id}/events",
    response_class=Response,
    responses=_STREAM
    | {204: {"description": "The job has ended, and its end was told"}}
    | may_fail(401, 404, 422, 429, 503),
)
async def job_events(
    job_id: JobId,
    request: Request,
    caller: AnyCaller,
    service: TheService,
    last_event_id: LastEventId = None,
) -> Response:
    """Follow a job. Its snapshot now, then each change, until it has ended."""
    job = service.own(caller, job_id)
    follower = Follower(caller.owner, job_id)

    def beginning() -> list[Told]:
        now = service.own(caller, job_id)
        told = _beginning(service, follower, last_event_id, [now])
        if now.status.final and not told:  # news of its end are still on their way to this server
            return [service.broadcast.now(now)]
        return told

    if last_event_id is not None and tells_the_end(last_event_id, job):
        return Response(status_code=204)  # a browser would come back for ever
    return _Stream(service, follower, beginning, request, single=True)


@router.get("/events", response_class=Response, responses=_STREAM | may_fail(401, 422, 429, 503))
async def all_events(
    request: Request,
    caller: AnyCaller,
    service: TheService,
    last_event_id: LastEventId = None,
) -> Response:
    """Follow all of your jobs. First the live queue, or what was missed, then each change."""
    follower = Follower(caller.owner, None)

    def beginning() -> list[Told]:
        return _beginning(service, follower, last_event_id, _live(service, caller))

    return _Stream(service, follower, beginning, request, single=False)


@router.websocket("/ws")
async def socket(
    websocket: WebSocket,
    service: TheService,
    last_event_id: Annotated[str | None, Query(max_length=100)] = None,
) -> None:
    """Each message is a job's snapshot with its ``event_id``, the same as over /events."""
    caller = await identify(websocket)
    address = _address(str(websocket.base_url).replace("ws", "http", 1))
    follower = Follower(caller.owner, None)
    await service.engine.all_told()
    with service.broadcast.following(follower):
        beginning = _beginning(service, follower, last_event_id, _live(service, caller))
        first = [_with_id(service, each, address) for each in beginning[:AT_ONCE]]
        await websocket.accept()  # only now: what failed before is told in words
        leaving = asyncio.create_task(_end_when_gone(websocket, follower))
        try:
            for text in first:
                await websocket.send_text(text)
            for each in beginning[AT_ONCE:]:
                await websocket.send_text(_with_id(service, each, address))
            async for news in follower:  # empty at a heartbeat: the connection has its own
                for each in news:
                    await websocket.send_text(_with_id(service, each, address))
            await websocket.close(1008 if follower.behind else 1012)  # or "service restart"
        except StorageError as error:
            _put_off(error)
            with suppress(WebSocketDisconnect, RuntimeError):
                await websocket.close(1013)  # "try again later"
        except (WebSocketDisconnect, RuntimeError):  # gone in the middle of a message
            return
        finally:
            leaving.cancel()
            await asyncio.gather(leaving, return_exceptions=True)


async def _end_when_gone(websocket: WebSocket, follower: Follower) -> None:
    """What a client says is not listened to, only that it leaves."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        continue
    follower.end()


def _beginning(
    service: Service, follower: Follower, last_id: str | None, now: list[Job]
) -> list[Told]:
    """What a stream begins with: what was missed, or else how things are."""
    missed = service.broadcast.since(last_id, follower.wants) if last_id is not None else None
    if missed is not None:
        return missed
    return service.broadcast.beginning(now)


def _live(service: Service, caller: Caller) -> list[Job]:
    settings = service.settings
    live = service.jobs.live(
        caller.owner,
        timedelta(hours=settings.finished_hours),
        timedelta(hours=settings.failed_hours),
    )
    return service.engine.dispatcher.now(live)


class _Stream(StreamingResponse):
    """Answers when it knows what it begins with. What fails before that is told as any other
    problem; what fails later can only end it."""

    def __init__(
        self,
        service: Service,
        follower: Follower,
        beginning: Beginning,
        request: Request,
        *,
        single: bool,
    ) -> None:
        super().__init__(
            self._events(),
            media_type="text/event-stream",
            headers={"cache-control": "no-cache", "x-accel-buffering": "no"},
        )
        self._service = service
        self._follower = follower
        self._beginning = beginning
        self._address = _address(str(request.base_url))
        self._line = None if single else line_of(request.scope)
        self._single = single
        self._told: list[Told] = []
        self._first = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._service.engine.all_told()
        with self._service.broadcast.following(self._follower):
            self._told = self._beginning()  # only now: what happens from here on is heard
            self._first = self._written(self._told[:AT_ONCE])
            await super().__call__(scope, receive, send)

    async def _events(self) -> AsyncIterator[bytes]:
        follower, told = self._follower, self._told
        yield b"retry: 2000\n\n"
        if told:
            yield self._first
        try:
            for start in range(AT_ONCE, len(told), AT_ONCE):
                yield self._written(told[start : start + AT_ONCE])
            if self._ends_with(told):
                return
            if (line := self._line) is not None:
                follower.straight = lambda news: line.write(self._written(news))
            async for news in follower:
                yield self._written(news)
                if self._ends_with(news):
                    return
            if follower.behind:
                yield b": too far behind; come back with Last-Event-ID\n\n"
        except StorageError as error:
            _put_off(error)
            yield b": the rest can't be told now; come back with Last-Event-ID\n\n"

    def _written(self, news: list[Told]) -> bytes:
        events = [_event(self._service, each, self._address) for each in news]
        return b"".join(events) or _STILL_HERE

    def _ends_with(self, told: list[Told]) -> bool:
        return self._single and bool(told) and told[-1].job.status.final


def _put_off(error: StorageError) -> None:
    """A place in the queue could not be asked: who hears all but that would not know what it
    missed. Whoever comes back with the last id that he heard does."""
    log.warning("a stream of events ends: %s", error.message)


def _address(base_url: str) -> bytes:
    """By which a caller has reached the server, as it stands within a text in JSON."""
    return json.dumps(base_url.rstrip("/"))[1:-1].encode()


def _event(service: Service, told: Told, address: bytes) -> bytes:
    if not told.parts:
        text = f"id: {told.id}{_DATA}{service.view(told.job, '').model_dump_json()}\n\n"
        told.parts.extend(part.encode() for part in _LINK.split(text))
    return address.join(told.parts)


def _with_id(service: Service, told: Told, address: bytes) -> str:
    text = _event(service, told, address).decode().partition(_DATA)[2].rstrip()
    return f'{{"event_id":{json.dumps(told.id)},{text[1:]}'
