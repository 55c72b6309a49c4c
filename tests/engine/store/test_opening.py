"""SQLite's file: held by one program, migrated with a copy, set aside when it is damaged."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.errors import FolderNotWritable, StoreLocked
from engine.jobs import Order
from engine.request import Request
from engine.store import opening
from engine.store.opening import lock_folder, open_database
from engine.store.store import Store


def test_only_one_program_holds_a_library(tmp_path: Path) -> None:
    lock = lock_folder(tmp_path)
    with pytest.raises(StoreLocked, match="already open"):
        lock_folder(tmp_path)
    lock.release()
    lock_folder(tmp_path).release()


def test_a_database_that_another_program_uses_is_told(tmp_path: Path) -> None:
    database = open_database(tmp_path / "studio.db").database
    database.peewee.pragma("busy_timeout", 50)
    store = Store(database)
    with closing(sqlite3.connect(tmp_path / "studio.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreLocked, match="Another program"):
            store.submit([Order(Request())])
        other.execute("ROLLBACK")
    assert len(store.submit([Order(Request())])) == 1
    database.close()


def test_an_unwritable_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(FolderNotWritable):
        lock_folder(tmp_path / "file" / "data")


@pytest.mark.logs("damaged")
@pytest.mark.parametrize("damage", ["rubbish", "cut", "page"])
def test_a_damaged_database_is_kept_aside(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "studio.db"
    first = open_database(path)
    store = Store(first.database)
    store.submit([Order(Request(prompt="x" * 500)) for _ in range(200)])
    first.database.close()
    whole = path.read_bytes()
    broken = {
        "rubbish": b"this was a database once" * 99,
        "cut": whole[: len(whole) // 2],
        "page": whole[:8192] + bytes(4096 * 3) + whole[8192 + 4096 * 3 :],
    }[damage]
    path.write_bytes(broken)

    opened = open_database(path)
    assert opened.aside is not None
    assert opened.aside.read_bytes()[:100] == broken[:100]
    assert Store(opened.database).jobs() == []
    opened.database.close()


def test_a_migration_leaves_a_copy_of_what_was_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "studio.db"
    first = open_database(path)
    (job,) = Store(first.database).submit([Order(Request(prompt="kept"))])
    first.database.close()
    folder = tmp_path / "migrations"
    folder.mkdir()
    for file in opening.MIGRATIONS.glob("*.py"):
        (folder / file.name).write_text(file.read_text())
    (folder / "0099_more.py").write_text(
        "def up(migrator, db):\n    db.execute_sql('ALTER TABLE jobs ADD COLUMN more TEXT')\n"
    )
    monkeypatch.setattr(opening, "MIGRATIONS", folder)

    again = open_database(path)
    assert [j.id for j in Store(again.database).jobs()] == [job.id]
    again.database.close()
    with closing(sqlite3.connect(tmp_path / "studio.before-0099_more.db")) as before:
        columns = [row[1] for row in before.execute("PRAGMA table_info(jobs)")]
        assert "more" not in columns
        assert before.execute("SELECT count(*) FROM jobs").fetchone() == (1,)
