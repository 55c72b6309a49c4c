"""The list by keyboard: one key for each thing, and none that surprises."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from engine.jobs import Change
from tests.ui.hands import hold
from tests.ui.queue.hands import Said, press, select
from tests.ui.queue.made_jobs import running
from ui.queue.intents import growing
from ui.queue.menu import RowMenu
from ui.queue.panel import QueuePanel


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (Qt.Key.Key_Space, ("play_requested", ("old",))),
        (Qt.Key.Key_K, ("pause_requested", ())),
        (Qt.Key.Key_J, ("nudge_requested", (-5.0,))),
        (Qt.Key.Key_L, ("nudge_requested", (5.0,))),
        (Qt.Key.Key_B, ("compare_requested", ())),
        (Qt.Key.Key_R, ("repeat_requested", ())),
        (Qt.Key.Key_Left, ("nudge_requested", (-1.0,))),
        (Qt.Key.Key_Right, ("nudge_requested", (1.0,))),
        (Qt.Key.Key_5, ("annotate_requested", (["old"], {"stars": 5}))),
        (Qt.Key.Key_0, ("annotate_requested", (["old"], {"stars": 0}))),
        (Qt.Key.Key_M, ("annotate_requested", (["old"], {"kept": True}))),
        (Qt.Key.Key_X, ("annotate_requested", (["old"], {"kept": False}))),
        (Qt.Key.Key_Delete, ("delete_requested", (["old"],))),
        (Qt.Key.Key_S, None),  # it does not grow
    ],
)
def test_one_key_for_each_thing(
    panel: QueuePanel, said: Said, key: Qt.Key, expected: tuple[str, tuple[Any, ...]] | None
) -> None:
    select(panel, "old")
    press(panel, key)
    assert said == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("key", "held", "times"),
    [
        (Qt.Key.Key_L, Qt.KeyboardModifier.NoModifier, 3),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 3),
        (Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier, 3),
        (Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier, 1),
        (Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, 1),
        (Qt.Key.Key_K, Qt.KeyboardModifier.NoModifier, 1),
        (Qt.Key.Key_B, Qt.KeyboardModifier.NoModifier, 1),
        (Qt.Key.Key_R, Qt.KeyboardModifier.NoModifier, 1),
        (Qt.Key.Key_X, Qt.KeyboardModifier.NoModifier, 1),
        (Qt.Key.Key_4, Qt.KeyboardModifier.NoModifier, 1),
        (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, 1),
        (Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier, 1),
    ],
)
def test_a_key_that_is_held_down_goes_on_only_where_it_moves_something(
    panel: QueuePanel, said: Said, key: Qt.Key, held: Qt.KeyboardModifier, times: int
) -> None:
    select(panel, "w2" if held else "new")
    hold(panel.view, key, held)
    assert len(said) == times


@pytest.mark.parametrize("id_", ["w1", "bad", "run"])
def test_space_where_there_is_nothing_to_hear_pauses_what_plays(
    panel: QueuePanel, said: Said, id_: str
) -> None:
    select(panel, id_)
    press(panel, Qt.Key.Key_Space)
    assert said == [("pause_requested", ())]


def test_figures_that_need_shift_on_a_french_keyboard_are_stars_too(
    panel: QueuePanel, said: Said
) -> None:
    select(panel, "old")
    press(panel, Qt.Key.Key_2, Qt.KeyboardModifier.ShiftModifier)
    assert said == [("annotate_requested", (["old"], {"stars": 2}))]


def test_what_grows_is_stopped_with_s(panel: QueuePanel, said: Said) -> None:
    select(panel, "run", "w1", "old")
    press(panel, Qt.Key.Key_S)
    assert said == [("stop_requested", (["run"],))]


def test_what_grows_where_it_can_not_end_early_is_left_alone() -> None:
    """On an older server."""
    assert growing(running("here"))
    assert not growing(running("there", place="dgx01", ends_early=False))


def test_keys_mean_all_selected_rows_that_they_make_sense_for(
    panel: QueuePanel, said: Said
) -> None:
    select(panel, "new", "old", "bad", "w1")
    press(panel, Qt.Key.Key_4)
    press(panel, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    press(panel, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    assert said == [
        ("annotate_requested", (["new", "old"], {"stars": 4})),
        ("retry_requested", (["bad"],)),
        ("cancel_requested", (["w1"],)),
    ]


def test_enter_opens_the_current_row(panel: QueuePanel, said: Said) -> None:
    select(panel, "new")
    press(panel, Qt.Key.Key_Return)
    ((name, (job,)),) = said
    assert (name, job.id) == ("opened", "new")


def test_waiting_rows_move_by_keyboard(panel: QueuePanel, said: Said) -> None:
    alt = Qt.KeyboardModifier.AltModifier
    select(panel, "w2")
    press(panel, Qt.Key.Key_Up, alt)
    press(panel, Qt.Key.Key_Down, alt)
    select(panel, "w1")
    press(panel, Qt.Key.Key_Up, alt)  # it is the first already
    select(panel, "w2", "w3")
    press(panel, Qt.Key.Key_Up, alt)
    assert said == [
        ("move_requested", (["w2"], "w1")),
        ("move_requested", (["w2"], None)),
        ("move_requested", (["w2", "w3"], "w1")),
    ]


def test_f2_renames_in_place(qtbot: QtBot, panel: QueuePanel, said: Said) -> None:
    select(panel, "new")
    press(panel, Qt.Key.Key_F2)
    editor = panel.view.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    QTest.keyClicks(editor, "Rain 1 x")  # keys of the list are letters here
    with qtbot.waitSignal(panel.intents.annotate_requested):
        QTest.keyClick(editor, Qt.Key.Key_Return)
    assert said == [("annotate_requested", (["new"], {"name": "Rain 1 x"}))]


def test_a_job_that_changes_leaves_alone_what_is_typed(
    qtbot: QtBot, panel: QueuePanel, said: Said
) -> None:
    select(panel, "new")
    press(panel, Qt.Key.Key_F2)
    editor = panel.view.findChild(QLineEdit)
    assert editor is not None

    def rated(stars: int) -> None:
        job = panel.model.job_at(panel.model.row_of("new"))
        assert job.take is not None
        panel.model.apply([Change(replace(job, take=replace(job.take, stars=stars)))])

    editor.selectAll()
    rated(4)
    assert editor.hasSelectedText()
    QTest.keyClicks(editor, "Rain")
    rated(5)
    QTest.keyClicks(editor, " on tin")
    with qtbot.waitSignal(panel.intents.annotate_requested):
        QTest.keyClick(editor, Qt.Key.Key_Return)
    assert said == [("annotate_requested", (["new"], {"name": "Rain on tin"}))]


def test_a_key_of_the_window_gives_way_only_where_the_list_needs_it(panel: QueuePanel) -> None:
    def is_taken(*ids: str) -> bool:
        select(panel, *ids)
        control = Qt.KeyboardModifier.ControlModifier
        event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_R, control)
        event.ignore()
        QApplication.sendEvent(panel.view, event)
        return event.isAccepted()

    assert is_taken("bad")
    assert not is_taken("new")  # there the window's own Ctrl+R retries all that failed


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_menu_says_what_is_so_already(panel: QueuePanel) -> None:
    """Choosing it again takes it back; and what is next already is not offered to be."""

    def menu(id_: str) -> dict[str, bool]:
        select(panel, id_)
        panel.view._show_menu(panel.model.row_of(id_), QPoint())
        shown = panel.view.findChildren(RowMenu)[-1]
        stars = [action for sub in shown.findChildren(QMenu) for action in sub.actions()]
        shown.close()
        actions = [*shown.actions(), *stars]
        return {action.text().partition("\t")[0]: action.isChecked() for action in actions}

    old = menu("old")
    assert [name for name, checked in old.items() if checked] == ["★★★"]
    job = panel.model.jobs["old"]
    assert job.take is not None
    panel.model.apply([Change(job.with_(take=replace(job.take, kept=False, stars=0)))])
    assert [name for name, checked in menu("old").items() if checked] == ["Reject", "none"]
    assert "Make it next" in menu("w2")
    assert "Make it next" not in menu("w1")


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_menu_key_opens_the_menu_of_the_current_row(panel: QueuePanel, said: Said) -> None:
    select(panel, "bad")
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(), QPoint())
    QApplication.sendEvent(panel.view.viewport(), event)
    menu = panel.view.findChild(QMenu)
    assert menu is not None
    actions = {action.text().partition("\t")[0]: action for action in menu.actions()}
    assert {"Retry", "Delete", "Again with…"} <= actions.keys()
    assert not {"Keep", "Cancel", "Play or pause"} & actions.keys()
    actions["Retry"].trigger()
    menu.close()
    assert said == [("retry_requested", (["bad"],))]
