"""What waits in a server's own database while it works with PostgreSQL: nobody makes it there."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from engine.jobs import Status

__all__ = ["tell_of_left_behind"]

log = logging.getLogger(__name__)


def tell_of_left_behind(path: Path) -> None:
    """Warn of jobs that wait in SQLite's file at ``path``, if there is one; it stays as it is."""
    if not path.is_file():
        return
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            [count] = database.execute(
                "SELECT count(*) FROM jobs WHERE status IN (?, ?) AND deleted_at IS NULL",
                (Status.PENDING.value, Status.PROCESSING.value),
            ).fetchone()
    except sqlite3.Error as error:
        log.info("what waits in %s can't be told: %s", path, error)
        return
    if count:
        log.warning(
            "%d takes wait in this server's own database (%s), and are not taken along to "
            "PostgreSQL. To have them made, start the server for a while without "
            "DGX_MUSIC_DATABASE_URL.",
            count,
            path,
        )
