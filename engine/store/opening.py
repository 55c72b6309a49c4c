"""Open SQLite's database: one program at a time, checked, backed up before it is migrated.

A damaged file is set aside, never deleted, and an empty one takes its place; the takes are then
found again from their files (``Claims.adopt``).
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import peewee
from filelock import FileLock, Timeout
from playhouse.migrations import Runner

from engine.errors import FolderNotWritable, StoreDamaged, StoreLocked
from engine.store.database import Alone, Database
from engine.store.faults import sqlite_words, translated
from engine.store.reserve import Reserve

__all__ = ["MIGRATIONS", "Opened", "lock_folder", "open_database"]

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 2.0
"""How long a statement waits for another program's lock before it gives up."""


class SqliteDatabase(Database):
    """One writer at a time: a transaction is alone from its beginning, with everything. Whoever
    holds the data folder is its one engine."""

    kind = "sqlite"
    connections = 1

    def __init__(self, peewee_database: Any, reserve: Reserve) -> None:
        super().__init__(peewee_database)
        self._reserve = reserve

    def reading(self) -> AbstractContextManager[None]:
        return translated(sqlite_words)

    @contextmanager
    def writing(self, alone: Alone | None = None) -> Iterator[None]:  # noqa: ARG002 - it always is
        if self.peewee.in_transaction():
            with translated(sqlite_words):
                yield
            return
        with self._reserve.behind(), translated(sqlite_words), self.peewee.atomic("IMMEDIATE"):
            yield

    def untaken(self, candidates: Any, table: Any) -> Any:  # noqa: ARG002 - nobody else is there
        return candidates

    def among(self, column: Any, few: Any) -> Any:
        return column.in_(few)

    def free(self, alone: Alone) -> bool:  # noqa: ARG002 - likewise
        return True

    def room_for_more(self) -> None:
        self._reserve.room_for_more()

    @property
    def now(self) -> Any:
        return peewee.SQL("((julianday('now') - 2440587.5) * 86400.0)")

    def whole_part(self, seconds: Any, unit: float) -> Any:
        return peewee.fn.MAX(0, peewee.Cast(seconds / unit, "INTEGER"))

    def later(self, one: Any, other: Any) -> Any:
        return peewee.fn.MAX(one, other)

    def still_sole(self) -> None:
        """The operating system holds the folder's lock for as long as the program runs."""

    def close(self) -> None:
        self.peewee.close()


class Opened:
    """A database that is ready, and the damaged file that was set aside, if one was."""

    def __init__(self, database: Database, aside: Path | None = None) -> None:
        self.database = database
        self.aside = aside


def lock_folder(folder: Path) -> FileLock:
    """Hold the data folder for this process; raises StoreLocked if another one has it.

    The operating system lets go of the lock when the process ends, however it ends.
    """
    lock = FileLock(folder / "studio.lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise StoreLocked(
            "DGX Music Studio is already open with this library.",
            hint="Use the window that is open, or close it first.",
        ) from None
    except OSError as error:
        raise FolderNotWritable(
            f"The folder {folder} can't be written to.", detail=str(error)
        ) from error
    return lock


def open_database(path: Path, *, reserve: int = 0) -> Opened:
    """Connect, check and migrate; sets a damaged file aside and starts a fresh one. ``reserve``:
    bytes that are kept for a full disk, by who takes jobs in."""
    kept = Reserve(path.with_suffix(".reserve"), reserve)
    kept.ready_to_open()
    try:
        opened = Opened(_connect(path, kept))
    except StoreDamaged as damage:
        aside = _set_aside(path)
        log.error("the database was damaged and is kept as %s: %s", aside, damage.detail)
        opened = Opened(_connect(path, kept), aside)
    kept.make()
    return opened


def _connect(path: Path, reserve: Reserve) -> SqliteDatabase:
    database: Any = peewee.SqliteDatabase(
        str(path),
        pragmas={
            "journal_mode": "wal",
            "synchronous": "full",
            "foreign_keys": 1,
            "busy_timeout": int(BUSY_SECONDS * 1000),
        },
    )
    try:
        with translated(sqlite_words):
            database.connect()
            problems = [row[0] for row in database.execute_sql("PRAGMA quick_check(5)")]
        if problems != ["ok"]:
            raise StoreDamaged("The library's database is damaged.", detail="; ".join(problems))
        with translated(sqlite_words):
            _migrate(database, path)
    except BaseException:
        database.close()
        raise
    return SqliteDatabase(database, reserve)


def _migrate(database: Any, path: Path) -> None:
    """Bring the tables up to date, with a copy of the database as it was beside it."""
    runner = Runner(database, directory=str(MIGRATIONS))
    pending = [item for item in runner.status() if item.applied is None]
    if not pending:
        return
    if database.get_tables():
        _backup(path, path.with_name(f"{path.stem}.before-{pending[0].name}.db"))
    runner.up()


def _backup(path: Path, to: Path) -> None:
    """A consistent copy through SQLite's own backup, put in place in one step."""
    part = to.with_name(f".{to.name}.part")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(part)) as copy:
        source.backup(copy)
    part.replace(to)


def _set_aside(path: Path) -> Path:
    """Move the database and what belongs to it to a name that tells when and why."""
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    aside = path.with_name(f"{path.stem}.damaged-{stamp}{path.suffix}")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.stem}.damaged-{stamp}-{number}{path.suffix}")
    for suffix in ("", "-wal", "-shm"):
        part = Path(f"{path}{suffix}")
        if part.exists():
            shutil.move(part, f"{aside}{suffix}")
    return aside
