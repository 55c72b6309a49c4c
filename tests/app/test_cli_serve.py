"""What ``dgx-music serve`` goes by: options, the environment, what is usual, in this order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.server import serving
from engine.server.settings import ServerSettings
from tests.app.terminal import typed


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Callable[..., ServerSettings]:
    """The settings that a command line leads to; nothing is served."""
    seen: list[ServerSettings] = []

    async def serve(settings: ServerSettings, _: object) -> None:
        seen.append(settings)

    def with_options(*options: str) -> ServerSettings:
        done = typed("serve", *options)
        assert done.exit_code == 0, done.output
        return seen.pop()

    monkeypatch.setattr(serving, "serve", serve)
    return with_options


def test_what_is_usual(served: Callable[..., ServerSettings], music_home: Path) -> None:
    found = served()
    assert (found.host, found.port) == ("127.0.0.1", 8000)
    assert found.data_folder == music_home / "data" / "server"
    assert found.takes_folder == music_home / "data" / "server" / "storage"
    assert found.cache_folder == music_home / "cache" / "server"
    assert found.models == music_home / "data" / "models"


def test_the_environment_counts(
    served: Callable[..., ServerSettings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DGX_MUSIC_HOST", "127.0.0.2")
    monkeypatch.setenv("DGX_MUSIC_PORT", "8123")
    for name in ("DATA", "TAKES", "CACHE", "MODELS"):
        monkeypatch.setenv(f"DGX_MUSIC_{name}_FOLDER", str(tmp_path / name))
    found = served()
    assert (found.host, found.port) == ("127.0.0.2", 8123)
    folders = (found.data_folder, found.takes_folder, found.cache_folder, found.models)
    assert folders == tuple(tmp_path / name for name in ("DATA", "TAKES", "CACHE", "MODELS"))
    monkeypatch.delenv("DGX_MUSIC_TAKES_FOLDER")
    assert served().takes_folder == tmp_path / "DATA" / "storage", "beside the database"


def test_an_option_counts_before_it(
    served: Callable[..., ServerSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DGX_MUSIC_HOST", "0.0.0.0")  # noqa: S104
    monkeypatch.setenv("DGX_MUSIC_PORT", "tcp://10.0.0.1:80")
    found = served("--host", "127.0.0.1", "--port", "8000")
    assert (found.host, found.port) == ("127.0.0.1", 8000)
