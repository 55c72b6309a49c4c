"""What SQLite says when something is wrong, in the engine's own errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import peewee

from engine.errors import (
    DiskFull,
    FolderNotWritable,
    MusicError,
    StorageError,
    StoreDamaged,
    StoreLocked,
)

__all__ = ["sqlite_words", "translated"]


@contextmanager
def translated(in_words: Callable[[BaseException], MusicError]) -> Iterator[None]:
    """Raise database errors as StorageErrors, in words for the person in front."""
    try:
        yield
    except peewee.IntegrityError:
        raise
    except (peewee.DatabaseError, peewee.InterfaceError) as error:
        raise in_words(error) from error


def sqlite_words(error: BaseException) -> StorageError:
    # It ends a transaction by itself when the disk is full; the rollback that then fails hides
    # the reason.
    while "cannot rollback" in str(error) and error.__context__ is not None:
        error = error.__context__
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
