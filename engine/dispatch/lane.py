"""What a place to run jobs must offer, and what it tells the dispatcher.

A lane runs attempts ("runs"), named by the claim's token. It never touches the store: it tells
what happens, and the dispatcher decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from engine.jobs import Failure, Job, Maker, Step, Take
from engine.places import PlaceStatus
from engine.status import EngineState

__all__ = [
    "QUIT_SECONDS",
    "Completed",
    "Failed",
    "Gone",
    "Kept",
    "Lane",
    "LaneEvent",
    "Listener",
    "Loaded",
    "Lost",
    "Noticed",
    "PlaceChanged",
    "Previewed",
    "Progressed",
    "Returned",
    "Sources",
    "StateChanged",
]


QUIT_SECONDS = 2.0
"""For what grows to be kept before its place is closed: a person waits for the window to go."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model in memory, or at hand on a server."""

    model: str
    """As requests name it."""
    made_by: str
    """Generator and version."""
    device: str
    """Where it computes, and in which numbers."""


@dataclass(frozen=True, slots=True)
class Progressed:
    run: str
    step: Step
    progress: float
    """0 to 1."""
    eta: float | None
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Previewed:
    """What has grown so far can be heard."""

    run: str
    path: Path


@dataclass(frozen=True, slots=True)
class Kept:
    """What has grown so far is kept: another run of the job can go on from it."""

    run: str
    path: Path


@dataclass(frozen=True, slots=True)
class Completed:
    """The take's file is in place."""

    run: str
    take: Take
    work_seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    run: str
    failure: Failure
    retriable: bool


@dataclass(frozen=True, slots=True)
class Gone:
    """A run that was to be dropped is dropped."""

    run: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The process or connection that carried these runs is gone; none of them ended."""

    runs: tuple[str, ...]
    failure: Failure


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something that the musician should know, although nothing failed."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Returned:
    """The place can't go on with a run now: back to the queue, as if it had not begun."""

    run: str
    rest: float = 0.0
    """Seconds before it may be claimed again."""


@dataclass(frozen=True, slots=True)
class PlaceChanged:
    """``status`` or ``room`` of a lane is another one now."""


@dataclass(frozen=True, slots=True)
class StateChanged:
    state: EngineState
    detail: str = ""


LaneEvent = (
    Progressed
    | Previewed
    | Kept
    | Completed
    | Failed
    | Gone
    | Lost
    | Noticed
    | Returned
    | PlaceChanged
    | StateChanged
)
Sources = Mapping[str, Path]
"""Files for the fields of a request that name other audio: melody, continue_from."""
Listener = Callable[[LaneEvent], None]


class Lane(Protocol):
    """A place to run jobs. All calls and events are on the dispatcher's event loop."""

    place: str
    """The ``Job.place`` whose jobs it runs."""

    @property
    def ends_early(self) -> bool:
        """Whether ``stop_here`` is possible."""
        ...

    @property
    def status(self) -> PlaceStatus | None:
        """How the place is, without the counts that only the queue knows; None: this computer."""
        ...

    @property
    def room(self) -> int:
        """How many more runs it would take now."""
        ...

    @property
    def model(self) -> str | None:
        """The heavy model that is loaded: its jobs start sooner than another's; None: no such."""
        ...

    @property
    def loaded(self) -> Loaded | None:
        """The heavy model while one is loaded, else what was loaded last; None: nothing is."""
        ...

    def maker(self, model: str) -> Maker | None:
        """What would make a take of this model; None: not known yet."""
        ...

    async def start(self, listener: Listener) -> None: ...

    def run(self, run: str, job: Job, path: Path, sources: Sources) -> None:
        """Begin one attempt; its file goes to ``path``. ``sources``: the files that the request's
        ``melody`` and ``continue_from`` stand for. Its end comes as exactly one Completed,
        Failed, Gone, Returned or Lost."""
        ...

    def drop(self, run: str) -> None:
        """Give a run up; answered by Gone, unless it ended before."""
        ...

    def stop_here(self, run: str) -> None:
        """Let a run end now, with what has grown as its take."""
        ...

    def pause(self, paused: bool) -> None: ...

    async def stop(self, patience: float = QUIT_SECONDS) -> None:
        """End, and give up what still runs, without further events. What grows has ``patience``
        seconds to be kept for later."""
        ...
