"""The same service under the names of the older music flow."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.errors import InvalidRequest, Problem
from engine.jobs import Job, Status, utc_now
from engine.limits import MAX_DURATION, MAX_PROMPT, MIN_DURATION, OutputFormat
from engine.request import problems_of
from engine.server.callers import NamedCaller
from engine.server.problems import may_fail
from engine.server.routes.media import key_of_take
from engine.server.service import TheService
from engine.server.submitting import submit
from engine.wire import PROMPT_FORM, Generate, Name

__all__ = ["router"]

router = APIRouter(prefix="/api/music-generator", tags=["music flow"])

DEFAULT_MODEL = "sketch"
_FORMATS: dict[str, OutputFormat] = {"mp3": "mp3", "pcm": "wav", "wav": "wav", "flac": "flac",
                                     "ogg": "ogg", "opus": "ogg"}  # fmt: skip

_FORM = "^({})(_[\\s\\S]*)?$".format(
    "|".join("".join(f"[{c}{c.upper()}]" if c.isalpha() else c for c in name) for name in _FORMATS)
)

T = TypeVar("T")
MusicId = Annotated[
    str, Path(alias="musicId", max_length=200, description="As the submission gave it.")
]


class FlowStatus(StrEnum):
    GENERATING = "GENERATING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class FlowRequest(BaseModel):
    model_config = ConfigDict(allow_inf_nan=False)

    name: Name
    prompt: Annotated[
        str, Field(min_length=1, max_length=MAX_PROMPT, json_schema_extra={**PROMPT_FORM})
    ]
    length_ms: Annotated[
        int, Field(alias="lengthMs", ge=MIN_DURATION * 1000, le=MAX_DURATION * 1000)
    ]
    output_format: Annotated[
        str, Field(alias="outputFormat", max_length=50, json_schema_extra={"pattern": _FORM})
    ] = "mp3_44100_128"
    """Codec, rate and bit rate; the last two are the server's to choose."""
    model_id: Annotated[str | None, Field(alias="modelId", max_length=200)] = None
    """One of this server's; any other is made by "sketch"."""


class FlowStarted(BaseModel):
    musicId: str  # noqa: N815 - the flow's own names
    name: str
    prompt: str
    status: FlowStatus
    lengthMs: int  # noqa: N815
    createdAt: datetime  # noqa: N815


class FlowState(FlowStarted):
    audioUrl: str | None  # noqa: N815
    updatedAt: datetime  # noqa: N815


class FlowLink(BaseModel):
    musicId: str  # noqa: N815
    downloadUrl: str  # noqa: N815
    expiresAt: datetime  # noqa: N815


class FlowAnswer(BaseModel, Generic[T]):
    success: bool = True
    data: T
    message: str


_KNOWN = may_fail(401, 404, 422, 429, 503)


@router.post(
    "/generate",
    status_code=202,
    response_model=FlowAnswer[FlowStarted],
    responses=may_fail(400, 401, 403, 408, 413, 422, 429, 503),
)
async def generate(
    body: FlowRequest, response: Response, caller: NamedCaller, service: TheService
) -> FlowAnswer[FlowStarted]:
    """Queue a take."""
    models = await service.models.now()
    known = models.find(body.model_id) if body.model_id else None
    given: dict[str, Any] = {
        "prompt": body.prompt,
        "name": body.name,
        "duration": body.length_ms / 1000,
        "output_format": _format(body.output_format),
        # Elsewhere this names another service's models.
        "model": known.id if known else DEFAULT_MODEL,
    }
    try:
        wanted = Generate(**given)
    except ValidationError as error:
        raise InvalidRequest(problems_of(error)) from error
    [job] = await submit(service, caller, [wanted], response, None)
    return FlowAnswer(
        data=FlowStarted(**_started(job)), message="Music generation job created successfully"
    )


@router.get("/status/{musicId}", response_model=FlowAnswer[FlowState], responses=_KNOWN)
async def status(
    music_id: MusicId, request: Request, caller: NamedCaller, service: TheService
) -> FlowAnswer[FlowState]:
    """How a take stands."""
    job = service.own(caller, music_id)
    view = service.view(job, str(request.base_url))
    # While it runs it changes all the time.
    updated = job.finished_at or (job.created_at if job.started_at is None else utc_now())
    state = FlowState(**_started(job), audioUrl=view.audio_url, updatedAt=updated)
    return FlowAnswer(data=state, message="Music status retrieved successfully")


@router.get(
    "/download/{musicId}",
    response_model=FlowAnswer[FlowLink],
    responses=_KNOWN | may_fail(409),
)
async def download(
    music_id: MusicId, request: Request, caller: NamedCaller, service: TheService
) -> FlowAnswer[FlowLink]:
    """A link to the audio, for players. It holds for a limited time."""
    key = key_of_take(service, service.own(caller, music_id))
    link = service.links.make(str(request.base_url), key)
    data = FlowLink(musicId=music_id, downloadUrl=link.url, expiresAt=link.expires_at)
    return FlowAnswer(data=data, message="Download URL created successfully")


def _started(job: Job) -> dict[str, Any]:
    match job.status:
        case Status.COMPLETED:
            state = FlowStatus.COMPLETED
        case Status.FAILED | Status.CANCELLED:
            state = FlowStatus.FAILED
        case _:
            state = FlowStatus.GENERATING
    return {
        "musicId": job.id,
        "name": job.name,
        "prompt": job.request.prompt,
        "status": state,
        "lengthMs": round(job.request.duration * 1000),
        "createdAt": job.created_at,
    }


def _format(text: str) -> OutputFormat:
    """``mp3_44100_128`` and the like: codec, rate, bit rate; the last two are ours to choose."""
    codec = text.partition("_")[0].lower()
    if codec not in _FORMATS:
        message = f"must begin with one of {', '.join(_FORMATS)}"
        raise InvalidRequest((Problem("outputFormat", message),))
    return _FORMATS[codec]
