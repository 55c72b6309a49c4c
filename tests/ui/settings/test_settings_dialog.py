"""The settings say at their place what they mean, what waits, and what can't be."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.settings import SettingsFile
from ui.main_window import MainWindow
from ui.settings.settings_dialog import SettingsDialog


@pytest.fixture
def dialog(window: MainWindow) -> SettingsDialog:
    window.menus.settings.trigger()
    found = window.findChild(SettingsDialog)
    assert isinstance(found, SettingsDialog)
    return found


def test_a_folder_is_taken_once_the_disk_says_that_it_can_be(
    qtbot: QtBot, dialog: SettingsDialog, tmp_path: Path, music_home: Path
) -> None:
    row, file = dialog.rows["takes_folder"], music_home / "config"
    before = dialog.folder.text()
    (tmp_path / "a song.wav").touch()
    for wrong in ("gone", "a song.wav"):
        dialog.use_folder(str(tmp_path / wrong))
        qtbot.waitUntil(lambda wrong=wrong: f"in “{wrong}”" in row.problem.text())  # type: ignore[misc]
        assert row.problem.isVisible()
        assert dialog.choose.accessibleDescription() == row.problem.text()
    assert dialog.folder.text() == before
    assert SettingsFile(file).current.takes_folder is None
    dialog.use_folder(str(tmp_path))
    qtbot.waitUntil(row.later.isVisible)
    assert not row.problem.isVisible()
    assert row.hint.text().endswith("free there.")
    assert dialog.folder.text() == str(tmp_path)
    assert SettingsFile(file).current.takes_folder == tmp_path
    dialog.accept()


def test_an_answer_for_a_dialog_that_is_closed_is_nobodys(
    qtbot: QtBot, window: MainWindow, dialog: SettingsDialog, tmp_path: Path
) -> None:
    dialog.use_folder(str(tmp_path))
    with qtbot.waitSignal(dialog.destroyed):
        dialog.accept()
    window.preferences.wait()
    qtbot.wait(0)


def test_every_control_says_what_it_is_for(dialog: SettingsDialog) -> None:
    for row in dialog.rows.values():
        assert row.control.accessibleName()
    assert "seed" in dialog.precision.accessibleDescription()
    dialog.accept()
