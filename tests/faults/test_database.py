"""A database that is locked, read-only or damaged, while there is work to do."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from engine.errors import FolderNotWritable, StorageError
from engine.jobs import Status
from engine.settings import EngineSettings
from tests.engine.conftest import Watched

State = Callable[[str], None]


@pytest.mark.logs("Another program|store_locked|no status")
async def test_a_lock_held_by_another_program_loses_nothing(
    settings: EngineSettings, state: State
) -> None:
    async with Watched(settings) as engine:
        jobs = await engine.submit("steps=60 ms=5", "steps=61 ms=5")
        await engine.growing(jobs[0])
        with closing(sqlite3.connect(settings.database, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            await engine.until(lambda: any(n.code == "store_locked" for n in engine.notices))
            with pytest.raises(StorageError):
                await engine.submit("steps=1")
            other.execute("ROLLBACK")
        ended = await engine.ended(jobs)
    assert [job.status for job in ended] == [Status.COMPLETED] * 2
    state("database locked while 2 takes were finished: 2 of 2 recorded afterwards")


async def test_a_read_only_library_is_told(small_disk: Path, settings: EngineSettings) -> None:
    there = settings.model_copy(update={"data_folder": small_disk / "data"})
    async with Watched(there):
        pass
    remount = ["mount", "-o", "remount,ro", small_disk]
    subprocess.run(remount, check=True)  # noqa: ASYNC221 - nothing else runs on this loop
    with pytest.raises(FolderNotWritable, match="can't be written"):
        async with Watched(there):
            raise AssertionError("it opened")


@pytest.mark.logs("damaged|store_damaged")
async def test_a_damaged_database_costs_no_take(settings: EngineSettings, state: State) -> None:
    async with Watched(settings) as engine:
        made = await engine.ended(await engine.submit(*[f"steps=2 hz={300 + i}" for i in range(5)]))
    settings.database.write_bytes(b"\x00rubbish" * 5000)

    async with Watched(settings) as engine:
        await engine.until(lambda: bool(engine.notices))
        assert engine.notices[0].code == "store_damaged"
        await engine.until(lambda: len(engine.changes) >= 5)
        found = {job.id: job for job in await engine.queue.jobs()}
    assert len(list(settings.data_folder.glob("studio.damaged-*.db"))) == 1
    assert set(found) == {job.id for job in made}
    for job in made:
        again = found[job.id]
        assert (again.take, again.request, again.name) == (job.take, job.request, job.name)
    state(f"damaged database: kept aside, {len(found)} of {len(made)} takes found again")


async def test_a_file_that_is_in_place_is_a_take_even_without_its_row(
    settings: EngineSettings,
) -> None:
    """As when the program dies between the file's rename and the row's update."""
    async with Watched(settings) as engine:
        (made,) = await engine.ended(await engine.submit("steps=2"))
    with closing(sqlite3.connect(settings.database)) as rows, rows:
        rows.execute("DELETE FROM takes")
        rows.execute("UPDATE jobs SET status = 'processing', token = 'x', finished_at = NULL")
    kept = settings.cache_folder / "checkpoints" / f"{made.id}.ckpt"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.touch()

    async with Watched(settings) as engine:
        assert not kept.exists(), "nothing goes on from it"
        (found,) = await engine.queue.jobs()
        assert found.status is Status.COMPLETED
        assert found.take == made.take
        assert found.attempt == made.attempt, "it was not made again"
