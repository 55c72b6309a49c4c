"""What the database says when something is wrong, in the engine's own errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import peewee

from engine.errors import DiskFull, FolderNotWritable, StorageError, StoreDamaged, StoreLocked

__all__ = ["translated"]


@contextmanager
def translated() -> Iterator[None]:
    """Raise database errors as StorageErrors, in words for the person in front."""
    try:
        yield
    except peewee.IntegrityError:
        raise
    except peewee.DatabaseError as error:
        raise _translate(_cause(error)) from error


def _cause(error: BaseException) -> BaseException:
    """SQLite ends a transaction by itself when the disk is full; the rollback that then fails
    hides the reason."""
    while "cannot rollback" in str(error) and error.__context__ is not None:
        error = error.__context__
    return error


def _translate(error: BaseException) -> StorageError:
    text = str(error)
    low = text.lower()
    if "locked" in low or "busy" in low:
        return StoreLocked(
            "Another program is using the library's database.",
            hint="Close it, then try again; nothing was changed.",
            detail=text,
        )
    if "disk is full" in low:
        return DiskFull("The disk is full: the library could not be written.", detail=text)
    if "i/o error" in low:
        return StorageError(
            "The library could not be read or written: its disk may be full, or failing.",
            hint="Free some space, then try again.",
            detail=text,
        )
    if "readonly" in low or "read-only" in low or "unable to open" in low:
        return FolderNotWritable("The library's folder can't be written to.", detail=text)
    if "malformed" in low or "not a database" in low or "corrupt" in low:
        return StoreDamaged(
            "The library's database is damaged.",
            hint="Start the program again: it sets the damaged file aside and finds the takes.",
            detail=text,
        )
    return StorageError("The library's database reported an error.", hint="Try again.", detail=text)
