"""What the window says of servers, in the musician's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QCoreApplication

from app.models import ModelEntry
from engine.jobs import utc_now
from engine.places import PlaceState, PlaceStatus, ServerModel
from ui.compose.models import ModelOption
from ui.models.words import as_option
from ui.shared.engine_words import in_own_words
from ui.shared.text import clock

__all__ = [
    "as_server_option",
    "banner",
    "countdown",
    "facts",
    "light_of",
    "line",
    "starts",
    "state",
    "trouble",
]

translate = QCoreApplication.translate
DOT = " · "


def light_of(status: PlaceStatus) -> str:
    """The token whose colour stands for how a server is."""
    match status.state:
        case PlaceState.READY:
            return "good" if status.health in ("", "healthy") else "caution"
        case PlaceState.CONNECTING:
            return "muted"
        case PlaceState.BUSY:
            return "caution"
    return "bad"


def state(status: PlaceStatus) -> str:
    """How it is, in a word or two."""
    match status.state:
        case PlaceState.CONNECTING:
            return translate("Servers", "connecting…")
        case PlaceState.BUSY:
            return translate("Servers", "busy")
        case PlaceState.AWAY:
            return translate("Servers", "away")
        case PlaceState.CLOSED:
            return translate("Servers", "needs you")
    if status.health in ("", "healthy"):
        return translate("Servers", "healthy")
    return translate("Servers", "works, with trouble")


def facts(status: PlaceStatus) -> str:
    """Its GPU, its queue, this studio's share, and when a new take would start there."""
    parts = [status.gpu] if status.gpu else []
    if status.state is PlaceState.READY:
        if status.queued is not None:
            parts.append(translate("Servers", "%1 queued").replace("%1", str(status.queued)))
        parts.append(_yours(status))
        if status.starts_in is not None:
            parts.append(starts(status.starts_in))
    elif status.waiting:
        parts.append(_waiting(status))
    return DOT.join(parts)


def starts(seconds: float) -> str:
    """When a new take would begin in a place."""
    if seconds < 1:
        return translate("Servers", "a new take starts at once")
    return translate("Servers", "a new take starts in {time}").format(time=clock(seconds))


def line(status: PlaceStatus) -> str:
    """The server in the status line: ``dgx01 healthy · 5 queued · yours 2``."""
    parts = [f"{status.name} {state(status)}"]
    if status.state is PlaceState.READY and status.queued is not None:
        parts.append(translate("Servers", "%1 queued").replace("%1", str(status.queued)))
        parts.append(_yours(status))
    elif status.waiting:
        parts.append(_waiting(status))
    return DOT.join(parts)


def trouble(status: PlaceStatus) -> str:
    """Why it can't be used now, and what to do; empty when it can."""
    if status.failure is None:
        return ""
    words = (status.failure.message, status.failure.hint)
    return " ".join(in_own_words(text) for text in words if text)


def banner(status: PlaceStatus, takes: str, now: datetime | None = None) -> str:
    """What is said while a server can't be used: what, what becomes of the ``takes`` that wait,
    and when it is tried again."""
    message = in_own_words(status.failure.message) if status.failure else ""
    text = f"{status.name}: {message}"
    if status.waiting:
        text += f" {takes}"
    left = countdown(status, now)
    if left is None:
        return text
    trying = translate("Servers", "Next try in {time}.").format(time=clock(left))
    if left < 1:
        trying = translate("Servers", "Trying again now.")
    return f"{text} {trying}"


def countdown(status: PlaceStatus, now: datetime | None = None) -> float | None:
    """Seconds until the server is tried again; None when that is not known."""
    if status.next_try is None:
        return None
    return max(0.0, (status.next_try - (now or utc_now())).total_seconds())


def as_server_option(model: ServerModel, place: PlaceStatus) -> ModelOption:
    """A server's model, for the picker."""
    entry = ModelEntry(
        id=model.id,
        name=model.name,
        licence=model.licence,
        commercial=None,
        abilities=frozenset(model.abilities),
        state="installed",
        built_in=model.id == "sketch",
    )
    return replace(as_option(entry), place=place.place, place_name=place.name, size_bytes=0)


def _yours(status: PlaceStatus) -> str:
    count = str(status.running + status.waiting)
    return translate("Servers", "yours %1").replace("%1", count)


def _waiting(status: PlaceStatus) -> str:
    return translate("Servers", "%1 waiting").replace("%1", str(status.waiting))
