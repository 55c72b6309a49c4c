"""What is made on this computer when its server can't make it, and as what."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import Conflict
from engine.jobs import LOCAL, Choice, Status
from engine.places import PlaceState, Server
from engine.settings import EngineSettings
from tests.contract.studios import PATIENT, THERE, Studio
from tests.engine.server.running import TestServer, settings_in
from tests.proxy import Proxy

COMPLETED, PENDING = Status.COMPLETED, Status.PENDING


def away(studio: Studio) -> bool:
    return studio.state() is PlaceState.AWAY


async def test_run_here_moves_what_this_computer_can_make(
    settings: EngineSettings, server: TestServer, proxy: Proxy, there: Server
) -> None:
    async with Studio(settings, there, waits=PATIENT) as studio:
        (done,) = await studio.ended(await studio.submit("steps=3"))
        await proxy.shut()
        await studio.until(lambda: away(studio))
        (job,) = await studio.submit("steps=4")
        big = await studio.ask("steps=4", model="facebook/musicgen-large")
        assert await studio.queue.run_here([job.id, big.id]) == [big.id]
        (moved,) = await studio.ended([job])
        assert (moved.status, moved.place) == (COMPLETED, LOCAL)
        assert moved.meant_for == Choice(THERE, "scripted")
        with pytest.raises(Conflict):
            await studio.engine.servers.remove(THERE)
        await studio.queue.cancel([big.id])
        await studio.engine.servers.remove(THERE)
    assert done.place == THERE


async def test_with_fallback_on_the_chain_is_gone_through(
    settings: EngineSettings, proxy: Proxy, server: TestServer, there: Server
) -> None:
    """Server, this machine's model, an identical earlier take, sketch."""
    async with Studio(settings, there, waits=PATIENT) as studio:
        (first,) = await studio.ended(await studio.submit("steps=3"))
        assert first.place == THERE
        await studio.queue.set_fallback(True)
        await proxy.shut()
        await studio.until(lambda: away(studio))
        own, again = await studio.submit("steps=5", "steps=3")
        unknown = await studio.ask("calm piano", model="facebook/musicgen-large")
        jobs = await studio.ended([own, again, unknown])
    assert [job.status for job in jobs] == [COMPLETED] * 3
    assert [job.place for job in jobs] == [LOCAL] * 3
    assert [job.request.model for job in jobs] == ["scripted", "scripted", "sketch"]
    assert jobs[1].take is not None
    assert first.take is not None
    assert jobs[1].take.sha256 == first.take.sha256
    assert jobs[2].meant_for == Choice(THERE, "facebook/musicgen-large")


async def test_an_identical_take_stands_in_for_a_model_that_is_not_here(
    settings: EngineSettings, proxy: Proxy, there: Server
) -> None:
    here = settings.model_copy(update={"generators": {}})
    async with Studio(here, there, waits=PATIENT) as studio:
        (first,) = await studio.ended(await studio.submit("steps=3"))
        await proxy.shut()
        await studio.until(lambda: away(studio))
        (job,) = await studio.submit("steps=3")
        assert await studio.queue.run_here([job.id]) == []
        (again,) = await studio.ended([job])
    assert first.take is not None
    assert again.take is not None
    assert (again.place, again.take.sha256) == (LOCAL, first.take.sha256)


async def test_who_has_filled_the_room_there_hears_so_and_can_go_on_here(
    settings: EngineSettings, tmp_path: Path
) -> None:
    full = settings_in(tmp_path / "server", quota_stored_bytes=1000)
    with TestServer(full) as server:
        entry = Server(THERE, "The server", server.url, server.token("alice"))
        async with Studio(settings, entry, waits=PATIENT) as studio:
            await studio.ended(await studio.submit("steps=2 hz=100"))
            (job,) = await studio.submit("steps=2 hz=101")
            await studio.until(lambda: studio.state() is PlaceState.BUSY)
            status = studio.server_status()
            assert status is not None
            assert status.failure is not None
            assert status.failure.code == "server_full"
            await studio.until(lambda: studio.latest(job.id).status is PENDING)
            assert await studio.queue.run_here([job.id]) == []
            (done,) = await studio.ended([job])
    assert (done.status, done.place) == (COMPLETED, LOCAL)


async def test_jobs_of_a_server_that_nobody_knows_are_told_of(settings: EngineSettings) -> None:
    async with Studio(settings, None) as studio:
        (job,) = await studio.submit("steps=3", place="forgotten")
        await studio.until(lambda: studio.state() is PlaceState.CLOSED)
        status = studio.server_status()
        assert status is not None
        assert (status.place, status.waiting) == ("forgotten", 1)
        assert await studio.queue.run_here([job.id]) == []
        assert (await studio.ended([job]))[0].status is COMPLETED
