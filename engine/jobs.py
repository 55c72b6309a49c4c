"""The vocabulary of the queue: what is ordered, what is under way, and what came of it.

All values are frozen. A change is a new value, and travels between layers as a ``Change`` that
carries the new snapshot; whoever shows it upserts by id.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from engine.errors import MusicError

if TYPE_CHECKING:  # the first paint does not wait for it
    from engine.request import Request

__all__ = [
    "ANY_AMOUNT",
    "LOCAL",
    "Change",
    "Choice",
    "Failure",
    "HowToQueue",
    "Job",
    "Maker",
    "Once",
    "Order",
    "Quota",
    "Status",
    "Step",
    "Submission",
    "Take",
    "is_job_id",
    "new_id",
    "utc_now",
]

LOCAL = "local"
"""The place that means this computer; any other place is a server's id."""


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
class Quota:
    """What one owner may have at most; 0: any amount."""

    jobs: int = 0
    """That wait or run."""
    stored: int = 0
    """Bytes of takes and uploads."""


ANY_AMOUNT = Quota()


class HowToQueue(TypedDict, total=False):
    """What is said of a submission beside its orders: see there."""

    front: bool
    once: Once | None
    quota: Quota


@dataclass(frozen=True, slots=True)
class Submission:
    """What is to be queued: all of it, in this order, or nothing."""

    orders: Sequence[Order]
    front: bool = False
    """Before all others."""
    once: Once | None = None
    """A repeat gives the jobs of the first time, and queues nothing."""
    quota: Quota = ANY_AMOUNT
    """Of each owner, these jobs among them."""


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
class Maker:
    """What made a take: the same one makes the same take of the same request."""

    made_by: str
    """Generator and version, for example "sketch 1"."""
    weights: str = ""
    """What tells a trained model from another training of it; empty where there are none."""


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
    """Of those that the tempo counts: 2 in 6/8. None: not known, or not all alike, as in 7/8."""
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
    weights: str = ""
    """As the maker's; nobody reads it."""

    @property
    def maker(self) -> Maker:
        return Maker(self.made_by, self.weights)


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
    """A WAV of what has grown so far, while generating: a whole path here, or a storage's key."""
    checkpoint: str | None = None
    """What was kept of it in the storage, for another machine to go on from; None: nothing, or it
    is kept where it grows."""
    ends_early: bool = True
    """Whether the place where it is made could let it end with what has grown."""
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


def new_id() -> str:
    """A job id: ``gen_`` and 16 hex digits."""
    return f"gen_{secrets.token_hex(8)}"


def is_job_id(text: str) -> bool:
    """Whether this names a job, and not a file."""
    return re.fullmatch(r"gen_[0-9a-z]+", text) is not None


def utc_now() -> datetime:
    return datetime.now(UTC)
