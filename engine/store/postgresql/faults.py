"""What PostgreSQL says when something is wrong, in the engine's own errors."""

from __future__ import annotations

from dataclasses import dataclass

import peewee
import psycopg

from engine.errors import DiskFull, InvalidRequest, MusicError, Problem, StorageError, StoreDamaged

__all__ = ["postgresql_words"]


@dataclass(frozen=True, slots=True)
class _Words:
    message: str
    hint: str
    kind: type[StorageError] = StorageError


_AGAIN = "Try again in a moment: it comes back by itself."
_ADMIN = "Ask who runs the database."
_GONE = _Words("The database can't be reached.", "Try again in a moment. Is PostgreSQL running?")
_RESTARTING = _Words("The database is restarting.", _AGAIN)
_CROWDED = _Words("The database has too many connections.", _AGAIN)
_SLOW = _Words("The database took too long to answer.", "Try again in a moment.")
_REFUSED = _Words(
    "The database does not let this server in.",
    "Check the name and the password in DGX_MUSIC_DATABASE_URL.",
)
_NO_DATABASE = _Words("There is no such database.", "Check the name in DGX_MUSIC_DATABASE_URL.")
_READ_ONLY = _Words(
    "The database can be read only, not written.", "It may be a standby: connect to the primary."
)
_FULL = _Words("The database's disk is full.", "Free some space there, then try again.", DiskFull)
_DAMAGED = _Words("The database is damaged.", _ADMIN, StoreDamaged)
_OTHER = _Words("The database reported an error.", "Try again.")

_BY_STATE = {
    "57P01": _RESTARTING,
    "57P02": _RESTARTING,
    "57P03": _RESTARTING,
    "53300": _CROWDED,
    "53100": _FULL,
    "58030": _Words("The database's disk is failing.", _ADMIN),
    "25006": _READ_ONLY,
    "57014": _SLOW,
    "55P03": _SLOW,
    "25P03": _SLOW,
    "40P01": _Words("The database was busy with the same takes.", "Try again."),
    "28P01": _REFUSED,
    "28000": _REFUSED,
    "3D000": _NO_DATABASE,
    "42501": _Words("The database does not allow that to this server.", _ADMIN),
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}
"""By SQLSTATE."""
_BY_TEXT = (
    ("starting up", _RESTARTING),
    ("shutting down", _RESTARTING),
    ("recovery mode", _RESTARTING),
    ("not yet accepting connections", _RESTARTING),
    ("too many", _CROWDED),
    ("remaining connection slots", _CROWDED),
    ("max connections exceeded", _CROWDED),
    ("authentication failed", _REFUSED),
    ("no password supplied", _REFUSED),
    ("no pg_hba.conf entry", _REFUSED),
    ("timeout expired", _SLOW),
    ("does not exist", _NO_DATABASE),
    ("connection", _GONE),
    ("consuming input failed", _GONE),
    ("failed to resolve host", _GONE),
    ("ssl", _GONE),
)
"""Who is still being let in hears no SQLSTATE, and a connection that breaks says none."""


def postgresql_words(error: BaseException) -> MusicError:
    """Of psycopg's errors, bare or in peewee's."""
    error = _reason(error)
    text = str(error).strip()
    low = text.lower()
    if "nul (0x00)" in low:
        return InvalidRequest((Problem("", "a text may not hold the character NUL"),))
    words = _BY_STATE.get(_state(error) or "")
    if words is None:
        words = next((words for part, words in _BY_TEXT if part in low), _OTHER)
    return words.kind(words.message, hint=words.hint, detail=text)


def _reason(error: BaseException) -> BaseException:
    """The first thing that went wrong: the rollback after it only finds the connection gone, and
    a verb within a verb has put it in words already."""
    reason, seen = error, error
    while isinstance(seen.__context__, peewee.PeeweeException | psycopg.Error | StorageError):
        seen = seen.__context__
        if _state(seen) is not None or "connection" in str(seen).lower():
            reason = seen
    return reason


def _state(error: BaseException) -> str | None:
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    return None if state is None else str(state)
