"""What the store's verbs ask of a database, whichever it is.

SQLite lets one writer in at a time, so a verb that reads and then writes needs nothing more.
PostgreSQL lets many in: there a verb says what it must be alone with, and a claim passes by what
others are just taking. Each database does that in its own way behind this port; no verb knows
which one it works on.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from enum import Enum
from typing import Any

__all__ = ["Alone", "Database"]


class Alone(Enum):
    """What only one transaction may do at a time, in all programs that share the database."""

    QUEUE = 1
    """Decide who waits where, and what falls with what: who reads positions or chains and then
    writes. Claims and finished takes don't wait for it."""
    TURNS = 2
    """Choose by whose turn it is, and take that turn."""
    REAPING = 3
    """Take jobs from workers that are lost."""


class Database(ABC):
    """An open database. ``peewee`` is what tables are bound to."""

    kind: str
    connections: int
    """At most, at a time."""

    def __init__(self, peewee_database: Any) -> None:
        self.peewee = peewee_database

    @abstractmethod
    def reading(self) -> AbstractContextManager[None]:
        """Queries run inside; what goes wrong is raised as StorageError."""

    @abstractmethod
    def writing(self, alone: Alone | None = None) -> AbstractContextManager[None]:
        """All or nothing; joins the transaction that is open in this thread, if one is.

        With ``alone``, nobody else is in a transaction of that kind from here to its end. After a
        StorageError it may have been done all the same, if only the answer was lost.
        """

    @abstractmethod
    def untaken(self, candidates: Any, table: Any) -> Any:
        """A select of rows of ``table`` for an update, without those that others are changing."""

    @abstractmethod
    def among(self, column: Any, few: Any) -> Any:
        """For a query: the column is one of the values that another query gives, which are few
        against the rows of the table."""

    @abstractmethod
    def free(self, alone: Alone) -> bool:
        """Be alone with that to the end of the transaction, unless somebody else is just now."""

    @abstractmethod
    def room_for_more(self) -> None:
        """Raises DiskStillFull while the disk has room for what has begun alone. Asked by who would
        take in something new."""

    @property
    @abstractmethod
    def now(self) -> Any:
        """Seconds since 1970, for a query: by the one clock that all who share it go by."""

    @abstractmethod
    def whole_part(self, seconds: Any, unit: float) -> Any:
        """For a query: how often the unit fits into these seconds, of which there may be none or
        fewer than none (0)."""

    @abstractmethod
    def later(self, one: Any, other: Any) -> Any:
        """For a query: the later of two moments."""

    @abstractmethod
    def still_sole(self) -> None:
        """Raises StoreLocked when this program is not the one engine of the database any more."""

    @abstractmethod
    def close(self) -> None:
        """End all connections."""
