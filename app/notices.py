"""What the program says in its one calm place: a notice, with what happened and what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from engine.jobs import Failure

__all__ = ["Action", "Level", "Notice"]


class Level(StrEnum):
    INFO = "info"
    GOOD = "good"
    CAUTION = "caution"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Action:
    """A button of a notice; ``id`` is what the window gets back when it is pressed."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One message. A later notice with the same ``key`` takes the place of the earlier one."""

    text: str
    """What happened and what to do, in one or two short sentences."""
    level: Level = Level.INFO
    detail: str = ""
    """For the fold, with a copy button."""
    actions: tuple[Action, ...] = ()
    key: str = ""
    seconds: float | None = None
    """Goes away by itself after this time; None: stays until dismissed or replaced."""
    problems: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, failure: Failure, *, key: str = "") -> Notice:
        text = f"{failure.message} {failure.hint}".strip()
        return cls(text, Level.BAD, failure.detail, key=key or failure.code)
