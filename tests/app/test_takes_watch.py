"""A take that another program puts into the takes folder is looked for, wherever the folder is."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QFileSystemWatcher, QObject
from pytestqt.qtbot import QtBot

from app import takes_watch
from app.takes_watch import TakesWatch


@pytest.mark.parametrize("there", [True, False])
def test_the_folder_is_watched_from_the_day_it_is_there(
    qtbot: QtBot, tmp_path: Path, there: bool
) -> None:
    folder, looks, parent = tmp_path / "Music" / "takes", list[int](), QObject()
    if there:
        folder.mkdir(parents=True)
    watch = TakesWatch(folder, lambda: looks.append(1), parent)
    assert watch._watcher.directories() == [str(folder if there else tmp_path)]
    if not there:
        folder.mkdir(parents=True)
        qtbot.waitUntil(lambda: watch._watcher.directories() == [str(folder)])
        qtbot.waitUntil(lambda: looks == [1])  # what was put there meanwhile is not missed
        looks.clear()
    for number in range(20):
        (folder / f"{number}.part").touch()
        (folder / f"{number}.part").rename(folder / f"{number}.wav")
    qtbot.waitUntil(lambda: len(looks) > 0)
    assert len(looks) == 1  # once for all of them


def test_a_folder_that_is_made_while_its_watch_begins_is_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, parent = tmp_path / "Music" / "takes", QObject()

    class Late(QFileSystemWatcher):
        def addPath(self, path: str) -> bool:  # noqa: N802 - Qt
            folder.mkdir(parents=True, exist_ok=True)
            return super().addPath(path)

    monkeypatch.setattr(takes_watch, "QFileSystemWatcher", Late)
    watch = TakesWatch(folder, lambda: None, parent)
    assert watch._watcher.directories() == [str(folder)]
