"""Hands that work the whole window, and eyes that read it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from ui.main_window import MainWindow

__all__ = ["MakeWindow", "generate", "hold", "prompts", "shown_texts"]

MakeWindow = Callable[[], MainWindow]
CONTROL = Qt.KeyboardModifier.ControlModifier


def prompts(fake: FakeEngine) -> list[str]:
    return [job.request.prompt for job in fake.queue.waiting()]


def generate(qtbot: QtBot, window: MainWindow, fake: FakeEngine, prompt: str) -> str:
    """Type and send; the id of the job that came of it."""
    window.compose.fill_prompt("")
    qtbot.keyClicks(window.compose.prompt, prompt)
    qtbot.keyClick(window.compose.prompt, Qt.Key.Key_Return, CONTROL)
    job = next(job for job in fake.queue.waiting() if job.request.prompt == prompt)
    qtbot.waitUntil(lambda: window.queue.model.jobs.get(job.id) is not None)
    return job.id


def shown_texts(parent: QWidget) -> list[str]:
    return [label.text() for label in parent.findChildren(QLabel) if label.isVisible()]


def hold(
    widget: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """Press a key and keep it down until it has repeated itself twice."""
    for repeated in (False, True, True):
        event = QKeyEvent(QEvent.Type.KeyPress, key, modifiers, autorep=repeated)
        QApplication.sendEvent(widget, event)
    QApplication.sendEvent(widget, QKeyEvent(QEvent.Type.KeyRelease, key, modifiers))
