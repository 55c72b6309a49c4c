"""Places where takes are made beside this computer: servers, how they are, and what they can make.

Values only, for the window as well as for the engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from engine.jobs import Failure

__all__ = ["PlaceState", "PlaceStatus", "Server", "ServerModel"]


@dataclass(frozen=True, slots=True)
class Server:
    """A server that this studio uses."""

    id: str
    """The ``Job.place`` of its jobs; never changes."""
    name: str
    address: str
    """For example ``https://dgx01.example.org:8000``."""
    token: str = field(default="", repr=False)
    """Empty: none is known in this session."""


@dataclass(frozen=True, slots=True)
class ServerModel:
    """A model that a server runs."""

    id: str
    name: str
    licence: str
    max_seconds: float
    abilities: tuple[str, ...] = ()
    loaded: bool = False


class PlaceState(StrEnum):
    CONNECTING = "connecting"
    READY = "ready"
    BUSY = "busy"
    """It asked to come back later."""
    AWAY = "away"
    """It does not answer, or not now."""
    CLOSED = "closed"
    """It does not let us in, or may not be trusted: a person must act."""


@dataclass(frozen=True, slots=True)
class PlaceStatus:
    """A server at a glance."""

    place: str
    name: str
    address: str = ""
    state: PlaceState = PlaceState.CONNECTING
    health: str = ""
    """Its own word: healthy, degraded or unhealthy; empty until it was heard."""
    failure: Failure | None = None
    """Why it is busy, away or closed."""
    next_try: datetime | None = None
    """When it is tried again, unless it is ready."""
    version: str = ""
    gpu: str = ""
    """What it says of its GPU."""
    queued: int | None = None
    """Jobs of everybody that wait or run there; None: not known."""
    waiting: int = 0
    """Jobs of this studio that wait here for the server."""
    running: int = 0
    """Jobs of this studio that it has taken."""
    starts_in: float | None = None
    """Seconds until a new job would start there; None: not known."""
    models: tuple[ServerModel, ...] = ()
    offers: frozenset[str] = frozenset()
    """What it can do beside making takes: ``preview``, ``stop``."""
