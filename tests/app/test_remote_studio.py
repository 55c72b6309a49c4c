"""The studio and a real server: added, used, and found again at the next start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.engine_thread import EngineThread
from app.servers import Servers
from app.settings import SettingsFile
from app.studio import Studio
from app.token_safe import TokenSafe
from engine.jobs import Order, Status
from engine.local import LocalEngine
from engine.places import PlaceState
from engine.request import Request
from engine.settings import EngineSettings
from tests.engine.server.running import TestServer, settings_in


class Window:
    """What a window has behind it, from start to end."""

    def __init__(self, home: Path, safe: TokenSafe) -> None:
        settings = EngineSettings(
            data_folder=home / "data", takes_folder=home / "takes", cache_folder=home / "cache"
        )
        self.engine = EngineThread(lambda feed: LocalEngine(settings, feed))
        self.studio = Studio(self.engine)
        self.servers = Servers(self.engine, SettingsFile(home / "config"), safe)
        self.jobs: dict[str, Any] = {}
        self.studio.changed.connect(lambda cs: self.jobs.update((c.job.id, c.job) for c in cs))
        self.engine.start()
        self.servers.connect_all()

    def ready(self) -> bool:
        return [each.state for each in self.studio.status.places] == [PlaceState.READY]

    def ended(self, count: int) -> bool:
        return sum(job.status.final for job in self.jobs.values()) == count


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TestServer]:
    with TestServer(settings_in(tmp_path / "server")) as running:
        yield running


class SessionSafe(TokenSafe):
    """A keyring that lives as long as the test."""

    def _read(self, server_id: str) -> str:
        return ""

    def _write(self, server_id: str, token: str) -> bool:
        return True


def test_a_server_is_added_used_and_known_at_the_next_start(
    qtbot: QtBot, server: TestServer, tmp_path: Path
) -> None:
    safe = SessionSafe()
    request = Request(prompt="steps=3", model="scripted", duration=1.0)
    first = Window(tmp_path, safe)
    try:
        first.servers.add("dgx01", server.url, server.token("alice"))
        qtbot.waitUntil(first.ready, timeout=20_000)
        first.studio.submit([Order(request, place="dgx01")])
        qtbot.waitUntil(lambda: first.ended(1), timeout=30_000)
    finally:
        first.engine.stop()
    (job,) = first.jobs.values()
    assert (job.status, job.place) == (Status.COMPLETED, "dgx01"), job.error
    assert job.take.path.is_file()
    again = Window(tmp_path, safe)
    try:
        qtbot.waitUntil(again.ready, timeout=20_000)
        again.servers.remove("dgx01")
        qtbot.waitUntil(lambda: again.studio.status.places == (), timeout=20_000)
    finally:
        again.engine.stop()
