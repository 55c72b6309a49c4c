"""A take that grows: hear what there is of it, and let it end here."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from engine.errors import Conflict, NotFound
from engine.server.callers import AnyCaller
from engine.server.polling import NOT_CHANGED, IfNoneMatch, is_known
from engine.server.problems import may_fail
from engine.server.ranges import MediaFile, stored
from engine.server.routes.jobs import JobId
from engine.server.service import Service, TheService
from engine.wire import JobView

__all__ = ["router"]

router = APIRouter(tags=["jobs"])

BLOCK = 256 * 1024
_AUDIO: dict[int | str, dict[str, Any]] = {
    200: {"description": "A WAV of what has grown so far", "content": {"audio/wav": {}}}
}


@router.post(
    "/jobs/{job_id}/stop",
    status_code=202,
    response_model=JobView,
    responses=may_fail(401, 404, 409, 422, 429, 503),
)
async def stop_here(
    job_id: JobId, request: Request, caller: AnyCaller, service: TheService
) -> JobView:
    """Let a growing job end now. What has grown so far becomes its take."""
    job = service.own(caller, job_id)
    try:
        await service.engine.dispatcher.stop_here(job_id)
    except Conflict:
        raise Conflict(f"This job is {job.step.value}: only a growing one can end early.") from None
    return service.view(service.own(caller, job_id), str(request.base_url))


@router.get(
    "/jobs/{job_id}/preview",
    response_class=Response,
    responses=_AUDIO | NOT_CHANGED | may_fail(401, 404, 409, 422, 429, 503),
)
async def preview(
    job_id: JobId, request: Request, caller: AnyCaller, service: TheService, _: IfNoneMatch = None
) -> Response:
    """Hear what has grown so far. 409 while there is nothing yet, and when the job has ended."""
    job = service.own(caller, job_id)
    if job.preview is None or job.status.final:
        raise Conflict(f"There is nothing to hear yet: the job is {job.step.value}.")
    try:
        if job.preview.is_absolute():
            return await _from_here(request, job.preview)
        return await _from_storage(service, job.preview)
    except (FileNotFoundError, NotFound):  # it became its take just now
        raise Conflict("There is nothing to hear any more: the take is being saved.") from None


async def _from_storage(service: Service, preview: Path) -> Response:
    """It grows on another computer; each preview has a name of its own."""
    sound = await stored(service.storage, service.storage.key_of(preview))
    headers = {"cache-control": "private, no-cache"}
    return MediaFile(sound, "wav", preview.stem, headers, preview.name)


async def _from_here(request: Request, preview: Path) -> Response:
    file = await asyncio.to_thread(preview.open, "rb")
    # Of the open file: the name may belong to the next one by now.
    about = os.fstat(file.fileno())
    etag = f'"{about.st_mtime_ns:x}-{about.st_size:x}"'
    headers = {"etag": etag, "cache-control": "private, no-cache"}
    if is_known(request, etag):
        file.close()
        return Response(status_code=304, headers=headers)
    headers["content-length"] = str(about.st_size)
    return StreamingResponse(_blocks(file), media_type="audio/wav", headers=headers)


async def _blocks(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while block := await asyncio.to_thread(file.read, BLOCK):
            yield block
