"""The menus' underlined letters are there while Alt is held."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QStyle
from pytestqt.qtbot import QtBot

from ui.main_window import MainWindow


def underlined(window: MainWindow) -> bool:
    hint = QStyle.StyleHint.SH_UnderlineShortcut
    return bool(window.menus.style().styleHint(hint, None, window.menus))


def test_letters_are_underlined_while_alt_is_held(qtbot: QtBot, window: MainWindow) -> None:
    assert not underlined(window)
    before = window.menus.grab().toImage()
    qtbot.keyPress(window.compose.prompt, Qt.Key.Key_Alt)
    assert underlined(window)
    assert window.menus.grab().toImage() != before
    qtbot.keyRelease(window.compose.prompt, Qt.Key.Key_Alt)
    assert not underlined(window)


def test_alt_that_is_let_go_elsewhere_leaves_no_lines(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyPress(window, Qt.Key.Key_Alt)
    assert underlined(window)
    QApplication.sendEvent(window, QEvent(QEvent.Type.WindowDeactivate))
    assert not underlined(window)
