"""One server that the tests of a module share, and people with tokens."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import httpx
import pytest
from limits.aio.storage import memory

from tests.engine.server.running import TestServer, settings_in, storage_settings

HALF_PAST = 1_000_000_050.0
"""A moment in the middle of a minute, by the clock."""


@pytest.fixture(autouse=True, scope="session")
def _no_minute_ends() -> Iterator[None]:
    """What is counted in memory is counted by whole minutes of the clock, and where one ends one
    more is let in: a test that counts just then would see it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory, "time", SimpleNamespace(time=lambda: HALF_PAST))
        yield


@pytest.fixture(autouse=True, scope="module")
def _threads_of_the_server(threads_of_the_module: None) -> None:
    """They end with it, not with the test."""


@pytest.fixture(scope="module")
def storage(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """Settings that say where takes are kept. A module whose tests are to hold over both kinds
    has a fixture of this name with ``params=BOTH``."""
    yield from storage_settings(request)


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, storage: dict[str, str]
) -> Iterator[TestServer]:
    with TestServer(settings_in(tmp_path_factory.mktemp("server"), **storage)) as running:
        yield running


@pytest.fixture
def here(server: TestServer) -> Iterator[httpx.Client]:
    """The person at this computer, without a login."""
    with server.client() as client:
        yield client


@pytest.fixture(scope="module")
def tokens(server: TestServer) -> dict[str, str]:
    names = {name: server.token(name) for name in ("alice", "bob")}
    return names | {"admin": server.token("admin", admin=True)}


@pytest.fixture
def alice(server: TestServer, tokens: dict[str, str]) -> Iterator[httpx.Client]:
    with server.client(tokens["alice"]) as client:
        yield client


@pytest.fixture
def bob(server: TestServer, tokens: dict[str, str]) -> Iterator[httpx.Client]:
    with server.client(tokens["bob"]) as client:
        yield client
