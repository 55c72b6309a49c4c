"""Widget tests: Qt without a screen, in English; a Qt warning or a leaked widget fails the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from app.studio import Studio
from tests.fakes import FakeEngine
from ui.shared.theme import Appearance, Theme
from ui.shared.translation import install_language


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
