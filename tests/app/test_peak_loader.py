"""Peaks come from a thread, the newest request first, and old ones make room."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

import app.peak_loader
from app.peak_loader import PeakLoader
from engine.audio import peaks
from engine.errors import AudioError


@pytest.fixture
def loader(qapp: object, tmp_path: Path) -> Iterator[PeakLoader]:
    loader = PeakLoader(tmp_path / "peaks")
    yield loader
    loader.close()


def audio(path: Path, frames: int = 10_000, level: float = 0.5) -> Path:
    soundfile.write(path, np.full((frames, 2), level), 44_100)
    return path


def test_peaks_come_later_and_are_kept(qtbot: QtBot, loader: PeakLoader, tmp_path: Path) -> None:
    path = audio(tmp_path / "a.wav")
    with qtbot.waitSignal(loader.loaded) as loaded:
        assert loader.get(path) is None
    assert loaded.args == [path]
    found = loader.get(path)
    assert found is not None
    assert found.frames == 10_000
    assert loader.get(path) is found


def test_a_rewritten_file_shows_its_older_peaks_until_the_newer_are_there(
    qtbot: QtBot, loader: PeakLoader, tmp_path: Path
) -> None:
    path = audio(tmp_path / "preview.wav", 1_000)
    with qtbot.waitSignal(loader.loaded):
        loader.get(path, 0.1)
    old = loader.get(path, 0.1)
    audio(path, 2_000)
    with qtbot.waitSignal(loader.loaded):
        assert loader.get(path, 0.2) is old
    new = loader.get(path, 0.2)
    assert new is not None
    assert new.frames == 2_000
    path.write_bytes(b"RI")
    with qtbot.waitSignal(loader.loaded):
        loader.get(path, 0.3)
    assert loader.get(path, 0.3) is new
    assert not (tmp_path / "peaks").exists()


def test_what_is_being_loaded_is_not_asked_for_again(
    qtbot: QtBot, loader: PeakLoader, tmp_path: Path
) -> None:
    path = audio(tmp_path / "a.wav")
    seen: list[Path] = []
    loader.loaded.connect(seen.append)
    while not seen:  # a widget that paints asks again and again
        loader.get(path)
        QCoreApplication.processEvents()
    with qtbot.assertNotEmitted(loader.loaded, wait=20):
        loader.get(path)


def test_a_file_that_is_gone_is_asked_for_once(
    qtbot: QtBot, loader: PeakLoader, tmp_path: Path
) -> None:
    path = tmp_path / "gone.wav"
    with qtbot.waitSignal(loader.loaded):
        loader.get(path)
    with qtbot.assertNotEmitted(loader.loaded, wait=20):
        assert loader.get(path) is None


@pytest.mark.logs("peaks")
def test_what_nobody_foresaw_costs_one_waveform(
    qtbot: QtBot, loader: PeakLoader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_memory(*_: object, **__: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(peaks, "load_or_make", no_memory)
        patch.setattr(peaks, "prune", no_memory)
        with qtbot.waitSignal(loader.loaded):
            assert loader.get(audio(tmp_path / "a.wav")) is None
    with qtbot.waitSignal(loader.loaded):
        loader.get(audio(tmp_path / "b.wav"))
    assert loader.get(tmp_path / "b.wav") is not None


def test_a_disk_that_hangs_does_not_hold_the_end_up(
    loader: PeakLoader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def hangs(*_: object) -> None:
        begun.set()
        assert go_on.wait(60)
        raise AudioError("The test says so.")

    monkeypatch.setattr(peaks, "load_or_make", hangs)
    monkeypatch.setattr(app.peak_loader, "_PATIENCE", 0.0)
    loader.get(tmp_path / "a.wav")
    assert begun.wait(60)
    end = threading.Thread(target=loader.close)
    end.start()
    end.join(30)
    held_up = end.is_alive()
    go_on.set()
    end.join()
    assert loader._thread is not None
    loader._thread.join()
    assert not held_up


def test_the_least_used_peaks_make_room(
    qtbot: QtBot, loader: PeakLoader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.peak_loader, "_KEEP", 4_000)  # bytes: one of these files, not two
    first, second = audio(tmp_path / "a.wav", 300_000), audio(tmp_path / "b.wav", 300_000)
    for path in (first, second):
        with qtbot.waitSignal(loader.loaded):
            loader.get(path)
    assert loader.get(second) is not None
    assert loader.get(first) is None


def test_the_newest_request_is_answered_first(
    qtbot: QtBot, loader: PeakLoader, tmp_path: Path
) -> None:
    paths = [audio(tmp_path / f"{n}.wav") for n in range(5)]
    order: list[Path] = []
    loader.loaded.connect(order.append)
    with loader._changed:  # the thread waits until all are asked for
        for path in paths:
            loader.get(path)
    qtbot.waitUntil(lambda: len(order) == 5)
    assert order == paths[::-1]


def test_an_old_cache_is_pruned_once_there_is_nothing_to_load(
    qtbot: QtBot, loader: PeakLoader, tmp_path: Path
) -> None:
    old = tmp_path / "peaks" / "old.npz"
    old.parent.mkdir()
    old.write_bytes(b"whatever")
    os.utime(old, (0, 0))
    with qtbot.waitSignal(loader.loaded):
        loader.get(audio(tmp_path / "a.wav"))
    qtbot.waitUntil(lambda: not old.exists())
    assert len(list(old.parent.iterdir())) == 1
