"""The list by real mouse, keyboard and drag events: what it announces, and where it stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QDragMoveEvent, QDropEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from app.peak_loader import PeakLoader
from engine.audio.export import drag_file
from engine.errors import AudioError
from engine.jobs import Change, Job, Status
from tests.ui.made_jobs import failed, finished, running, waiting
from ui.queue.delegate import Playing
from ui.queue.dragging import ROWS, row_mime
from ui.queue.layout import ROW_HEIGHT, Parts
from ui.queue.order import Filter, Show
from ui.queue.panel import QueuePanel
from ui.shared.theme import Theme

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


@pytest.fixture
def loader(qapp: QApplication, tmp_path: Path) -> Iterator[PeakLoader]:
    loader = PeakLoader(tmp_path / "peaks")
    yield loader
    loader.close()


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme, loader: PeakLoader, tmp_path: Path) -> QueuePanel:
    panel = QueuePanel(theme, loader, lambda job: tmp_path / f"{job.name}.wav")
    qtbot.addWidget(panel)
    panel.resize(WIDTH, 700)
    panel.model.set_jobs(JOBS)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


@pytest.fixture
def said(panel: QueuePanel) -> Said:
    """Everything that the list announces, but for what is merely selected."""
    heard: Said = []
    for name in dir(panel.intents):
        if name.endswith("_requested") or name == "opened":
            getattr(panel.intents, name).connect(
                lambda *arguments, name=name: heard.append((name, arguments))
            )
    return heard


def parts(panel: QueuePanel, id_: str) -> Parts:
    job = panel.model.job(id_)
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


# The mouse.


def test_play_and_pause_are_asked_for_without_touching_the_selection(
    panel: QueuePanel, said: Said
) -> None:
    select(panel, "old")
    click(panel, "new", parts(panel, "new").play.center())
    assert said == [("play_requested", ("new",))]
    assert [job.id for job in panel.view.selected_jobs()] == ["old"]


def test_what_cannot_be_heard_is_not_played(panel: QueuePanel, said: Said) -> None:
    for id_ in ("w1", "bad", "run"):
        click(panel, id_, parts(panel, id_).play.center())
    assert said == []


def test_a_click_in_a_waveform_plays_from_there(panel: QueuePanel, said: Said) -> None:
    wave = parts(panel, "new").wave
    click(panel, "new", QPoint(wave.left() + wave.width() // 4, wave.center().y()))
    ((name, (id_, seconds)),) = said
    assert (name, id_) == ("seek_requested", "new")
    assert seconds == pytest.approx(20.0 / 4, abs=20.0 / wave.width())


def test_a_star_rates_and_the_same_star_takes_the_rating_away(
    panel: QueuePanel, said: Said
) -> None:
    stars = parts(panel, "old").stars
    second = QPoint(stars.left() + 13 + 6, stars.center().y())
    third = second + QPoint(13, 0)
    click(panel, "old", second)
    click(panel, "old", third)
    assert said == [
        ("annotate_requested", ("old", {"stars": 2})),
        ("annotate_requested", ("old", {"stars": 0})),
    ]


def test_cancel_and_retry_are_asked_for_their_row_alone(panel: QueuePanel, said: Said) -> None:
    select(panel, "w1", "w2")
    click(panel, "run", parts(panel, "run").cancel.center())
    click(panel, "bad", parts(panel, "bad").retry.center())
    assert said == [("cancel_requested", (["run"],)), ("retry_requested", (["bad"],))]


def test_a_press_that_is_let_go_elsewhere_does_nothing(panel: QueuePanel, said: Said) -> None:
    viewport, button = panel.view.viewport(), Qt.MouseButton.LeftButton
    held = Qt.KeyboardModifier.NoModifier
    play = corner(panel, "new") + parts(panel, "new").play.center()
    QTest.mousePress(viewport, button, held, play)
    QTest.mouseRelease(viewport, button, held, play + QPoint(0, ROW_HEIGHT * 2))
    assert said == []


def test_the_pointer_scrubs_over_a_waveform(panel: QueuePanel) -> None:
    wave = parts(panel, "new").wave
    QTest.mouseMove(panel.view.viewport(), corner(panel, "new") + wave.center())
    hover = panel.view._rows.hover
    assert hover.row == panel.model.row_of("new")
    assert hover.at.x() == wave.center().x()
    assert panel.view.viewport().cursor().shape() is Qt.CursorShape.PointingHandCursor
    QApplication.sendEvent(panel.view.viewport(), QEvent(QEvent.Type.Leave))
    assert panel.view._rows.hover.row == -1


# The keyboard.


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (Qt.Key.Key_Space, ("play_requested", ("old",))),
        (Qt.Key.Key_K, ("pause_requested", ())),
        (Qt.Key.Key_J, ("nudge_requested", (-5.0,))),
        (Qt.Key.Key_L, ("nudge_requested", (5.0,))),
        (Qt.Key.Key_Left, ("nudge_requested", (-1.0,))),
        (Qt.Key.Key_Right, ("nudge_requested", (1.0,))),
        (Qt.Key.Key_5, ("annotate_requested", ("old", {"stars": 5}))),
        (Qt.Key.Key_0, ("annotate_requested", ("old", {"stars": 0}))),
        (Qt.Key.Key_M, ("annotate_requested", ("old", {"kept": True}))),
        (Qt.Key.Key_X, ("annotate_requested", ("old", {"kept": False}))),
        (Qt.Key.Key_Delete, ("delete_requested", (["old"],))),
    ],
)
def test_one_key_for_each_thing(
    panel: QueuePanel, said: Said, key: Qt.Key, expected: tuple[str, tuple[Any, ...]]
) -> None:
    select(panel, "old")
    press(panel, key)
    assert said == [expected]


def test_keys_mean_all_selected_rows_that_they_make_sense_for(
    panel: QueuePanel, said: Said
) -> None:
    select(panel, "new", "old", "bad", "w1")
    press(panel, Qt.Key.Key_4)
    press(panel, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    press(panel, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    assert said == [
        ("annotate_requested", ("new", {"stars": 4})),
        ("annotate_requested", ("old", {"stars": 4})),
        ("retry_requested", (["bad"],)),
        ("cancel_requested", (["w1"],)),
    ]


def test_enter_opens_the_current_row(panel: QueuePanel, said: Said) -> None:
    select(panel, "new")
    press(panel, Qt.Key.Key_Return)
    ((name, (job,)),) = said
    assert (name, job.id) == ("opened", "new")


def test_waiting_rows_move_by_keyboard(panel: QueuePanel, said: Said) -> None:
    alt = Qt.KeyboardModifier.AltModifier
    select(panel, "w2")
    press(panel, Qt.Key.Key_Up, alt)
    press(panel, Qt.Key.Key_Down, alt)
    select(panel, "w1")
    press(panel, Qt.Key.Key_Up, alt)  # it is the first already
    select(panel, "w2", "w3")
    press(panel, Qt.Key.Key_Up, alt)
    assert said == [
        ("move_requested", (["w2"], "w1")),
        ("move_requested", (["w2"], None)),
        ("move_requested", (["w2", "w3"], "w1")),
    ]


def test_f2_renames_in_place(qtbot: QtBot, panel: QueuePanel, said: Said) -> None:
    select(panel, "new")
    press(panel, Qt.Key.Key_F2)
    editor = panel.view.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    QTest.keyClicks(editor, "Rain 1 x")  # keys of the list are letters here
    with qtbot.waitSignal(panel.intents.annotate_requested):
        QTest.keyClick(editor, Qt.Key.Key_Return)
    assert said == [("annotate_requested", ("new", {"name": "Rain 1 x"}))]


def test_a_key_of_the_window_gives_way_only_where_the_list_needs_it(panel: QueuePanel) -> None:
    def is_taken(*ids: str) -> bool:
        select(panel, *ids)
        control = Qt.KeyboardModifier.ControlModifier
        event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_R, control)
        event.ignore()
        QApplication.sendEvent(panel.view, event)
        return event.isAccepted()

    assert is_taken("bad")
    assert not is_taken("new")  # there the window's own Ctrl+R retries all that failed


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_menu_key_opens_the_menu_of_the_current_row(panel: QueuePanel, said: Said) -> None:
    select(panel, "bad")
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(), QPoint())
    QApplication.sendEvent(panel.view.viewport(), event)
    menu = panel.view.findChild(QMenu)
    assert menu is not None
    actions = {action.text().partition("\t")[0]: action for action in menu.actions()}
    assert {"Retry", "Delete", "Again with…"} <= actions.keys()
    assert not {"Keep", "Cancel", "Play or pause"} & actions.keys()
    actions["Retry"].trigger()
    menu.close()
    assert said == [("retry_requested", (["bad"],))]


# Selection and place stay with their rows.


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
    assert panel.view.current_job() == told[-1]


def test_selection_survives_a_search_that_still_shows_it(panel: QueuePanel) -> None:
    told: list[Job | None] = []
    select(panel, "old")
    panel.intents.selected.connect(told.append)
    panel.model.set_filter(Filter.of(Show.ALL, "old"))
    assert [job.id for job in panel.view.selected_jobs()] == ["old"]
    panel.model.set_filter(Filter(Show.FAILED))
    assert told[-1] is None


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


# Dragging.


def test_takes_are_dragged_as_real_files_with_human_names(tmp_path: Path) -> None:
    jobs = []
    for number in (1, 2):
        path = tmp_path / f"gen_{number}.wav"
        soundfile.write(path, np.full((100, 2), number / 10), 44_100)
        jobs.append(finished(f"t{number}", path=path, name="Rain: at night?"))
    mime = row_mime([*jobs, failed("bad")], lambda job: drag_file(job.take, job.name, tmp_path))
    assert mime is not None
    files = [Path(url.toLocalFile()) for url in mime.urls()]
    assert len(set(files)) == 2
    for file, job in zip(files, jobs, strict=True):
        assert file.name.startswith("Rain")
        assert file.read_bytes() == job.take.path.read_bytes()
    assert not mime.hasFormat(ROWS)


def test_a_take_whose_file_is_gone_says_so_and_is_not_dragged(
    qtbot: QtBot, panel: QueuePanel
) -> None:
    def gone(job: Job) -> Path:
        raise AudioError("“Take new” is not there any more.")

    panel.view._file_of = gone
    select(panel, "new")
    with qtbot.waitSignal(panel.intents.failed) as told:
        panel.view.startDrag(Qt.DropAction.CopyAction)
    assert told.args is not None
    assert "not there" in told.args[0].message


def drop(panel: QueuePanel, mime: QMimeData, y: int) -> bool:
    """Drop at a height of the list; whether the list took it."""
    at, action = QPointF(200, y), Qt.DropAction.MoveAction
    button, held = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    move = QDragMoveEvent(at.toPoint(), action, mime, button, held)
    panel.view.dragMoveEvent(move)
    if not move.isAccepted():
        return False
    panel.view.dropEvent(QDropEvent(at, action, mime, button, held))
    return True


@pytest.mark.parametrize(
    ("ids", "row", "expected"),
    [
        (["w3"], 1, (["w3"], "w1")),
        (["w1"], 3, (["w1"], "w3")),
        (["w1"], 0, None),  # over the running: before the first, where it is
        (["w1"], 9, (["w1"], None)),  # under the takes: to the end of the queue
        (["w1", "w2"], 2, (["w1", "w2"], "w3")),
        (["w2"], 2, (["w2"], "w3")),
    ],
)
def test_waiting_rows_are_dropped_between_waiting_rows(
    panel: QueuePanel, said: Said, ids: list[str], row: int, expected: object
) -> None:
    jobs = [job for id_ in ids if (job := panel.model.job(id_))]
    mime = row_mime(jobs, lambda job: Path(job.id))
    assert mime is not None
    assert drop(panel, mime, row * ROW_HEIGHT + 3)
    moves = [arguments for name, arguments in said if name == "move_requested"]
    assert moves == [expected] if expected else moves in ([], [(["w1"], "w2")])


def test_rows_of_a_search_are_not_reordered(panel: QueuePanel) -> None:
    job = panel.model.job("w1")
    assert job is not None
    mime = row_mime([job], lambda job: Path(job.id))
    assert mime is not None
    panel.model.set_filter(Filter.of(Show.ALL, "take"))
    assert not drop(panel, mime, ROW_HEIGHT)


# The filter bar and what is shown where there is nothing.


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
    current = panel.view.current_job()
    assert current is not None
    assert current.id == "old"
    QTest.keyClick(panel.filter.search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: panel.model.rowCount() == len(JOBS))


def test_a_job_is_brought_into_sight_whatever_is_shown(panel: QueuePanel) -> None:
    panel.filter.show_only(Show.FAILED)
    panel.reveal("old")
    current = panel.view.current_job()
    assert current is not None
    assert current.id == "old"


@pytest.mark.parametrize("width", [300, 430, 560, 840, 1400])
def test_nothing_in_a_row_overlaps_or_leaves_it(panel: QueuePanel, width: int) -> None:
    for job in JOBS:
        row = panel.view._rows.parts(job, width)
        areas = [
            getattr(row, name)
            for name in ("play", "title", "wave", "stars", "duration", "retry", "menu")
        ]
        shown = [area for area in areas if not area.isNull()]
        assert all(area.left() >= 0 and area.right() < width for area in shown), job.id
        for number, area in enumerate(shown):
            assert not any(area.intersects(other) for other in shown[number + 1 :]), job.id
