"""What end-to-end tests stand on: a screen, a sound card and a session, each of their own."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from tests.e2e.a11y import ScreenReader, open_session_bus, reading
from tests.e2e.processes import Program
from tests.e2e.sound import SoundCard
from tests.e2e.studio import Studio, open_studio
from tests.e2e.x11 import Screen, open_screen

CLIENTS = Path(__file__).parent / "clients"
TOOLS = ("Xvfb", "openbox", "xdotool", "xwininfo", "import", "dbus-daemon")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if sys.platform != "linux":
        here = Path(__file__).parent
        for item in items:
            if here in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="needs an X server: Linux only"))


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    absent = [tool for tool in TOOLS if shutil.which(tool) is None]
    assert not absent, f"{', '.join(absent)} missing: python3 packaging/dev.py test gets them"
    with open_screen(tmp_path / "screen") as opened:
        yield opened


@pytest.fixture
def sound_card(tmp_path: Path) -> SoundCard:
    return SoundCard.in_folder(tmp_path / "sound")


@pytest.fixture
def session(tmp_path: Path, screen: Screen, sound_card: SoundCard) -> Iterator[dict[str, str]]:
    """The environment of a desktop session: screen, bus and sound."""
    environment = {**screen.environment, **sound_card.environment}
    with open_session_bus(tmp_path / "bus", environment) as inside:
        yield inside


@pytest.fixture
def screen_reader(session: dict[str, str]) -> Iterator[ScreenReader]:
    with reading(session) as reader:
        yield reader


class Start(Protocol):
    def __call__(self, command: str | Path, *arguments: str | Path) -> Program: ...


@pytest.fixture
def start(tmp_path: Path, session: dict[str, str]) -> Iterator[Start]:
    """Start a program in the session: a client by its name, or a command by its path."""
    with ExitStack() as programs:

        def start(command: str | Path, *arguments: str | Path) -> Program:
            client = CLIENTS / f"{command}.py"
            words = [sys.executable, client] if client.exists() else [command]
            log = tmp_path / f"{Path(command).name}.log"
            return programs.enter_context(Program([*words, *arguments], log, session))

        yield start


class StartStudio(Protocol):
    def __call__(self, home: str = "home", **variables: str) -> Studio: ...


@pytest.fixture
def start_studio(tmp_path: Path, session: dict[str, str]) -> Iterator[StartStudio]:
    """Start the program itself in the session; the same ``home`` has the same library."""
    with ExitStack() as studios:

        def start(home: str = "home", **variables: str) -> Studio:
            environment = {**session, **variables}
            return studios.enter_context(open_studio(tmp_path / home, environment))

        yield start
