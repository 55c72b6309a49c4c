"""Audio: signed links to it, and the files behind them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from engine.errors import Conflict, NotFound
from engine.jobs import Job
from engine.server.callers import AnyCaller
from engine.server.problems import may_fail
from engine.server.ranges import MediaFile, stored
from engine.server.routes.jobs import JobId
from engine.server.service import Service, TheService
from engine.wire import AudioLink

__all__ = ["router"]

router = APIRouter(tags=["audio"])

FILE_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "Audio", "content": {"audio/*": {}}},
    206: {"description": "The parts that were asked for", "content": {"audio/*": {}}},
    304: {"description": "Not changed"},
    **may_fail(416),
}
_OF_THE_LINK = "As the signed link has it."
_MEDIA: dict[str, Any] = {
    "response_class": Response,
    "responses": FILE_RESPONSES | may_fail(403, 404, 422, 503),
}


@router.get(
    "/jobs/{job_id}/audio/url",
    response_model=AudioLink,
    responses=may_fail(401, 404, 409, 422, 429, 503),
)
async def audio_url(
    job_id: JobId, request: Request, caller: AnyCaller, service: TheService
) -> AudioLink:
    """A link that needs no login, for players. It holds for a limited time."""
    job = service.own(caller, job_id)
    return service.links.make(str(request.base_url), key_of_take(service, job))


@router.head("/media/{key:path}", operation_id="head_media", **_MEDIA)
@router.get("/media/{key:path}", operation_id="get_media", **_MEDIA)
async def media(
    key: Annotated[str, Path(description=_OF_THE_LINK)],
    service: TheService,
    expires: Annotated[str, Query(description=_OF_THE_LINK)] = "",
    signature: Annotated[str, Query(description=_OF_THE_LINK)] = "",
) -> Response:
    """The audio of a signed link. Whatever it lacks, it opens nothing."""
    service.links.check(key, expires, signature)
    job = service.jobs.take_at(*map(str, service.storage.places(key)))
    if job is None:
        raise NotFound("This audio is not here any more.")
    return await whole_file(service, job)


def key_of_take(service: Service, job: Job) -> str:
    """Raises Conflict when there is no audio yet, NotFound when there is none any more."""
    if job.take is not None:
        return service.storage.key_of(job.take.path)
    if job.status.final and job.error is None and job.progress == 1.0:
        raise NotFound("This audio was kept for its time and is gone.")
    raise Conflict(f"There is no audio: the job is {job.status.value}.")


async def whole_file(service: Service, job: Job) -> MediaFile:
    """The take's file. Raises NotFound, and StorageError when the storage can't say."""
    if job.take is None:
        raise NotFound("This audio is not here any more.")
    kind = job.take.path.suffix
    return MediaFile(
        await stored(service.storage, service.storage.key_of(job.take.path)),
        kind[1:],
        etag=job.take.sha256,
        headers={"cache-control": "private, max-age=3600"},
        filename=f"{job.name}{kind}",
    )
