"""Selection and place stay with their rows, whatever happens to the order."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.peak_loader import PeakLoader
from engine.jobs import Change, Job, Status
from tests.ui.queue.hands import select
from tests.ui.queue.made_jobs import finished, running, waiting
from ui.queue.delegate import Playing
from ui.queue.layout import ROW_HEIGHT
from ui.queue.order import Filter, Show
from ui.queue.panel import QueuePanel


def test_the_selected_job_is_told_again_as_it_changes(qtbot: QtBot, panel: QueuePanel) -> None:
    told: list[Job | None] = []
    panel.intents.selected.connect(told.append)
    select(panel, "run")
    panel.model.apply([Change(running("run", progress=0.7))])
    panel.model.apply([Change(waiting("w1", 1.5))])
    assert [job.progress for job in told if job] == [0.5, 0.7]
    panel.model.apply([Change(finished("run", 20))])
    assert told[-1] is not None
    assert told[-1].status is Status.COMPLETED
    assert panel.view.selection.current() == told[-1]


def test_a_row_that_goes_from_a_search_selects_no_other_in_place_of_what_is_hidden(
    panel: QueuePanel,
) -> None:
    select(panel, "old")
    panel.model.set_filter(Filter(Show.QUEUE))
    panel.model.apply([Change(panel.model.jobs["w1"], removed=True)])
    assert not panel.view.selection.jobs()
    panel.model.set_filter(Filter())
    assert [job.id for job in panel.view.selection.jobs()] == ["old"]


def test_selection_survives_a_search_that_still_shows_it(panel: QueuePanel) -> None:
    told: list[Job | None] = []
    select(panel, "old")
    panel.intents.selected.connect(told.append)
    panel.model.set_filter(Filter.of(Show.ALL, "old"))
    assert [job.id for job in panel.view.selection.jobs()] == ["old"]
    panel.model.set_filter(Filter(Show.FAILED))
    assert told[-1] is None


def test_what_takes_the_place_of_a_deleted_row_is_selected(panel: QueuePanel) -> None:
    select(panel, "new")
    row = panel.view.currentIndex().row()
    panel.model.apply([Change(panel.model.job_at(row), removed=True)])
    after = panel.model.job_at(row)
    assert after.id != "new"
    assert panel.view.selection.jobs() == [after] == [panel.view.selection.current()]


def test_rows_that_come_above_do_not_push_away_what_is_looked_at(
    qtbot: QtBot, panel: QueuePanel
) -> None:
    panel.model.apply([Change(finished(f"t{n:03}", 100 + n)) for n in range(60)])
    QApplication.processEvents()
    bar = panel.view.verticalScrollBar()
    bar.setValue(20 * ROW_HEIGHT + 5)
    top = panel.model.job_at(20)
    panel.model.apply([Change(waiting(f"x{n}", 50.0 + n)) for n in range(7)])
    QApplication.processEvents()
    assert bar.value() == 27 * ROW_HEIGHT + 5
    assert panel.model.job_at(27) == top
    bar.setValue(0)
    panel.model.apply([Change(running("fresh", 1))])
    QApplication.processEvents()
    assert bar.value() == 0


def test_what_plays_repaints_its_row_alone(panel: QueuePanel, loader: PeakLoader) -> None:
    loader.close()  # peaks that come repaint all rows
    panel.view._ticking.stop()
    panel.view.set_playing(Playing("new", True, 0.25))
    QApplication.processEvents()
    rows: list[int] = []
    paint = panel.view._rows.paint
    panel.view._rows.paint = lambda p, o, index: (rows.append(index.row()), paint(p, o, index))[0]  # type: ignore[method-assign]
    panel.view.set_playing(Playing("new", True, 0.5))
    QApplication.processEvents()
    assert set(rows) <= {panel.model.row_of("new")}
