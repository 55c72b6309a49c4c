"""The notice bar: one calm place for everything that the program has to say."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPlainTextEdit
from pytestqt.qtbot import QtBot

from app.notices import Action, Level, Notice
from ui.shared.notice_bar import NoticeBar
from ui.shared.theme import Theme
from ui.shared.widgets import Button, IconButton


@pytest.fixture
def bar(qtbot: QtBot, theme: Theme) -> NoticeBar:
    bar = NoticeBar(theme)
    qtbot.addWidget(bar)
    return bar


def texts(bar: NoticeBar) -> list[str]:
    return [label.text() for label in bar.findChildren(QLabel) if label.isVisible()]


def button(bar: NoticeBar, text: str) -> Button:
    return next(b for b in bar.findChildren(Button) if b.text() == text and b.isVisible())


def test_the_gravest_is_shown_and_the_others_are_counted(bar: NoticeBar) -> None:
    bar.tell(Notice("Disk nearly full.", Level.CAUTION, key="disk"))
    bar.tell(Notice("Exported.", Level.GOOD, key="export"))
    assert texts(bar) == ["Disk nearly full.", "1 more"]
    bar.dismiss("disk")
    assert texts(bar) == ["Exported."]
    bar.dismiss("export")
    assert not bar.isVisible()


def test_what_soon_goes_by_itself_is_not_hidden_behind_what_stays(bar: NoticeBar) -> None:
    bar.tell(Notice("No sound device.", Level.CAUTION, key="sound"))
    bar.tell(Notice("Deleted.", key="deleted", seconds=60))
    assert texts(bar) == ["Deleted.", "1 more"]
    bar.dismiss("deleted")
    assert texts(bar) == ["No sound device."]


def test_a_notice_takes_the_place_of_one_with_its_key(bar: NoticeBar) -> None:
    bar.tell(Notice("Busy, 0:18.", Level.CAUTION, key="busy"))
    bar.tell(Notice("Busy, 0:17.", Level.CAUTION, key="busy"))
    assert texts(bar) == ["Busy, 0:17."]


def test_a_notice_with_a_time_goes_away_by_itself(qtbot: QtBot, bar: NoticeBar) -> None:
    bar.tell(Notice("Done.", Level.GOOD, key="done", seconds=0.01))
    qtbot.waitUntil(lambda: not bar.isVisible())
    assert bar.keys() == []


def test_an_action_is_announced_and_closes_the_notice(qtbot: QtBot, bar: NoticeBar) -> None:
    bar.tell(Notice("Deleted.", actions=(Action("undo", "Undo"),), key="deleted"))
    with qtbot.waitSignal(bar.acted) as caught:
        qtbot.mouseClick(button(bar, "Undo"), Qt.MouseButton.LeftButton)
    assert caught.args == ["deleted", "undo"]
    assert not bar.isVisible()


def test_details_unfold_and_can_be_copied(qtbot: QtBot, bar: NoticeBar) -> None:
    bar.tell(Notice("It failed.", Level.BAD, "Traceback: <b>x</b>", key="bad"))
    details = bar.findChild(QPlainTextEdit)
    assert not details.isVisible()
    qtbot.mouseClick(button(bar, "Details"), Qt.MouseButton.LeftButton)
    assert details.isVisible()
    qtbot.mouseClick(button(bar, "Copy"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "Traceback: <b>x</b>"


def test_it_can_be_dismissed_and_told_again(qtbot: QtBot, bar: NoticeBar) -> None:
    notice = Notice("It failed.", Level.BAD, key="bad")
    bar.tell(notice)
    qtbot.mouseClick(bar.findChild(IconButton), Qt.MouseButton.LeftButton)
    assert not bar.isVisible()
    bar.tell(notice)
    assert bar.isVisible()


def test_what_is_read_stays_when_something_else_is_told(qtbot: QtBot, bar: NoticeBar) -> None:
    bar.tell(Notice("It failed.", Level.BAD, "in detail", key="bad"))
    fold = button(bar, "Details")
    fold.setFocus()
    qtbot.keyClick(fold, Qt.Key.Key_Space)
    bar.tell(Notice("By the way.", key="aside"))
    assert texts(bar) == ["It failed.", "1 more"]
    assert bar.window().focusWidget() is fold
    assert bar.findChild(QPlainTextEdit).isVisible()
    bar.dismiss("aside")
    assert texts(bar) == ["It failed."]
    bar.tell(Notice("It failed again.", Level.BAD, key="bad"))
    assert bar.window().focusWidget() is bar.findChildren(IconButton)[-1]  # and not far away
