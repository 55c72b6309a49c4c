"""Takes that grow on a server, and servers that can't let them be heard or end early."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest

from engine.client.client import NoStream, ServerClient
from engine.errors import Conflict
from engine.jobs import Status
from engine.places import Server
from engine.server.routes import models
from engine.settings import EngineSettings
from engine.wire import JobView
from tests.contract.studios import THERE, Studio
from tests.engine.server.running import TestServer, settings_in


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TestServer]:
    with TestServer(settings_in(tmp_path / "server")) as running:
        yield running


@pytest.fixture
def there(server: TestServer) -> Server:
    return Server(THERE, "The server", server.url, server.token("alice"))


async def test_an_older_server_is_not_asked(
    settings: EngineSettings, there: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "OFFERS", [])
    async with Studio(settings, there) as studio:
        (job,) = await studio.submit("steps=3000 ms=5")
        await studio.growing(job)
        assert not studio.latest(job.id).ends_early
        with pytest.raises(Conflict):
            await studio.queue.stop_here(job.id)
        await studio.until(lambda: studio.latest(job.id).progress > 0.05)
        assert studio.latest(job.id).preview is None
        await studio.queue.cancel([job.id])
        await studio.ended([job])


class NoEvents(ServerClient):
    """As behind a proxy that lets no stream through."""

    async def events(self, job_id: str, last_id: str = "") -> AsyncGenerator[tuple[str, JobView]]:
        raise NoStream
        yield  # it is a generator all the same


async def test_it_is_heard_where_no_events_come_too(
    settings: EngineSettings, there: Server
) -> None:
    async with Studio(settings, there, connect=NoEvents) as studio:
        job = await studio.ask("steps=3000 ms=5", duration=60.0)
        await studio.until(lambda: studio.latest(job.id).preview is not None)
        await studio.queue.stop_here(job.id)
        (done,) = await studio.ended([job])
        assert done.status is Status.COMPLETED


async def test_a_preview_that_fails_costs_nothing(settings: EngineSettings, there: Server) -> None:
    """The disk for previews can't be written, say."""
    asked = asyncio.Event()

    class Deaf(ServerClient):
        def listening_to(self, job_id: str, path: Path):  # type: ignore[no-untyped-def]
            asked.set()
            blocked = settings.cache_folder / "no folder"
            blocked.parent.mkdir(parents=True, exist_ok=True)
            blocked.touch()
            return super().listening_to(job_id, blocked / "x.wav")

    async with Studio(settings, there, connect=Deaf) as studio:
        job = await studio.ask("steps=400 ms=10")
        await asyncio.wait_for(asked.wait(), 30)
        (done,) = await studio.ended([job])
        assert (done.status, done.retries) == (Status.COMPLETED, 0)
