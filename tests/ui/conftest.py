"""Widget tests: Qt without a screen, in English; a Qt warning or a leaked widget fails the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.paths import Paths
from app.player import Player
from app.servers import Servers
from app.settings import SettingsFile
from app.studio import Studio
from tests.app.outputs import HandOutputs
from tests.fakes import FakeEngine
from tests.ui.hands import MakeWindow
from ui.main_window import MainWindow
from ui.shared.theme import Appearance, Theme
from ui.shared.translation import install_language


@pytest.fixture(autouse=True, scope="session")
def _empty_clipboard(qapp: QApplication) -> Iterator[None]:
    """Without a screen Qt lets go of what was copied when Python has ended, and crashes over it."""
    yield
    qapp.clipboard().clear()


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    install_language(qapp, "en")
    return Theme(qapp, Appearance.DARK)


@pytest.fixture
def fake() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def studio(qapp: QApplication, fake: FakeEngine) -> Iterator[Studio]:
    studio = Studio(fake)
    yield studio
    studio.deleteLater()


@pytest.fixture
def player(qapp: QApplication) -> Iterator[Player]:
    player = Player(HandOutputs())
    yield player
    player.close()


@pytest.fixture
def make_window(
    qtbot: QtBot,
    studio: Studio,
    fake: FakeEngine,
    player: Player,
    theme: Theme,
    music_home: Path,
) -> Iterator[MakeWindow]:
    made: list[MainWindow] = []

    def make() -> MainWindow:
        settings = SettingsFile(music_home / "config")
        window = MainWindow(studio, player, theme, settings, Paths.find(), Servers(fake, settings))
        made.append(window)
        window.show()
        qtbot.waitExposed(window)
        window.begin()
        studio.load()
        qtbot.waitUntil(lambda: window.welcome.isVisible() or window.queue.view.isVisible())
        return window

    yield make
    for window in filter(isValid, made):
        window.close()
        window.deleteLater()
    theme.set_appearance(Appearance.DARK)


@pytest.fixture
def window(make_window: MakeWindow) -> MainWindow:
    return make_window()


@pytest.fixture(autouse=True)
def _no_leaked_widgets(qapp: QApplication) -> Iterator[None]:
    """Every window that a test makes is gone after it, hidden ones too (``qtbot.addWidget``)."""
    before = set(QApplication.topLevelWidgets())
    yield
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    leaked = set(QApplication.topLevelWidgets()) - before
    names = [f"{type(widget).__name__} {widget.objectName()}" for widget in leaked]
    for widget in leaked:
        widget.deleteLater()
    assert not names, f"leaked: {names}"
