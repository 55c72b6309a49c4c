"""The places where a take can be made, each behind the same queue."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.client.client import ServerClient
from engine.places import Server
from engine.server.app import build_app
from engine.server.opening import opened
from engine.settings import EngineSettings
from tests.contract.inprocess import InProcess
from tests.contract.studios import THERE, Open, Studio
from tests.engine.conftest import SCRIPTED
from tests.engine.server.running import TestServer, settings_in
from tests.postgres import Postgres


@pytest.fixture
def settings(tmp_path: Path) -> EngineSettings:
    return EngineSettings(
        data_folder=tmp_path / "data",
        takes_folder=tmp_path / "takes",
        cache_folder=tmp_path / "cache",
        retry_delay=0.01,
        generators=SCRIPTED,
    )


@pytest.fixture(params=["here", "in-process", "over a socket", "on PostgreSQL"])
async def studio(
    request: pytest.FixtureRequest, settings: EngineSettings, tmp_path: Path
) -> AsyncIterator[Open]:
    """Opens a studio, as often as it is called; its server stays."""
    kind = request.param
    if kind == "here":
        yield lambda: Studio(settings, None)
    elif kind == "in-process":
        async with opened(settings_in(tmp_path / "server")) as service:
            transport = InProcess(app=build_app(service))  # type: ignore[arg-type]
            server = Server(THERE, "The server", "http://127.0.0.1:8000")

            def connect(address: str, token: str) -> ServerClient:
                return ServerClient(address, token, transport=transport)

            yield lambda: Studio(settings, server, connect=connect)
    else:
        there = settings_in(tmp_path / "server")
        if kind == "on PostgreSQL":
            postgres: Postgres = request.getfixturevalue("postgres")
            there = there.model_copy(update={"database_url": postgres.new_database()})
        with TestServer(there) as running:
            server = Server(THERE, "The server", running.url, running.token("alice"))
            yield lambda: Studio(settings, server)
