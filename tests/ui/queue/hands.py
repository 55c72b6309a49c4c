"""Jobs to list, and hands that click, press and select in the list."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.ui.queue.made_jobs import failed, finished, running, waiting
from ui.queue.layout import Parts
from ui.queue.panel import QueuePanel

__all__ = ["JOBS", "WIDTH", "Said", "click", "corner", "parts", "press", "select"]

WIDTH = 840
Said = list[tuple[str, tuple[Any, ...]]]

JOBS = (
    running("run", progress=0.5),
    waiting("w1", 1.0),
    waiting("w2", 2.0),
    waiting("w3", 3.0),
    finished("new", 9, seconds=20.0),
    failed("bad", 5),
    finished("old", 1, stars=3),
)


def parts(panel: QueuePanel, id_: str) -> Parts:
    job = panel.model.jobs.get(id_)
    assert job is not None
    return panel.view._rows.parts(job, panel.view.viewport().width())


def corner(panel: QueuePanel, id_: str) -> QPoint:
    index = panel.view.model().index(panel.model.row_of(id_), 0)
    return panel.view.visualRect(index).topLeft()


def click(panel: QueuePanel, id_: str, at: QPoint) -> None:
    QTest.mouseClick(
        panel.view.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        corner(panel, id_) + at,
    )


def select(panel: QueuePanel, *ids: str) -> None:
    """The first becomes the current row."""
    panel.view.clearSelection()
    for id_ in reversed(ids):
        index = panel.view.model().index(panel.model.row_of(id_), 0)
        selection = panel.view.selectionModel()
        selection.setCurrentIndex(index, selection.SelectionFlag.Select)
    panel.view.setFocus()


def press(panel: QueuePanel, key: Qt.Key | str, *modifiers: Qt.KeyboardModifier) -> None:
    held = Qt.KeyboardModifier.NoModifier
    for modifier in modifiers:
        held |= modifier
    if isinstance(key, str):
        QTest.keyClicks(panel.view, key, held)
    else:
        QTest.keyClick(panel.view, key, held)
