"""Takes go out of the list as files; waiting rows change places within it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDragMoveEvent, QDropEvent
from pytestqt.qtbot import QtBot

from engine.audio.export import drag_file
from engine.errors import AudioError
from engine.jobs import Job
from tests.ui.queue.hands import Said, select
from tests.ui.queue.made_jobs import failed, finished
from ui.queue.dragging import ROWS, row_mime
from ui.queue.layout import ROW_HEIGHT
from ui.queue.order import Filter, Show
from ui.queue.panel import QueuePanel
from ui.shared.take_mime import carried


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
    assert carried(mime) == ["t1", "t2"]  # for this program's own fields


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
    jobs = [job for id_ in ids if (job := panel.model.jobs.get(id_))]
    mime = row_mime(jobs, lambda job: Path(job.id))
    assert mime is not None
    assert drop(panel, mime, row * ROW_HEIGHT + 3)
    moves = [arguments for name, arguments in said if name == "move_requested"]
    assert moves == [expected] if expected else moves in ([], [(["w1"], "w2")])


def test_rows_of_a_search_are_not_reordered(panel: QueuePanel) -> None:
    job = panel.model.jobs.get("w1")
    assert job is not None
    mime = row_mime([job], lambda job: Path(job.id))
    assert mime is not None
    panel.model.set_filter(Filter.of(Show.ALL, "take"))
    assert not drop(panel, mime, ROW_HEIGHT)
