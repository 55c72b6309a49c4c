"""What dispatcher and host say to each other: one JSON object a line, over the host's stdio.

A run is one attempt at one job; its id is the claim's token, so that the words of an attempt that
was given up can never be taken for those of the next.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from engine.jobs import Step
from engine.request import Request

__all__ = [
    "Command",
    "Drop",
    "Dropped",
    "Event",
    "Failed",
    "Kept",
    "Loaded",
    "Made",
    "Noticed",
    "Pause",
    "Previewed",
    "Quit",
    "Ready",
    "Run",
    "Stepped",
    "StopHere",
    "Unloaded",
    "decode_command",
    "decode_event",
    "encode",
]


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, ser_json_inf_nan="null")


class Run(_Message):
    """Make this take. Files are written where the paths say, and nowhere else."""

    do: Literal["run"] = "run"
    run: str
    request: Request
    sources: dict[str, Path] = {}
    """Files in place of what the request names; its file tells only the names."""
    title: str
    """Written into the file's tags."""
    request_id: str = ""
    """Marks every log line that has to do with it."""
    path: Path
    preview: Path
    checkpoint: Path


class Drop(_Message):
    """Give this run up; answered by Dropped."""

    do: Literal["drop"] = "drop"
    run: str


class StopHere(_Message):
    """Make what has grown the whole take; a generator that can't goes on to the end."""

    do: Literal["stop_here"] = "stop_here"
    run: str


class Pause(_Message):
    do: Literal["pause"] = "pause"
    on: bool


class Quit(_Message):
    """End now; what grows keeps a checkpoint."""

    do: Literal["quit"] = "quit"


Command = Annotated[Run | Drop | StopHere | Pause | Quit, Field(discriminator="do")]


class Ready(_Message):
    event: Literal["ready"] = "ready"
    pid: int


class Loaded(_Message):
    """A model is in memory."""

    event: Literal["loaded"] = "loaded"
    model: str
    made_by: str
    """Generator and version."""
    weights: str = ""
    """Of the generator; empty where it has none."""
    device: str
    """Where it computes, and in which numbers."""
    slots: int
    """Takes it can grow at once."""
    heavy: bool
    """Jobs of this model start sooner than those of another heavy one."""


class Unloaded(_Message):
    """A model gave its memory back."""

    event: Literal["unloaded"] = "unloaded"
    model: str


class Stepped(_Message):
    event: Literal["stepped"] = "stepped"
    run: str
    step: Step
    progress: float
    eta: float | None = None
    """Seconds left at the measured rate."""


class Previewed(_Message):
    """The preview file holds what has grown so far."""

    event: Literal["previewed"] = "previewed"
    run: str


class Kept(_Message):
    """The checkpoint file holds enough to go on from later."""

    event: Literal["kept"] = "kept"
    run: str


class Made(_Message):
    """The take's file is in place, and flushed to the disk."""

    event: Literal["made"] = "made"
    run: str
    path: Path
    sha256: str
    duration: float
    sample_rate: int
    channels: int
    made_by: str
    weights: str = ""
    licence: str
    tempo: float | None
    beats_per_bar: int | None
    key: str | None
    loudness: float | None
    true_peak: float | None
    not_understood: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    midi_path: Path | None
    work_seconds: float
    """Time it took from the first step to the file."""


class Failed(_Message):
    event: Literal["failed"] = "failed"
    run: str
    code: str
    message: str
    hint: str
    detail: str
    retriable: bool


class Noticed(_Message):
    """Something that the musician should know, although nothing failed."""

    event: Literal["noticed"] = "noticed"
    code: str
    message: str
    hint: str
    detail: str


class Dropped(_Message):
    event: Literal["dropped"] = "dropped"
    run: str


Event = Annotated[
    Ready | Loaded | Unloaded | Stepped | Previewed | Kept | Made | Failed | Noticed | Dropped,
    Field(discriminator="event"),
]

_commands: TypeAdapter[Run | Drop | StopHere | Pause | Quit] = TypeAdapter(Command)
_events: TypeAdapter[
    Ready | Loaded | Unloaded | Stepped | Previewed | Kept | Made | Failed | Noticed | Dropped
] = TypeAdapter(Event)


def encode(message: _Message) -> bytes:
    """One line, newline included."""
    return message.model_dump_json().encode() + b"\n"


def decode_command(line: bytes) -> Run | Drop | StopHere | Pause | Quit | None:
    """None for a line that is no command."""
    try:
        return _commands.validate_json(line)
    except ValidationError:
        return None


def decode_event(
    line: bytes,
) -> (
    Ready
    | Loaded
    | Unloaded
    | Stepped
    | Previewed
    | Kept
    | Made
    | Failed
    | Noticed
    | Dropped
    | None
):
    """None for a line that is no event."""
    try:
        return _events.validate_json(line)
    except ValidationError:
        return None
