"""Folders in the file manager: opened, or told why not."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from ui.library.reveal import Revealer


def test_a_folder_is_opened_or_it_is_said_why_not(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []
    works = True

    def open_(url: QUrl) -> bool:
        opened.append(url)
        return works

    monkeypatch.setattr(QDesktopServices, "openUrl", open_)
    owner = QObject()
    revealer = Revealer(owner)
    with qtbot.waitSignal(revealer.noticed) as away:
        revealer.show_folder(tmp_path / "gone")
    assert "is not there" in away.args[0].text
    assert opened == []
    with qtbot.assertNotEmitted(revealer.noticed):
        revealer.show_folder(tmp_path)
        qtbot.waitUntil(lambda: opened == [QUrl.fromLocalFile(str(tmp_path))])
    works = False
    with qtbot.waitSignal(revealer.noticed) as unable:
        revealer.show_folder(tmp_path)
    assert str(tmp_path) in unable.args[0].text
    revealer.wait()
