"""Reference audio: a melody to follow, or music to go on from."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from engine.audio.atomic import part_of, passing
from engine.audio.names import safe_name
from engine.errors import AudioError, TooMany
from engine.jobs import utc_now
from engine.server.callers import AnyCaller
from engine.server.problems import may_fail
from engine.server.receiving import receive
from engine.server.room import check_room, quota_of
from engine.server.service import Service, TheService
from engine.server.weighing import weigh
from engine.storage.base import UPLOADS
from engine.store.uploads import Upload
from engine.wire import API, UploadView

__all__ = ["router"]

router = APIRouter(prefix="/uploads", tags=["uploads"])

_FILE = {"type": "string", "format": "binary"}
_BODY: dict[str, Any] = {
    "parameters": [
        {
            "name": "name",
            "in": "query",
            "schema": {"type": "string"},
            "description": "What the file is called, where it is the body itself.",
        }
    ],
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {"type": "object", "properties": {"file": _FILE}, "required": ["file"]}
            },
            "application/octet-stream": {"schema": _FILE},
        },
    },
}

UploadId = Annotated[
    str,
    Path(max_length=200, description="One of your uploads.", examples=["upl_4be2a7c19d03f586"]),
]


@router.post(
    "",
    status_code=201,
    response_model=UploadView,
    openapi_extra=_BODY,
    responses=may_fail(401, 403, 408, 413, 415, 422, 429, 503),
)
async def upload(
    request: Request, response: Response, caller: AnyCaller, service: TheService
) -> UploadView:
    """Send reference audio. In a form, or as the body itself; its id then serves as ``melody`` or
    ``continue_from``. WAV, FLAC, OGG, MP3 and AIFF are taken."""
    service.accepting()
    check_room(service, caller)
    settings = service.settings
    upload_id = f"upl_{secrets.token_hex(8)}"
    key = f"{UPLOADS}/{upload_id}"
    with passing(part_of(service.takes.folder / upload_id)) as part:
        received = await receive(
            request, part, limit=settings.upload_bytes, patience=settings.upload_patience
        )
        async with service.heavy_work:
            try:
                info = await weigh(part, settings.upload_seconds)
            except TimeoutError:
                raise AudioError("It takes too long to look at this file.") from None
        library = service.uploads.library
        await service.storage.put(part, key, sha256=received.sha256, job=library)
    now = utc_now()
    made = Upload(
        id=upload_id,
        owner=caller.owner,
        name=safe_name(received.name, "Upload"),
        key=key,
        format=received.format,
        sha256=received.sha256,
        size=received.size,
        duration=round(info.duration, 3),
        sample_rate=info.sample_rate,
        channels=info.channels,
        created_at=now,
        used_at=now,
    )
    try:
        service.uploads.add(made, quota_of(service, caller))
    except TooMany:  # others came in between
        await service.storage.remove(key)
        raise
    # If else this fails it may have been done all the same: the file is left to the sweep.
    response.headers["Location"] = f"{API}/uploads/{upload_id}"
    return _view(service, made)


@router.get("/{upload_id}", response_model=UploadView, responses=may_fail(401, 404, 422, 429, 503))
async def look(upload_id: UploadId, caller: AnyCaller, service: TheService) -> UploadView:
    """What is known of an upload."""
    return _view(service, service.uploads.of(caller.owner, upload_id))


@router.delete("/{upload_id}", status_code=204, responses=may_fail(401, 404, 422, 429, 503))
async def remove(upload_id: UploadId, caller: AnyCaller, service: TheService) -> None:
    """Remove an upload. Jobs that still need it will fail."""
    found = service.uploads.of(caller.owner, upload_id)
    await service.storage.remove(found.key)
    service.uploads.forget([found.id])


def _view(service: Service, upload: Upload) -> UploadView:
    return UploadView(
        upload_id=upload.id,
        name=upload.name,
        format=upload.format,
        size_bytes=upload.size,
        duration_seconds=upload.duration,
        sample_rate=upload.sample_rate,
        channels=upload.channels,
        sha256=upload.sha256,
        created_at=upload.created_at,
        expires_at=upload.used_at + timedelta(hours=service.settings.upload_unused_hours),
    )
