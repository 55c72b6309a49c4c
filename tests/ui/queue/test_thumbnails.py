"""The small waveforms: of takes whole, of what grows as far as it has grown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QSize
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.peak_loader import PeakLoader
from engine.jobs import Job
from engine.request import Request
from tests.ui.queue.made_jobs import finished, running, waiting
from ui.queue.thumbnails import Thumbnails
from ui.shared.theme import Theme

SIZE = QSize(200, 34)


@pytest.fixture
def loader(qapp: QApplication, tmp_path: Path) -> Iterator[PeakLoader]:
    loader = PeakLoader(tmp_path / "peaks")
    yield loader
    loader.close()


@pytest.fixture
def thumbnails(loader: PeakLoader, theme: Theme) -> Thumbnails:
    return Thumbnails(loader, theme)


def write(path: Path, seconds: float) -> Path:
    rng = np.random.default_rng(1)
    soundfile.write(path, rng.uniform(-0.5, 0.5, (int(seconds * 8_000), 2)), 8_000)
    return path


def painted(pixmap: QPixmap | None) -> float:
    """How far to the right something was painted, as a share of the width."""
    assert pixmap is not None
    image = pixmap.toImage()
    columns = [
        x
        for x in range(image.width())
        if any(image.pixelColor(x, y).alpha() for y in range(image.height()))
    ]
    return (max(columns) + 1) / image.width()


def shown(qtbot: QtBot, loader: PeakLoader, thumbnails: Thumbnails, job: Job) -> QPixmap | None:
    with qtbot.waitSignal(loader.loaded):
        thumbnails.get(job, SIZE, "wave", 1.0)
    return thumbnails.get(job, SIZE, "wave", 1.0)


def test_a_take_is_painted_whole_and_once_for_each_colour_and_screen(
    qtbot: QtBot, loader: PeakLoader, thumbnails: Thumbnails, theme: Theme, tmp_path: Path
) -> None:
    job = finished("a", path=write(tmp_path / "a.wav", 4.0))
    first = shown(qtbot, loader, thumbnails, job)
    assert painted(first) > 0.98
    assert thumbnails.get(job, SIZE, "wave", 1.0) is first
    assert thumbnails.get(job, SIZE, "accent", 1.0) is not first
    fine = thumbnails.get(job, SIZE, "wave", 2.0)
    assert fine is not None
    assert fine.size() == SIZE * 2
    theme.changed.emit()
    assert thumbnails.get(job, SIZE, "wave", 1.0) is not first


def test_what_grows_is_painted_as_far_as_it_can_be_heard(
    qtbot: QtBot, loader: PeakLoader, thumbnails: Thumbnails, tmp_path: Path
) -> None:
    preview = write(tmp_path / "preview.wav", 2.0)
    job = running(
        "a", progress=0.31, preview=preview, request=Request(prompt="x", duration=8.0, seed=1)
    )
    assert painted(shown(qtbot, loader, thumbnails, job)) == pytest.approx(0.25, abs=0.02)
    assert thumbnails.grown(job) == 0.25
    write(preview, 6.0)
    with qtbot.assertNotEmitted(loader.loaded, wait=20):  # not with each report of progress
        thumbnails.get(job.with_(progress=0.32), SIZE, "wave", 1.0)
    assert painted(shown(qtbot, loader, thumbnails, job.with_(progress=0.8))) == pytest.approx(
        0.75, abs=0.02
    )


def test_without_sound_there_is_nothing_to_paint(
    qtbot: QtBot, loader: PeakLoader, thumbnails: Thumbnails, tmp_path: Path
) -> None:
    assert thumbnails.get(waiting("a"), SIZE, "wave", 1.0) is None
    assert thumbnails.get(running("b"), SIZE, "wave", 1.0) is None
    assert thumbnails.grown(running("b")) == 0.0
    assert shown(qtbot, loader, thumbnails, finished("c", path=tmp_path / "gone.wav")) is None
