"""How the engine is, at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.places import PlaceStatus

__all__ = [
    "EngineState",
    "EngineStatus",
]


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
