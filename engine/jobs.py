"""The vocabulary: what is asked (Request, Order), what is under way (Job), what came out (Take).

All values are frozen. A change is a new value, and travels between layers as a ``Change`` that
carries the new snapshot; whoever shows it upserts by id.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from engine.errors import InvalidRequest, MusicError, Problem

if TYPE_CHECKING:
    from engine.places import PlaceStatus  # which builds on this module

__all__ = [
    "FORMATS",
    "LOCAL",
    "MAX_DURATION",
    "MAX_PROMPT",
    "MAX_SEED",
    "MIN_DURATION",
    "Change",
    "Choice",
    "EngineState",
    "EngineStatus",
    "Failure",
    "Job",
    "Once",
    "Order",
    "OutputFormat",
    "Precision",
    "Request",
    "Status",
    "Step",
    "Take",
    "default_name",
    "is_job_id",
    "new_id",
    "new_seed",
    "parse_request",
    "problems_among",
    "problems_of",
    "utc_now",
]

MIN_DURATION = 1.0
"""Shortest piece, in seconds."""
MAX_DURATION = 600.0
"""Longest piece, in seconds."""
MAX_PROMPT = 2_000
"""Longest prompt, in characters."""
MAX_SEED = 2**31 - 1
LOCAL = "local"
"""The place that means this computer; any other place is a server's id."""

OutputFormat = Literal["wav", "flac", "mp3", "ogg"]
FORMATS: tuple[OutputFormat, ...] = ("wav", "flac", "mp3", "ogg")

Precision = Literal["auto", "fp32", "bf16", "fp16", "int8"]
"""Of the weights of models on this computer; auto: fp16 on a GPU, int8 on a CPU."""


class Status(StrEnum):
    """Where a job stands in its life; only the last three are final."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        return self in (Status.COMPLETED, Status.FAILED, Status.CANCELLED)


class Step(StrEnum):
    """What is shown on the way, in this order."""

    QUEUED = "queued"
    LOADING_MODEL = "loading_model"
    ENCODING_PROMPT = "encoding_prompt"
    GENERATING = "generating"
    SAVING = "saving"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Request(BaseModel):
    """Everything that affects the sound of one take, and nothing else.

    The one place for limits and their messages: the form, the prompt lists, the stored rows, the
    HTTP body and the JSON embedded in exported files all are this model.
    The same request on the same model and versions gives the same take.

    >>> Request(prompt="calm piano, 70 bpm", duration=20).seeded().seed is not None
    True
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    prompt: Annotated[str, Field(max_length=MAX_PROMPT)] = ""
    duration: Annotated[float, Field(ge=MIN_DURATION, le=MAX_DURATION)] = 16.0
    """Seconds of music."""
    model: Annotated[str, Field(min_length=1, max_length=4096)] = "sketch"
    """A model's name, its id on the hub, or the folder where it is."""
    seed: Annotated[int, Field(ge=0, le=MAX_SEED)] | None = None
    """None means: draw one before queueing (``seeded``)."""
    loop: bool = False
    """Make a piece whose end meets its start; the length becomes whole bars."""
    guidance: Annotated[float, Field(ge=0, le=20)] = 3.0
    temperature: Annotated[float, Field(gt=0, le=5)] = 1.0
    top_k: Annotated[int, Field(ge=0, le=2048)] = 250
    top_p: Annotated[float, Field(ge=0, le=1)] = 0.0
    output_format: OutputFormat = "wav"
    melody: Annotated[str, Field(max_length=4096)] | None = None
    """Audio whose melody to follow: a file's path, or an upload's id on a server."""
    continue_from: Annotated[str, Field(max_length=4096)] | None = None
    """Audio to go on from: a file's path, a take's id, or an upload's id on a server."""
    continue_at: Annotated[float, Field(ge=0)] | None = None
    """Go on from this moment of it, in seconds; None: from its end."""

    @field_validator("prompt")
    @classmethod
    def _clean_prompt(cls, prompt: str) -> str:
        bad = next((i for i, c in enumerate(prompt) if c not in "\n\t" and ord(c) < 32), None)
        if bad is not None:
            raise ValueError(
                f"has an invisible control character (U+{ord(prompt[bad]):04X}) at position {bad}"
            )
        # One spelling for each letter: NFC, so that equal-looking prompts are equal requests.
        return unicodedata.normalize("NFC", " ".join(prompt.split()))

    def seeded(self) -> Request:
        """This request with a seed: its own, or one drawn now."""
        if self.seed is not None:
            return self
        return self.model_copy(update={"seed": new_seed()})

    def takes(self, count: int) -> list[Request]:
        """``count`` requests for the same music: with its own seed, and with those after it."""
        first = self.seeded()
        seeds = ((first.seed or 0) + n for n in range(count))
        return [first.model_copy(update={"seed": seed % (MAX_SEED + 1)}) for seed in seeds]

    def fingerprint(self, versions: str = "") -> str:
        """SHA-256 (hex) of all that affects the sound, for the take cache.

        ``versions`` names the generator's version: another version may sound different.
        """
        text = f"{versions}\n{self.model_dump_json()}"
        return hashlib.sha256(text.encode()).hexdigest()


def parse_request(data: Mapping[str, Any]) -> Request:
    """Build a Request from loose data; raises InvalidRequest naming every wrong field."""
    try:
        return Request.model_validate(dict(data))
    except ValidationError as error:
        raise InvalidRequest(problems_of(error)) from error


def problems_of(error: ValidationError) -> tuple[Problem, ...]:
    """What pydantic refused, in plain words."""
    return problems_among(error.errors(include_url=False))


def problems_among(items: Iterable[Any], *, within: int = 0) -> tuple[Problem, ...]:
    """Pydantic's own items in plain words, each place without its first ``within`` parts."""
    return tuple(_problem(item, within) for item in items)


def _problem(item: Any, within: int) -> Problem:
    """One pydantic error in a musician's words."""
    name = ".".join(str(part) for part in item["loc"][within:])
    kind, context = item["type"], item.get("ctx", {})
    match kind:
        case "greater_than_equal":
            message = f"must be {context['ge']:,.12g} or more"
        case "greater_than":
            message = f"must be more than {context['gt']:,.12g}"
        case "less_than_equal":
            message = f"must be {context['le']:,.12g} or less"
        case "string_too_long":
            message = f"is too long: at most {context['max_length']:,} characters"
        case "string_too_short":
            message = "is empty"
        case "finite_number" | "float_parsing" | "float_type":
            message = "must be a number"
        case "int_parsing" | "int_type" | "int_from_float" | "int_parsing_size":
            message = "must be a whole number"
        case "literal_error":
            message = f"must be one of {context['expected']}"
        case "string_type" | "string_unicode":
            message = "must be text"
        case "bool_type" | "bool_parsing":
            message = "must be yes or no"
        case "extra_forbidden":
            message = "is not a setting of this program"
        case "value_error":
            message = str(context["error"])
        case _:
            message = item["msg"]
    return Problem(name, message)


@dataclass(frozen=True, slots=True)
class Order:
    """A request and how to queue it: what the musician hands to the queue."""

    request: Request
    name: str | None = None
    """Shown in the list and used for file names; None: made from the prompt."""
    priority: int = 0
    """Higher goes first; within one priority, the place in the list decides."""
    place: str = LOCAL
    when_idle: bool = False
    """Run only when nothing else waits."""
    depends_on: str | None = None
    """Id of a job that must complete first; if that one fails, so does this."""
    id: str | None = None
    """Chosen by the caller when it must know the id beforehand; None: drawn."""
    owner: str = ""
    """Who asked for it, on a server; empty: the musician at this computer."""
    request_id: str | None = None
    """Marks every log line that has to do with it."""
    callback_url: str | None = None
    """Is told of the end."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Where a job is to be made, and by which model."""

    place: str
    model: str


@dataclass(frozen=True, slots=True)
class Once:
    """Marks a submission, so that the same one sent again queues nothing."""

    owner: str
    key: str
    """The sender's choice, one for each submission."""
    digest: str
    """Of what is asked for: a key with another digest is a mistake."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job failed: what happened, what to do, and details for the fold."""

    code: str
    message: str
    hint: str = ""
    detail: str = ""

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        if isinstance(error, MusicError):
            return cls(error.code, error.message, error.hint, error.detail)
        return cls(
            "unexpected",
            "Something unexpected went wrong.",
            "Retry, or copy the details into a report.",
            f"{type(error).__name__}: {error}",
        )


@dataclass(frozen=True, slots=True)
class Take:
    """A finished piece of music: its file, what it is, and what the musician says of it."""

    path: Path
    duration: float
    """Seconds, of the file as it is."""
    sample_rate: int
    channels: int
    sha256: str
    """Of the whole file, hex."""
    tempo: float | None = None
    """Beats per minute."""
    beats_per_bar: int | None = None
    key: str | None = None
    """For example "D minor"."""
    loudness: float | None = None
    """Integrated, LUFS."""
    true_peak: float | None = None
    """dBTP."""
    midi_path: Path | None = None
    not_understood: tuple[str, ...] = ()
    """Words of the prompt that the generator could not use."""
    made_by: str = ""
    """Generator and version, for example "sketch 1"."""
    licence: str = ""
    stars: int = 0
    """0 (not rated) to 5."""
    kept: bool | None = None
    """True: kept; False: rejected; None: not decided."""
    tags: tuple[str, ...] = ()
    notes: str = ""
    remarks: tuple[str, ...] = ()
    """What else is to be known of how it was made, in sentences."""
    size: int = 0
    """Bytes of the file; 0: not known."""


@dataclass(frozen=True, slots=True)
class Job:
    """One row of the queue and the library: an order, where it stands, and its take if any."""

    id: str
    request: Request
    """Always with a seed."""
    name: str
    status: Status
    step: Step
    created_at: datetime
    priority: int = 0
    position: float = 0.0
    """Order within one priority; lower goes first."""
    place: str = LOCAL
    when_idle: bool = False
    depends_on: str | None = None
    batch: str | None = None
    """Shared by jobs that were submitted together."""
    progress: float = 0.0
    """0 to 1: steps done over steps to do."""
    eta_seconds: float | None = None
    """Time left at the measured rate; None until there is one."""
    attempt: int = 0
    """How often it was started."""
    retries: int = 0
    """How often it was put back after a failure that could get better."""
    retry_at: datetime | None = None
    """When a failed attempt is tried again; None unless it waits for that."""
    cancelling: bool = False
    """Cancel was asked and is not through yet."""
    error: Failure | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    preview: Path | None = None
    """A WAV of what has grown so far, while generating."""
    take: Take | None = None
    owner: str = ""
    request_id: str | None = None
    callback_url: str | None = None
    meant_for: Choice | None = None
    """What was asked for at first, when it is made elsewhere or by another model instead."""

    def with_(self, **changes: Any) -> Job:
        """A copy with some fields changed."""
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class Change:
    """A job's new snapshot, or that it is gone (``removed``)."""

    job: Job
    removed: bool = False
    at: datetime = field(default_factory=lambda: utc_now())


class EngineState(StrEnum):
    """How the engine of this computer is, for the status bar."""

    STARTING = "starting"
    READY = "ready"
    WORKING = "working"
    RESTARTING = "restarting"
    """The host process ended and is being started again."""
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """The engine at a glance; published when something of it changes."""

    state: EngineState = EngineState.STARTING
    paused: bool = False
    device: str = ""
    """Where the loaded model computes, and in which numbers: "CPU int8"; empty when none is."""
    model: str = ""
    """Loaded model and decoder, for example "sketch 1"; empty when none is."""
    speed: float | None = None
    """Seconds of music that the loaded model makes per second of work, measured; None until there
    is a figure."""
    pending: int = 0
    running: int = 0
    free_bytes: int | None = None
    """Free space where takes are kept."""
    detail: str = ""
    starts_in: float | None = None
    """Seconds until a new job would start on this computer; None: not known."""
    fallback: bool = False
    """Whether jobs whose server is away are made here instead."""
    places: tuple[PlaceStatus, ...] = ()
    """The servers, in the order in which they were added."""


def default_name(request: Request) -> str:
    """A row's name from its prompt: the first words, up to 60 characters."""
    text = request.prompt.split("\n")[0].strip() or "Untitled"
    if len(text) > 60:
        text = text[:60].rsplit(" ", 1)[0].rstrip(" ,;.-") + "…"
    return text[0].upper() + text[1:]


def new_id() -> str:
    """A job id: ``gen_`` and 16 hex digits."""
    return f"gen_{secrets.token_hex(8)}"


def is_job_id(text: str) -> bool:
    """Whether this names a job, and not a file."""
    return re.fullmatch(r"gen_[0-9a-z]+", text) is not None


def new_seed() -> int:
    return secrets.randbelow(MAX_SEED + 1)


def utc_now() -> datetime:
    return datetime.now(UTC)
