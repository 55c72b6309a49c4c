"""The list by real mouse events."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.queue.hands import Said, click, corner, parts, select
from ui.queue.layout import ROW_HEIGHT
from ui.queue.panel import QueuePanel
from ui.queue.pointer import Pointer


def test_play_and_pause_are_asked_for_without_touching_the_selection(
    panel: QueuePanel, said: Said
) -> None:
    select(panel, "old")
    click(panel, "new", parts(panel, "new").play.center())
    assert said == [("play_requested", ("new",))]
    assert [job.id for job in panel.view.selection.jobs()] == ["old"]


def test_what_cannot_be_heard_is_not_played(panel: QueuePanel, said: Said) -> None:
    for id_ in ("w1", "bad", "run"):
        click(panel, id_, parts(panel, id_).play.center())
    assert said == []


def test_a_click_in_a_waveform_plays_from_there(panel: QueuePanel, said: Said) -> None:
    wave = parts(panel, "new").wave
    click(panel, "new", QPoint(wave.left() + wave.width() // 4, wave.center().y()))
    ((name, (id_, seconds)),) = said
    assert (name, id_) == ("seek_requested", "new")
    assert seconds == pytest.approx(20.0 / 4, abs=20.0 / wave.width())


def test_a_star_rates_and_the_same_star_takes_the_rating_away(
    panel: QueuePanel, said: Said
) -> None:
    stars = parts(panel, "old").stars
    second = QPoint(stars.left() + 13 + 6, stars.center().y())
    third = second + QPoint(13, 0)
    click(panel, "old", second)
    click(panel, "old", third)
    assert said == [
        ("annotate_requested", (["old"], {"stars": 2})),
        ("annotate_requested", (["old"], {"stars": 0})),
    ]


def test_cancel_and_retry_are_asked_for_their_row_alone(panel: QueuePanel, said: Said) -> None:
    select(panel, "w1", "w2")
    click(panel, "run", parts(panel, "run").cancel.center())
    click(panel, "bad", parts(panel, "bad").retry.center())
    assert said == [("cancel_requested", (["run"],)), ("retry_requested", (["bad"],))]


def test_a_press_that_is_let_go_elsewhere_does_nothing(panel: QueuePanel, said: Said) -> None:
    viewport, button = panel.view.viewport(), Qt.MouseButton.LeftButton
    held = Qt.KeyboardModifier.NoModifier
    play = corner(panel, "new") + parts(panel, "new").play.center()
    QTest.mousePress(viewport, button, held, play)
    QTest.mouseRelease(viewport, button, held, play + QPoint(0, ROW_HEIGHT * 2))
    assert said == []


def test_the_pointer_scrubs_over_a_waveform(panel: QueuePanel) -> None:
    wave = parts(panel, "new").wave
    QTest.mouseMove(panel.view.viewport(), corner(panel, "new") + wave.center())
    hover = panel.view._rows.hover
    assert hover.row == panel.model.row_of("new")
    assert hover.at.x() == wave.center().x()
    assert panel.view.viewport().cursor().shape() is Qt.CursorShape.PointingHandCursor
    QApplication.sendEvent(panel.view.viewport(), QEvent(QEvent.Type.Leave))
    assert panel.view._rows.hover.row == -1


def test_a_press_beside_the_round_button_is_still_for_it(panel: QueuePanel, said: Said) -> None:
    play = parts(panel, "new").play
    click(panel, "new", play.bottomLeft() + QPoint(-6, 6))
    assert said == [("play_requested", ("new",))]


def test_tips_are_for_the_words_of_a_row(panel: QueuePanel) -> None:
    def wanted(at: QPoint) -> bool:
        """Whether a tip that is asked for here gets as far as the list."""
        QTest.mouseMove(panel.view.viewport(), corner(panel, "new") + at)
        tip = QHelpEvent(QEvent.Type.ToolTip, at, QPoint())
        return not panel.view.findChild(Pointer).eventFilter(panel.view.viewport(), tip)

    assert wanted(parts(panel, "new").title.center())
    assert not wanted(parts(panel, "new").wave.center())
