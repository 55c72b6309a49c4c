"""Prompt lists from the outside in: dropped, pasted, seen, and queued in one go."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.jobs import Order
from engine.promptlist import PromptList, parse
from ui.compose.list_intake import ListIntake
from ui.compose.list_rows import ListRows
from ui.compose.list_sheet import ListSheet
from ui.compose.models import SKETCH, ModelOption
from ui.compose.usual import Usual
from ui.shared.background import Background
from ui.shared.theme import Theme

LARGE = ModelOption("facebook/musicgen-large", "MusicGen large", samples=True)
CSV = """prompt,duration,takes,seed
calm piano,20,2,7
tense strings,0,,
slow jazz,30,,
"""


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return window


@pytest.fixture
def usual() -> Usual:
    """What stands in Compose."""
    return Usual(LARGE, 42.0, [SKETCH, LARGE], {LARGE.id: 0.5, "sketch": 2.0}.get)


@pytest.fixture
def intake(theme: Theme, window: QWidget, usual: Usual) -> ListIntake:
    return ListIntake(theme, lambda: usual, window)


@pytest.fixture
def queued(intake: ListIntake) -> list[list[Order]]:
    batches: list[list[Order]] = []
    intake.submitted.connect(batches.append)
    return batches


def opened(qtbot: QtBot, window: QWidget) -> ListSheet:
    """The sheet, once it has read its list."""
    sheet = window.findChild(ListSheet)
    assert sheet is not None
    qtbot.waitUntil(lambda: "Reading" not in sheet.totals.text())
    return sheet


def cells(sheet: ListSheet, column: int) -> list[str]:
    return [sheet.model.index(row, column).data() for row in range(sheet.model.rowCount())]


def test_the_sheet_shows_rows_problems_and_totals_and_queues_the_right_ones(
    qtbot: QtBot, window: QWidget, intake: ListIntake, queued: list[list[Order]]
) -> None:
    intake.open_text(CSV)
    sheet = opened(qtbot, window)
    assert sheet.totals.text() == (
        "2 prompts · 3 takes · 1:10 of music · MusicGen large · about 2:20 to make"
    )
    assert sheet.problem.text() == "1 line cannot be used"
    assert cells(sheet, ListRows.LINE) == ["2", "3", "4"]
    assert cells(sheet, ListRows.PROMPT) == [
        "calm piano",
        "Duration: must be 1 or more",
        "slow jazz",
    ]
    assert cells(sheet, ListRows.SETTINGS) == ["0:20 · 2 takes · seed 7", "", "0:30"]
    qtbot.mouseClick(sheet.only_wrong, Qt.MouseButton.LeftButton)
    assert cells(sheet, ListRows.LINE) == ["3"]
    qtbot.mouseClick(sheet.generate, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(queued))
    assert [(order.request.prompt, order.request.seed) for order in queued[0]] == [
        ("calm piano", 7),
        ("calm piano", 8),
        ("slow jazz", None),
    ]


def test_what_rows_leave_open_is_as_in_compose_and_the_sheet_says_so(
    qtbot: QtBot, window: QWidget, intake: ListIntake, queued: list[list[Order]]
) -> None:
    intake.open_text("prompt,model,length\ncalm,,\ndark,sketch,\nslow,,0:16\n")
    sheet = opened(qtbot, window)
    assert sheet.totals.text() == (
        "3 prompts · 1:40 of music · MusicGen large, Sketch · about 2:17 to make"
    )
    assert cells(sheet, ListRows.SETTINGS) == ["0:42", "0:42 · Sketch", "0:16"]
    qtbot.mouseClick(sheet.generate, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(queued))
    assert [(order.request.model, order.request.duration) for order in queued[0]] == [
        (LARGE.id, 42.0),
        ("sketch", 42.0),
        (LARGE.id, 16.0),
    ]


@pytest.mark.parametrize(
    ("usual", "says"),
    [
        (Usual(replace(LARGE, place="dgx01", place_name="The server"), 30.0, [SKETCH]), "0:30"),
        (Usual(replace(LARGE, place="dgx01", place_name="The server")), "0:16"),
    ],
)
def test_a_servers_model_is_named_with_its_place_and_promises_no_time(
    qtbot: QtBot, window: QWidget, intake: ListIntake, says: str
) -> None:
    intake.open_text("calm")
    sheet = opened(qtbot, window)
    assert sheet.totals.text() == f"1 prompt · {says} of music · MusicGen large (The server)"


def test_of_many_models_the_first_are_named(
    qtbot: QtBot, window: QWidget, intake: ListIntake
) -> None:
    rows = "".join(f"calm,model-{number}\n" for number in range(9))
    intake.open_text(f"prompt,model\n{rows}")
    sheet = opened(qtbot, window)
    named = sheet.totals.text().split(" · ")[2]
    assert named == "Model 0, Model 1, Model 2, …"


def test_cancel_queues_nothing(
    qtbot: QtBot, window: QWidget, intake: ListIntake, queued: list[list[Order]]
) -> None:
    intake.open_text(CSV)
    sheet = opened(qtbot, window)
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    assert not queued


def test_a_dropped_file_is_read_and_one_that_is_no_text_says_so(
    qtbot: QtBot, window: QWidget, intake: ListIntake, tmp_path: Path
) -> None:
    path = tmp_path / "songs.txt"
    path.write_bytes(bytes(range(256)) * 40)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    assert intake.accepts(mime)
    intake.take(mime)
    sheet = opened(qtbot, window)
    assert sheet.title.text() == "songs.txt"
    assert "not a text file" in sheet.problem.text()
    assert not sheet.generate.isEnabled()


def test_other_files_are_not_taken_for_lists(intake: ListIntake, tmp_path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "take.wav"))])
    assert not intake.accepts(mime)


def test_a_copied_file_is_pasted_as_the_list_that_it_is(
    qtbot: QtBot, window: QWidget, intake: ListIntake, tmp_path: Path
) -> None:
    path = tmp_path / "songs.txt"
    path.write_text("calm piano")
    for copied, prompts in ((path, ["calm piano"]), (tmp_path / "take.wav", [])):
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(copied))])
        QGuiApplication.clipboard().setMimeData(mime)
        intake.open_clipboard()
        sheet = opened(qtbot, window)
        assert cells(sheet, ListRows.PROMPT) == prompts
        sheet.setParent(None)
        sheet.deleteLater()


def test_several_pasted_lines_may_be_one_prompt(
    qtbot: QtBot, window: QWidget, intake: ListIntake
) -> None:
    intake.open_text("rain on the roof\nand a piano far away")
    sheet = opened(qtbot, window)
    with qtbot.waitSignal(intake.as_one_wanted) as caught:
        qtbot.mouseClick(sheet.as_one, Qt.MouseButton.LeftButton)
    assert caught.args == ["rain on the roof and a piano far away"]


def test_a_huge_list_is_read_on_another_thread(qtbot: QtBot, theme: Theme, window: QWidget) -> None:
    readers: list[int] = []

    def read() -> PromptList:
        readers.append(threading.get_ident())
        return parse("\n".join(f"idea {number}" for number in range(50_000)))

    background = Background(window)
    sheet = ListSheet(theme, "ideas.txt", read, background, parent=window)
    sheet.show()
    qtbot.waitUntil(lambda: sheet.model.rowCount() == 50_000, timeout=60_000)
    assert readers != [threading.get_ident()]
    assert sheet.generate.text() == "Generate 50,000 takes"
    sheet.table.scrollToBottom()
    assert cells(sheet, ListRows.PROMPT)[-1] == "idea 49999"


def test_leaving_while_a_list_is_read_does_not_wait_for_it(
    qtbot: QtBot, theme: Theme, window: QWidget
) -> None:
    go_on = threading.Event()

    def read() -> PromptList:
        go_on.wait(60)
        return parse("calm")

    background = Background(window)
    sheet = ListSheet(theme, "slow.txt", read, background, parent=window)
    sheet.open()
    with qtbot.waitSignal(sheet.destroyed):
        sheet.reject()
    go_on.set()
    background.wait()
    QApplication.processEvents()  # the answer comes, and finds nobody
