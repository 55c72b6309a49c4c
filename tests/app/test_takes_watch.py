"""A take that another program puts into the takes folder is looked for, wherever the folder is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QFileSystemWatcher, QObject
from pytestqt.qtbot import QtBot

from app import takes_watch
from app.takes_watch import TakesWatch


@contextmanager
def watching(folder: Path, look: Callable[[], object]) -> Iterator[None]:
    parent = QObject()
    watch = TakesWatch(folder, look, parent)
    watch.start()
    try:
        yield
    finally:
        watch.close()


@pytest.fixture
def aimed(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """One for each time that the watch has found a place to look at: whether it is the folder."""
    answers: list[bool] = []
    aim = takes_watch._Eye.aim

    def noted(eye: takes_watch._Eye) -> bool:
        answers.append(aim(eye))
        return answers[-1]

    monkeypatch.setattr(takes_watch._Eye, "aim", noted)
    return answers


@pytest.mark.parametrize("there", [True, False])
def test_the_folder_is_watched_from_the_day_it_is_there(
    qtbot: QtBot, tmp_path: Path, aimed: list[bool], there: bool
) -> None:
    folder, looks = tmp_path / "Music" / "takes", list[int]()
    if there:
        folder.mkdir(parents=True)
    with watching(folder, lambda: looks.append(threading.get_ident())):
        qtbot.waitUntil(lambda: aimed == [there])
        if not there:
            folder.mkdir(parents=True)
            # What was put there meanwhile is not missed.
            qtbot.waitUntil(lambda: len(looks) == 1)
            looks.clear()
        for number in range(20):
            (folder / f"{number}.part").touch()
            (folder / f"{number}.part").rename(folder / f"{number}.wav")
        qtbot.waitUntil(lambda: len(looks) > 0)
        assert looks == [threading.get_ident()]  # once for all of them, and on this thread


def test_a_folder_that_never_answers_holds_nobody_up(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a share does whose computer is away."""
    asked, back, looks = threading.Event(), threading.Event(), list[int]()

    def silent(path: Path) -> bool:
        asked.set()
        back.wait()
        return path.is_dir()

    monkeypatch.setattr(takes_watch, "_there", silent)
    monkeypatch.setattr(takes_watch, "_PATIENCE", 0.0)
    try:
        with watching(tmp_path, lambda: looks.append(1)):
            qtbot.waitUntil(asked.is_set)  # this thread is free to wait for something else
    finally:
        back.set()
    assert not looks


def test_a_folder_that_is_made_while_its_watch_begins_is_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "Music" / "takes"

    class Late(QFileSystemWatcher):
        def addPaths(self, paths: Sequence[str]) -> list[str]:  # noqa: N802 - Qt
            folder.mkdir(parents=True, exist_ok=True)
            return super().addPaths(paths)

    monkeypatch.setattr(takes_watch, "QFileSystemWatcher", Late)
    eye = takes_watch._Eye(folder)
    assert eye.aim()
    assert eye._watcher.directories() == [str(folder)]
