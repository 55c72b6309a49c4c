"""What server and client say to each other, in one place: the bodies of requests and answers.

Times are UTC and end in ``Z``; durations are in seconds, sizes in bytes.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from engine.jobs import Job, Order, Status, Step
from engine.limits import MAX_DURATION, MAX_PROMPT, MIN_DURATION, USUAL_MODEL, OutputFormat
from engine.request import Request, default_name

__all__ = [
    "API",
    "PROMPT_FORM",
    "AudioLink",
    "Batch",
    "BatchAccepted",
    "Cancelled",
    "FieldError",
    "Generate",
    "JobView",
    "JobsPage",
    "Keep",
    "ModelView",
    "ModelsView",
    "Name",
    "ProblemView",
    "QueueStats",
    "QueueView",
    "Stitch",
    "UploadView",
    "Waiting",
    "view_of",
]

API = "/api/v1"
MAX_BATCH = 10

JobId = Annotated[str, Field(pattern=r"^gen_[0-9a-z]{1,40}$", examples=["gen_4be2a7c19d03f586"])]
SourceId = Annotated[str, Field(pattern=r"^(gen|upl)_[0-9a-z]{1,40}$")]


def _one_line(name: str) -> str:
    name = " ".join(name.split())
    if not name or any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in name):
        raise ValueError("must be text on one line, without control characters")
    return name


# For who reads the schema; the validators say the same, in words. Each: what may stand there, and
# something that can be seen among it.
PROMPT_FORM = {"pattern": r"^[^\x00-\x08\x0B-\x1F]*[^\s\x00-\x1F][^\x00-\x08\x0B-\x1F]*$"}
_IN_NAMES = r"[^\x00-\x08\x0E-\x1B\x7F-\x84\x86-\x9F]"
NAME_FORM = {"pattern": rf"^{_IN_NAMES}*[^\s\x00-\x1F\x7F-\x9F]{_IN_NAMES}*$"}

Name = Annotated[
    str,
    Field(min_length=1, max_length=200, json_schema_extra={**NAME_FORM}),
    AfterValidator(_one_line),
]


class Generate(Request):
    """What is to be made, and how to queue it.

    >>> Generate(prompt="calm piano, 70 bpm", duration=20).order()
    """

    model_config = ConfigDict(strict=True)  # as its schema says: a text is no number

    prompt: Annotated[
        str, Field(min_length=1, max_length=MAX_PROMPT, json_schema_extra={**PROMPT_FORM})
    ]
    duration: Annotated[float, Field(ge=MIN_DURATION, le=MAX_DURATION)]
    """Seconds of music; some models make less, see ``GET /models``."""
    model: Annotated[str, Field(min_length=1, max_length=4096)] = USUAL_MODEL
    """One of ``GET /models``."""
    melody: SourceId | None = None
    """An own upload or job whose melody to follow."""
    continue_from: SourceId | None = None
    """An own upload or job to go on from."""
    name: Name | None = None
    """For lists and files; null: the prompt's first words."""
    priority: Annotated[int, Field(ge=-100, le=100)] = 0
    """Higher goes first."""
    depends_on: JobId | None = None
    """An own job that must be made first; if it fails, so does this."""
    callback_url: Annotated[str, Field(max_length=2048)] | None = None
    """Is told of the end by a signed POST, where the server allows that; https only."""

    @field_validator("seed", "top_k", "priority", mode="before")
    @classmethod
    def _whole(cls, number: object) -> object:
        """In JSON 7.0 is a whole number like 7."""
        return int(number) if isinstance(number, float) and number.is_integer() else number

    @field_validator("prompt")
    @classmethod
    def _says_something(cls, prompt: str) -> str:
        if not prompt:
            raise ValueError("is empty")
        return prompt

    def request(self) -> Request:
        """What affects the sound, alone."""
        return Request(**{name: getattr(self, name) for name in Request.model_fields})

    def order(self, owner: str = "", request_id: str | None = None) -> Order:
        return Order(
            self.request(),
            name=self.name,
            priority=self.priority,
            depends_on=self.depends_on,
            owner=owner,
            request_id=request_id,
            callback_url=self.callback_url,
        )


class Batch(BaseModel):
    model_config = ConfigDict(extra="forbid")

    requests: Annotated[list[Generate], Field(min_length=1, max_length=MAX_BATCH)]


class BatchAccepted(BaseModel):
    job_ids: list[str]
    """In the order of the requests."""
    total_jobs: int
    estimated_total_time_seconds: float
    """Of work, at the speed that is measured now."""


class JobView(BaseModel):
    """A job as its owner sees it."""

    job_id: str
    status: Status
    current_step: Step
    progress: float
    """0 to 1."""
    eta_seconds: float | None
    """Time left, measured; null while there is no figure."""
    queue_position: int | None
    """1 is next; null unless it waits."""
    prompt: str
    name: str | None
    """As it was given; null when it was not."""
    retry_count: int
    """How often it was tried again after trouble."""
    error: str | None
    """What happened, and what to do; null when all is well."""
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    audio_url: str | None
    """Signed; null until there is audio, and again when it is kept no longer."""


class JobsPage(BaseModel):
    jobs: list[JobView]
    next_cursor: str | None
    """For the ``cursor`` of the next page; null: this is the last."""


class Cancelled(BaseModel):
    message: str
    job_id: str
    cancelled_at: datetime


class Keep(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    keep: bool


class AudioLink(BaseModel):
    url: str
    expires_at: datetime


class UploadView(BaseModel):
    upload_id: str
    name: str
    format: str
    size_bytes: int
    duration_seconds: float
    sample_rate: int
    channels: int
    sha256: str
    created_at: datetime
    expires_at: datetime
    """When it goes if nothing has used it."""


class Stitch(BaseModel):
    """Several own takes, joined into one."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    job_ids: Annotated[list[JobId], Field(min_length=2, max_length=20)]
    crossfade_seconds: Annotated[float, Field(ge=0, le=30)] = 1.0
    output_format: OutputFormat = "wav"
    name: Name | None = None


class QueueStats(BaseModel):
    pending_jobs: int
    processing_jobs: int
    completed_jobs: int
    failed_jobs: int
    oldest_pending_job_age_seconds: float | None
    average_processing_time_seconds: float | None
    """Of the last takes that were made."""


class Waiting(BaseModel):
    """One place in the queue; whose it is and what it asks for only its owner sees."""

    queue_position: int
    job_id: str | None
    prompt: str | None
    priority: int
    duration_seconds: float


class QueueView(BaseModel):
    waiting: list[Waiting]


class ModelView(BaseModel):
    id: str
    name: str
    licence: str
    max_seconds: float
    """The longest take that it makes."""
    abilities: list[str]
    """What it can start from."""
    loaded: bool
    """Whether a take begins without loading it first."""


class ModelsView(BaseModel):
    models: list[ModelView]
    offers: list[str] = []
    """What can be done beside making takes, which older servers can't: ``preview``, ``stop``."""


class FieldError(BaseModel):
    field: str
    message: str


class ProblemView(BaseModel):
    """RFC 9457; every error is one."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[FieldError] | None = None
    error: str | None = None
    """Of a 429: which limit was reached."""


def view_of(job: Job, *, queue_position: int | None, audio_url: str | None) -> JobView:
    """What is shown of a job; only its own fields, no other's."""
    error = job.error
    values: dict[str, Any] = {
        "job_id": job.id,
        "status": job.status,
        "current_step": job.step,
        "progress": round(job.progress, 4),
        "eta_seconds": None if job.eta_seconds is None else round(job.eta_seconds, 1),
        "queue_position": queue_position,
        "prompt": job.request.prompt,
        "name": job.name if job.name != default_name(job.request) else None,
        "retry_count": job.retries,
        "error": " ".join(filter(None, (error.message, error.hint))) if error else None,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "audio_url": audio_url,
    }
    return JobView.model_construct(**values)
