"""A list on a screen that is not there, and everything that it announces."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.peak_loader import PeakLoader
from tests.ui.queue.hands import JOBS, WIDTH, Said
from ui.queue.panel import QueuePanel
from ui.shared.theme import Theme


@pytest.fixture
def loader(qapp: QApplication, tmp_path: Path) -> Iterator[PeakLoader]:
    loader = PeakLoader(tmp_path / "peaks")
    yield loader
    loader.close()


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme, loader: PeakLoader, tmp_path: Path) -> QueuePanel:
    panel = QueuePanel(theme, loader, lambda job: tmp_path / f"{job.name}.wav")
    qtbot.addWidget(panel)
    panel.resize(WIDTH, 700)
    panel.model.set_jobs(JOBS)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


@pytest.fixture
def said(panel: QueuePanel) -> Said:
    """Everything that the list announces, but for what is merely selected."""
    heard: Said = []
    for name in dir(panel.intents):
        if name.endswith("_requested") or name == "opened":
            getattr(panel.intents, name).connect(
                lambda *arguments, name=name: heard.append((name, arguments))
            )
    return heard
