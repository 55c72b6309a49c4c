"""A real server, and a proxy in front of it that can be shut."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from engine.places import Server
from tests.contract.studios import THERE
from tests.engine.server.running import TestServer, settings_in
from tests.proxy import Proxy


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TestServer]:
    with TestServer(settings_in(tmp_path / "server")) as running:
        yield running


@pytest.fixture
async def proxy(server: TestServer) -> AsyncIterator[Proxy]:
    async with Proxy(server.url) as between:
        yield between


@pytest.fixture
def there(server: TestServer, proxy: Proxy) -> Server:
    return Server(THERE, "The server", proxy.url, server.token("alice"))
