"""The one place where an engine's database is opened, whichever it is."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from engine.errors import StorageError
from engine.store.opening import Opened, open_database

__all__ = ["open_store"]


def open_store(
    path: Path, url: SecretStr | None, *, sole: bool, pooled: bool = False, reserve: int = 0
) -> Opened:
    """PostgreSQL at ``url`` unless that is empty, else SQLite's file at ``path``.

    ``sole``: work as the one engine of it. With SQLite that is whoever holds the data folder.
    ``pooled``: a pooler between us and PostgreSQL lends its connections to many.
    ``reserve``: bytes beside SQLite's file that are kept for a full disk.
    Raises StorageErrors.
    """
    if not url:
        return open_database(path, reserve=reserve)
    try:
        from engine.store.postgresql.opening import open_postgresql
    except ImportError as error:
        raise StorageError(
            f"What PostgreSQL needs is missing ({error.name}).",
            hint="Set the program up again, or leave DGX_MUSIC_DATABASE_URL empty.",
        ) from error
    return Opened(open_postgresql(url, sole=sole, pooled=pooled))
