"""The whole window by keyboard: no place is a dead end, and none shows what is not so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QKeyEvent, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.player import Player, Track
from engine.jobs import Failure, Take
from tests.fakes import FakeEngine
from tests.ui.hands import CONTROL, generate, hold, prompts, shown_texts
from ui.main_window import MainWindow
from ui.settings.help_dialogs import ShortcutsDialog
from ui.settings.settings_dialog import SettingsDialog
from ui.shared.widgets import Button

NONE = Qt.KeyboardModifier.NoModifier
SPACE, ESCAPE, ENTER = Qt.Key.Key_Space, Qt.Key.Key_Escape, Qt.Key.Key_Return


@pytest.fixture
def take(qtbot: QtBot, window: MainWindow, fake: FakeEngine) -> str:
    """Id of a take, selected in the list, which has the keyboard."""
    id_ = generate(qtbot, window, fake, "calm piano")
    fake.complete(id_)
    qtbot.waitUntil(lambda: window.queue.model.jobs.takes == 1)
    window.queue.reveal(id_)
    window.queue.view.setFocus()
    return id_


def test_the_players_keys_work_wherever_nothing_else_wants_them(
    window: MainWindow,
    player: Player,
    take: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros((80_000, 2)), 8_000)
    player.load(Track(take, tmp_path / "a.wav", "a", 10.0), play=False)
    waveform = window.player_bar._waveform
    waveform.setFocus(Qt.FocusReason.MouseFocusReason)
    QTest.keyClick(waveform, SPACE)
    assert player.playing
    QTest.keyClick(window.take, Qt.Key.Key_K)
    assert not player.playing
    moved: list[float] = []
    monkeypatch.setattr(player, "nudge", moved.append)
    QTest.keyClicks(waveform, "lj")
    assert moved == [5.0, -5.0]
    window.compose.prompt.setFocus()
    QTest.keyClick(window.compose.prompt, SPACE)  # a word's end, not the player's
    assert not player.playing
    assert window.compose.prompt.toPlainText().endswith(" ")


def test_b_compares_and_r_repeats_in_the_list_and_wherever_nothing_else_wants_them(
    window: MainWindow, player: Player, take: str, tmp_path: Path
) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros((80_000, 2)), 8_000)
    player.load(Track("other", tmp_path / "a.wav", "b", 10.0), play=False)
    player.load(Track(take, tmp_path / "a.wav", "a", 10.0), play=False)
    for place in (window.queue.view, window.player_bar._waveform, window.take):
        QTest.keyClick(place, Qt.Key.Key_B)
        assert player.track is not None
        assert player.track.id == "other"
        QTest.keyClick(place, Qt.Key.Key_R)
        assert player.loop == (0.0, 10.0)
        QTest.keyClicks(place, "br")
        assert player.track.id == take
        assert player.loop is None
    window.compose.fill_prompt("")
    window.compose.prompt.setFocus()
    QTest.keyClicks(window.compose.prompt, "br")
    assert window.compose.prompt.toPlainText() == "br"
    assert player.track.id == take
    QTest.keyClick(window.queue.view, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert player.loop is None  # that one retries


def test_notes_are_written_on_while_the_list_plays_on(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine, player: Player, take: str, tmp_path: Path
) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros((80_000, 2)), 8_000)
    newer = generate(qtbot, window, fake, "techno")
    fake.complete(newer)
    qtbot.waitUntil(lambda: window.queue.model.jobs.takes == 2)
    window.menus.play_on.trigger()
    window.queue.reveal(newer)
    player.load(Track(newer, tmp_path / "a.wav", "a", 10.0), play=False)
    for focused, current in ((window.take.notes, newer), (window.queue.view, take)):
        focused.setFocus()
        QTest.keyClicks(window.take.notes, "the end")
        player.finished.emit(newer)
        assert player.track is not None
        assert player.track.id == take
        assert window.take.job is not None
        assert window.take.job.id == current
        window.take.save_notes()
    assert fake.queue.by_id[newer].take.notes.count("the end") == 2
    assert fake.queue.by_id[take].take.notes == ""
    player.stop()


def test_what_is_held_down_is_done_once(
    window: MainWindow, player: Player, fake: FakeEngine, take: str, tmp_path: Path
) -> None:
    prompt, another = window.compose.prompt, window.take.another
    window.compose.fill_prompt("techno")
    hold(prompt, ENTER, CONTROL)
    assert prompts(fake) == ["techno"]
    another.setFocus(Qt.FocusReason.TabFocusReason)
    hold(another, ENTER)
    assert len(prompts(fake)) == 2
    soundfile.write(tmp_path / "a.wav", np.zeros((80_000, 2)), 8_000)
    player.load(Track(take, tmp_path / "a.wav", "a", 10.0), play=False)
    hold(window.take, SPACE)
    assert player.playing
    hold(window.take, Qt.Key.Key_K)
    assert not player.playing
    going_on = [action.text() for action in window.findChildren(QAction) if goes_on(action)]
    assert not going_on
    assert not any(map(QShortcut.autoRepeat, window.findChildren(QShortcut)))


def goes_on(action: QAction) -> bool:
    return bool(action.shortcuts()) and action.autoRepeat()


def test_enter_goes_to_the_takes_fields_and_escape_or_enter_back(
    window: MainWindow, fake: FakeEngine, take: str
) -> None:
    panel, view = window.take, window.queue.view
    for leave in (ENTER, ESCAPE):
        QTest.keyClick(view, ENTER)
        assert window.focusWidget() is panel.name
        QTest.keyClick(panel.name, leave)
        assert window.focusWidget() is view
    for repeated in (False, True):  # each goes to whoever has the keyboard by then
        event = QKeyEvent(QEvent.Type.KeyPress, ENTER, NONE, autorep=repeated)
        QApplication.sendEvent(window.focusWidget(), event)
    assert window.focusWidget() is panel.name
    panel.tags.field.setFocus()
    QTest.keyClicks(panel.tags.field, "half a wo")
    QTest.keyClick(panel.tags.field, ESCAPE)
    assert window.focusWidget() is view
    assert fake.queue.by_id[take].take.tags == ()


def test_tab_goes_as_the_eye_goes_through_what_came_later(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine, take: str
) -> None:
    fake.queue.put(fake.queue.by_id[take].with_(take=with_tags(fake, take, "rain", "film")))
    qtbot.waitUntil(lambda: len(window.take.tags.findChildren(Button)) == 2)
    fake.notify(Failure("x", "Something happened.", detail="in detail"))
    qtbot.waitUntil(window.notices.isVisible)
    window.compose.prompt.setFocus()
    walked: list[QWidget] = []
    while (focused := window.focusWidget()) not in walked:
        walked.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    texts = [getattr(widget, "text", str)() for widget in walked]
    named = [text or widget.accessibleName() for text, widget in zip(texts, walked, strict=True)]
    wanted = [
        "calm",
        "happy",
        "More words",
        "Length",
        "Search takes",
        "Details",
        "Dismiss",
        "Jobs and takes",
        "rain",
        "film",
        "Add a tag",
        "Notes",
        "Again with…",
    ]
    assert [name for name in named if name in wanted] == wanted


def with_tags(fake: FakeEngine, id_: str, *tags: str) -> Take:
    take = fake.queue.by_id[id_].take
    assert take is not None
    return replace(take, tags=tags)


def test_a_hidden_compose_comes_when_it_has_something_to_show(
    window: MainWindow, take: str
) -> None:
    hide, compose = window.menus.compose_panel, window.compose
    hide.trigger()
    window.menus.prompt.trigger()
    assert window.focusWidget() is compose.prompt
    hide.trigger()
    window.menus.again.trigger()
    assert window.focusWidget() is compose.prompt
    compose.fill_prompt("")
    hide.trigger()
    window.queue.view.setFocus()
    window.menus.generate.trigger()  # refused, for there is no prompt
    assert compose.isVisible()
    assert window.focusWidget() is compose.prompt
    assert "Say what you want" in compose.problems.told("prompt")


def test_a_job_that_begins_while_it_is_edited_is_let_go(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine
) -> None:
    id_ = generate(qtbot, window, fake, "first idea")
    window.compose.edit(fake.queue.by_id[id_])
    assert window.compose.generate.text() == "Change the waiting job"
    fake.begin(id_)
    qtbot.waitUntil(lambda: window.compose.generate.text() == "Generate")
    assert "waits no more" in window.compose.problems.told("prompt")
    window.compose.send()
    assert len(fake.queue.by_id) == 2


def test_undo_takes_its_notice_away(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine, take: str
) -> None:
    QTest.keyClick(window.queue.view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: "1 job deleted." in shown_texts(window.notices))
    window.menus.undo.trigger()
    qtbot.waitUntil(lambda: window.queue.model.jobs.get(take) is not None)
    qtbot.waitUntil(lambda: not window.notices.keys())
    assert [job.id for job in window.queue.view.selection.jobs()] == [take]
    assert window.focusWidget() is window.queue.view  # and no more at the welcome


def test_an_example_leads_into_the_list(qtbot: QtBot, window: MainWindow) -> None:
    example = window.welcome.examples[1]
    example.setFocus()
    QTest.keyClick(example, ENTER)
    qtbot.waitUntil(window.queue.view.isVisible)
    assert window.focusWidget() is window.queue.view


def test_what_a_search_hid_is_selected_again_after_it(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine, take: str
) -> None:
    other, running = (generate(qtbot, window, fake, name) for name in ("techno", "slow tide"))
    fake.complete(other)
    qtbot.waitUntil(lambda: window.queue.model.jobs.takes == 2)
    window.queue.reveal(take)
    search, selection = window.queue.filter.search, window.queue.view.selection
    QTest.keyClicks(search, "techno")
    qtbot.waitUntil(lambda: window.queue.model.rowCount() == 1)
    for progress in (0.3, 0.6):  # something runs meanwhile
        fake.progress(running, progress)
        qtbot.waitUntil(lambda p=progress: window.queue.model.jobs[running].progress == p)
    assert not selection.jobs()
    QTest.keyClick(search, ESCAPE)
    qtbot.waitUntil(lambda: window.queue.model.rowCount() == 3)
    assert [job.id for job in selection.jobs()] == [take]
    QTest.keyClick(search, Qt.Key.Key_Enter)  # of the number pad
    assert window.focusWidget() is window.queue.view


def test_the_menus_show_what_was_chosen_elsewhere(window: MainWindow) -> None:
    window.menus.settings.trigger()
    dialog = window.findChild(SettingsDialog)
    QTest.keyClick(dialog.appearance, Qt.Key.Key_End)
    dialog.accept()
    light = next(
        action for action in window.menus.actions()[3].menu().actions() if action.text() == "Light"
    )
    assert light.isChecked()
    window.setWindowState(Qt.WindowState.WindowFullScreen)  # as a window manager does
    assert window.menus.full_screen.isChecked()


def test_from_the_full_screen_back_to_how_it_was(window: MainWindow) -> None:
    window.setWindowState(Qt.WindowState.WindowMaximized)
    for full in (True, False):
        window.menus.full_screen.trigger()
        assert window.isFullScreen() is full
    assert window.isMaximized()


def test_all_shortcuts_can_be_read_by_keyboard(qtbot: QtBot, window: MainWindow) -> None:
    window.menus.shortcuts.trigger()
    dialog = window.findChild(ShortcutsDialog)
    dialog.resize(480, 240)
    area = dialog.findChild(QScrollArea)
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    assert area.focusPolicy() is Qt.FocusPolicy.StrongFocus
    QTest.keyClick(area, Qt.Key.Key_PageDown)
    assert area.verticalScrollBar().value() > 0
    dialog.accept()
