"""The filter bar, what is shown where there is nothing, and rows of every width."""

from __future__ import annotations

from dataclasses import fields

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.jobs import Change
from tests.ui.queue.hands import JOBS
from tests.ui.queue.made_jobs import failed
from ui.queue.order import Show
from ui.queue.panel import QueuePanel


def test_tabs_count_and_filter(qtbot: QtBot, panel: QueuePanel) -> None:
    tabs = panel.filter._tabs
    assert tabs[Show.QUEUE].text() == "Queue 4"
    assert tabs[Show.FAILED].text() == "Failed 1"
    tabs[Show.FAILED].click()
    assert panel.model.rowCount() == 1
    panel.model.apply([Change(failed("bad", 5), removed=True)])
    assert tabs[Show.FAILED].text() == "Failed"
    assert panel._empty.isVisible()
    assert panel._empty.text() == "Nothing failed."


def test_search_as_one_types_and_on_to_the_list(qtbot: QtBot, panel: QueuePanel) -> None:
    panel.search()
    QTest.keyClicks(panel.filter.search, "take old")
    qtbot.waitUntil(lambda: panel.model.rowCount() == 1)
    QTest.keyClick(panel.filter.search, Qt.Key.Key_Down)
    current = panel.view.selection.current()
    assert current is not None
    assert current.id == "old"
    QTest.keyClick(panel.filter.search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: panel.model.rowCount() == len(JOBS))


def test_who_enters_the_list_by_keyboard_has_a_row_for_the_keys(panel: QueuePanel) -> None:
    panel.filter.show_only(Show.FAVOURITES)  # its rows have nothing of what was selected
    panel.filter.show_only(Show.ALL)
    panel.search()
    QTest.keyClick(panel.filter.search, Qt.Key.Key_Down)
    assert [job.id for job in panel.view.selection.jobs()] == [JOBS[0].id]


def test_a_job_is_brought_into_sight_whatever_is_shown(panel: QueuePanel) -> None:
    panel.filter.show_only(Show.FAILED)
    panel.reveal("old")
    current = panel.view.selection.current()
    assert current is not None
    assert current.id == "old"


@pytest.mark.parametrize("width", [300, 430, 560, 840, 1400])
def test_nothing_in_a_row_overlaps_or_leaves_it(panel: QueuePanel, width: int) -> None:
    for job in JOBS:
        row = panel.view._rows.parts(job, width)
        areas = [getattr(row, field.name) for field in fields(row) if field.name != "steps"]
        shown = [area for area in areas if not area.isNull()]
        assert row.wave.width() > 60 or job.take is None, "a take can be seen and scrubbed"
        assert all(area.left() >= 0 and area.right() < width for area in shown), job.id
        for number, area in enumerate(shown):
            assert not any(area.intersects(other) for other in shown[number + 1 :]), job.id
