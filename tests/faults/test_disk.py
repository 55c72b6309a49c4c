"""A disk that fills up in mid-work: nothing is half-written, and all goes on with new room."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import DiskStillFull, StorageError
from engine.jobs import Order, Status
from engine.request import Request
from engine.settings import EngineSettings
from tests.engine.conftest import Watched
from tests.faults.conftest import RESERVE, fill

BALLAST = 4 * 2**20


@pytest.mark.logs("disk|store|full|not be written|storage")
async def test_a_disk_that_fills_up(
    small_disk: Path, settings: EngineSettings, state: Callable[[str], None]
) -> None:
    """Takes and database share a disk of 16 MB, of which ballast takes its share; ten takes of
    about 0.5 MB and more do not fit beside it."""
    full = settings.model_copy(
        update={
            "data_folder": small_disk / "data",
            "takes_folder": small_disk / "takes",
            "free_space_floor": 0,
        }
    )
    ballast = [small_disk / f"ballast {i}" for i in range(3)]
    for file in ballast:
        file.write_bytes(bytes(BALLAST))
    async with Watched(full) as engine:
        orders = [
            Order(Request(prompt=f"steps=3 hz={200 + i}", model="scripted", duration=30.0))
            for i in range(10)
        ]
        jobs = await engine.queue.submit(orders)
        await engine.until(lambda: any(n.code == "disk_full" for n in engine.notices))

        def under_way() -> bool:
            return any(engine.latest(job.id).status is Status.PROCESSING for job in jobs)

        await engine.until(lambda: not under_way())  # those that grew with it find no room either
        waiting = sum(not engine.latest(job.id).status.final for job in jobs)
        assert waiting > 0
        assert not list((small_disk / "takes").glob(".*.part")), "no half take stays"

        for file in ballast:
            file.unlink()
        ended = await engine.ended(jobs)
    assert [job.status for job in ended] == [Status.COMPLETED] * 10
    assert all(job.retries == 0 for job in ended), "a full disk is not the jobs' fault"
    state(f"disk full with {waiting} of 10 takes to go: 10 of 10 made once there was room")


@pytest.mark.logs("disk")
async def test_below_the_floor_nothing_is_begun(settings: EngineSettings) -> None:
    low = settings.model_copy(update={"free_space_floor": 2**60})
    async with Watched(low) as engine:
        (job,) = await engine.submit("steps=2")
        await engine.until(lambda: bool(engine.notices))
        assert engine.notices[0].code == "disk_full"
        assert (await engine.queue.jobs())[0].attempt == 0
        await engine.queue.cancel([job.id])


@pytest.mark.logs("disk|store|full|storage")
async def test_a_full_disk_refuses_new_jobs_in_plain_words(
    small_disk: Path, settings: EngineSettings
) -> None:
    full = settings.model_copy(update={"data_folder": small_disk / "data"})
    async with Watched(full) as engine:
        ballast = small_disk / "ballast"
        with ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="space"):
            while True:
                file.write(bytes(4096))
        orders = [Order(Request(prompt=f"{i} " + "x" * 1500)) for i in range(400)]
        with pytest.raises(StorageError, match=r"disk (is|may be) full"):
            await engine.queue.submit(orders)
        assert await engine.queue.jobs() == [], "all or none"
        ballast.unlink()
        await engine.queue.set_paused(True)
        assert len(await engine.queue.submit(orders)) == 400


@pytest.mark.logs("disk|full")
async def test_a_studio_on_a_full_disk_records_what_runs_and_can_be_opened(
    small_disk: Path, settings: EngineSettings
) -> None:
    """Only the library's database is on it."""
    full = settings.model_copy(
        update={"data_folder": small_disk / "data", "free_space_floor": 0, "disk_reserve": RESERVE}
    )
    ballast, reserve = small_disk / "ballast", full.data_folder / "studio.reserve"
    async with Watched(full) as engine:
        running = await engine.submit(*[f"steps=40 ms=25 hz={300 + i}" for i in range(4)])
        waiting = await engine.submit("steps=2 hz=200", "steps=3 hz=201")
        await engine.growing(running[0])
        fill(ballast)
        ended = await engine.ended(running)
        assert [job.status for job in ended] == [Status.COMPLETED] * 4, "and recorded"
        assert not reserve.exists()
        with pytest.raises(DiskStillFull, match="nothing new is taken in"):
            await engine.submit("steps=4")
        await engine.queue.cancel([waiting[1].id])
        ballast.unlink()
        await engine.ended(waiting)  # by itself: the queue looks again
        assert reserve.stat().st_size == RESERVE
        await engine.queue.set_paused(True)
        [late] = await engine.submit("steps=4 hz=202")
    fill(ballast)
    async with Watched(full) as engine:
        assert len(await engine.queue.jobs()) == 7
        assert not reserve.exists()
        ballast.unlink()
        await engine.queue.set_paused(False)
        assert [job.status for job in await engine.ended([late])] == [Status.COMPLETED]
