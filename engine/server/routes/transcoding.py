"""A take's audio, in the format that is asked for."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from engine.server.blanks import or_blank
from engine.server.callers import AnyCaller
from engine.server.problems import may_fail
from engine.server.ranges import MediaFile, file_here
from engine.server.routes.jobs import JobId
from engine.server.routes.media import FILE_RESPONSES, key_of_take, whole_file
from engine.server.service import TheService
from engine.server.transcode import Format

__all__ = ["router"]

router = APIRouter(tags=["audio"])


@router.get(
    "/jobs/{job_id}/audio",
    response_class=Response,
    responses=FILE_RESPONSES | may_fail(401, 404, 409, 422, 429, 503),
)
async def audio(
    job_id: JobId,
    caller: AnyCaller,
    service: TheService,
    format: Annotated[
        Format | None, Query(description="If not as it was made."), or_blank(Format)
    ] = None,
) -> Response:
    """The audio itself. Without ``format`` as it was made, else brought into it on demand."""
    job = service.own(caller, job_id)
    key_of_take(service, job)
    if job.take is None or format is None or job.take.path.suffix == f".{format.value}":
        return await whole_file(service, job)
    path = await service.transcoder.file(job.take, format)
    return MediaFile(
        file_here(path),
        format.value,
        etag=f"{job.take.sha256}-{format.value}",
        headers={"cache-control": "private, max-age=3600"},
        filename=f"{job.name}.{format.value}",
    )
