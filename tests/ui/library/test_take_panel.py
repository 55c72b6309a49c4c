"""The take panel: what it shows, and what it announces when things are changed in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QFocusEvent, QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.errors import AudioError
from engine.jobs import Failure, Job, Status, Step, Take, utc_now
from engine.request import Request
from ui.library.take_panel import TakePanel
from ui.shared.theme import Theme
from ui.shared.widgets import Button


def job(id_: str = "gen_1", **take: Any) -> Job:
    fields: dict[str, Any] = {
        "path": Path("a.wav"),
        "duration": 16.0,
        "sample_rate": 44_100,
        "channels": 2,
        "sha256": "0" * 64,
    }
    return Job(
        id_,
        Request(prompt="trap beat, tight hats", seed=4127),
        "Trap beat",
        Status.COMPLETED,
        Step.COMPLETED,
        utc_now(),
        take=Take(**fields | take),
    )


Announced = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme, tmp_path: Path) -> TakePanel:
    panel = TakePanel(theme, lambda job: tmp_path / f"{job.name}.wav")
    qtbot.addWidget(panel)
    panel.resize(308, 800)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


@pytest.fixture
def announced(panel: TakePanel) -> Announced:
    found: Announced = []
    panel.annotated.connect(lambda id_, fields: found.append((id_, fields)))
    return found


def shown(panel: TakePanel) -> str:
    texts = [label.text() for label in panel.facts.findChildren(type(panel.prompt))]
    visible = [panel.prompt, panel.caution, panel.problem]
    return " | ".join([*texts, *(label.text() for label in visible if not label.isHidden())])


def test_everything_that_is_known_is_shown(panel: TakePanel) -> None:
    panel.show_job(
        job(
            tempo=84.0,
            beats_per_bar=4,
            key="C minor",
            loudness=-14.1,
            true_peak=-1.2,
            made_by="sketch 1",
            licence="yours",
            not_understood=("gong", "kazoo"),
            remarks=("It had no prompt, so the model went its own way.",),
        )
    )
    for text in (
        "84 bpm · 4 beats per bar",
        "the model went its own way",
        "C minor",
        "−14.1\u00a0LUFS · −1.2\u00a0dBTP",
        "Sketch 1",
        "yours",
        "4127",
        "“trap beat, tight hats”",
        "Not understood: gong, kazoo",
    ):
        assert text in shown(panel)


@pytest.mark.parametrize(
    ("licence", "restricted"),
    [("yours: no restrictions", False), ("CC BY-NC 4.0. To be shared.", True), ("cc-by-nc", True)],
)
def test_a_licence_that_forbids_selling_stands_out(
    panel: TakePanel, licence: str, restricted: bool
) -> None:
    panel.show_job(job(licence=licence))
    shown = panel.facts._rows["licence"][1]
    assert (shown.text(), bool(shown.property("restricted"))) == (licence, restricted)


def test_beats_are_counted_as_they_are_felt_and_no_metre_is_made_up(panel: TakePanel) -> None:
    """A take in 6/8 has two dotted quarters in a bar, and its tempo counts these."""
    panel.show_job(job(tempo=60.0, beats_per_bar=2))
    assert "60 bpm · 2 beats per bar" in shown(panel)
    panel.show_job(job(tempo=120.0, beats_per_bar=None))
    assert "120 bpm | " in shown(panel)


def test_cautions_are_of_takes_that_are_made(panel: TakePanel) -> None:
    made = job(remarks=("It had no prompt, so the model went its own way.",))
    panel.show_job(made)
    assert "went its own way" in shown(panel)
    panel.show_job(made.with_(take=None, status=Status.PENDING, step=Step.QUEUED))
    assert panel.caution.isHidden()  # nothing is made yet


def test_notes_are_as_high_as_their_text(panel: TakePanel, qtbot: QtBot) -> None:
    panel.show_job(job())
    one = panel.notes.sizeHint().height()
    panel.show_job(job(notes="one\ntwo\nthree"))
    qtbot.waitUntil(lambda: panel.notes.height() >= one + 2 * panel.notes.fontMetrics().height())
    panel.show_job(job(id_="gen_2"))
    qtbot.waitUntil(lambda: panel.notes.height() == one)


def test_renaming_is_announced_and_escape_takes_it_back(
    qtbot: QtBot, panel: TakePanel, announced: Announced
) -> None:
    panel.show_job(job())
    panel.name.setFocus()
    panel.name.selectAll()
    qtbot.keyClicks(panel.name, "  Night   bus ")
    qtbot.keyClick(panel.name, Qt.Key.Key_Return)
    assert announced == [("gen_1", {"name": "Night bus"})]
    panel.show_job(job().with_(name="Night bus"))
    panel.name.setFocus()
    qtbot.keyClicks(panel.name, "!!")
    qtbot.keyClick(panel.name, Qt.Key.Key_Escape)
    assert panel.name.text() == "Night bus"
    assert len(announced) == 1


def test_stars_by_mouse_and_keyboard(qtbot: QtBot, panel: TakePanel, announced: Announced) -> None:
    panel.show_job(job(stars=2))
    qtbot.keyClick(panel.stars, Qt.Key.Key_5)
    qtbot.keyClick(panel.stars, Qt.Key.Key_Right)  # there is no sixth
    qtbot.keyClick(panel.stars, Qt.Key.Key_Left)
    for _ in range(2):  # the star that is there already takes them all away
        qtbot.mouseClick(panel.stars, Qt.MouseButton.LeftButton, pos=QPoint(10, 12))
    assert [fields["stars"] for _, fields in announced] == [5, 4, 1, 0]


def test_tags_are_added_once_and_taken_off(
    qtbot: QtBot, panel: TakePanel, announced: Announced
) -> None:
    panel.show_job(job(tags=("drums",)))
    for typed in ("dark  wood", "drums"):
        qtbot.keyClicks(panel.tags.field, typed)
        qtbot.keyClick(panel.tags.field, Qt.Key.Key_Return)
    drums = next(b for b in panel.tags.findChildren(Button) if b.text() == "drums")
    qtbot.mouseClick(drums, Qt.MouseButton.LeftButton)
    assert [fields["tags"] for _, fields in announced] == [("drums", "dark wood"), ("dark wood",)]


def test_a_tag_that_is_left_half_typed_stays_with_its_take(
    qtbot: QtBot, panel: TakePanel, announced: Announced
) -> None:
    panel.show_job(job("gen_1"))
    panel.tags.field.setFocus()
    qtbot.keyClicks(panel.tags.field, "dusty")
    panel.notes.setFocus()
    panel.show_job(job("gen_2"))
    assert announced == [("gen_1", {"tags": ("dusty",)})]
    assert panel.tags.field.text() == ""


def test_notes_are_saved_before_another_take_is_shown(
    qtbot: QtBot, panel: TakePanel, announced: Announced
) -> None:
    panel.show_job(job("gen_1"))
    qtbot.keyClicks(panel.notes, "use the intro")
    panel.show_job(job("gen_1", stars=3))  # a newer snapshot does not take away what is typed
    assert panel.notes.toPlainText() == "use the intro"
    panel.show_job(job("gen_2"))
    assert announced == [("gen_1", {"notes": "use the intro"})]
    assert panel.notes.toPlainText() == ""


def test_a_failed_job_says_what_happened_and_what_to_do(qtbot: QtBot, panel: TakePanel) -> None:
    failure = Failure("out_of_memory", "Not enough memory.", "Try a shorter length.", "at step 3")
    panel.show_job(job().with_(status=Status.FAILED, step=Step.FAILED, take=None, error=failure))
    assert "Not enough memory.\nTry a shorter length." in shown(panel)
    assert not panel.export.isVisible()
    qtbot.mouseClick(panel.copy_details, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "at step 3"


def test_the_handle_pressed_by_keyboard_copies_a_real_file(
    qtbot: QtBot, panel: TakePanel, tmp_path: Path
) -> None:
    panel.show_job(job())
    with qtbot.waitSignal(panel.noticed):
        qtbot.keyClick(panel.drag, Qt.Key.Key_Space)
    urls = QGuiApplication.clipboard().mimeData().urls()
    assert [Path(url.toLocalFile()) for url in urls] == [tmp_path / "Trap beat.wav"]


def test_a_take_whose_file_is_gone_says_so(qtbot: QtBot, theme: Theme) -> None:
    def gone(_job: Job) -> Path:
        raise AudioError("“a.wav” is not there any more.")

    panel = TakePanel(theme, gone)
    qtbot.addWidget(panel)
    panel.show_job(job())
    with qtbot.waitSignal(panel.noticed) as caught:
        qtbot.keyClick(panel.drag, Qt.Key.Key_Space)
    assert "not there any more" in caught.args[0].text


def test_another_take_is_asked_for_by_the_one_that_is_there(qtbot: QtBot, panel: TakePanel) -> None:
    panel.show_job(job())
    with qtbot.waitSignal(panel.another_wanted) as caught:
        qtbot.mouseClick(panel.another, Qt.MouseButton.LeftButton)
    assert caught.args == [panel.job]


def test_notes_keep_clear_of_their_border_while_they_are_written_on(panel: TakePanel) -> None:
    panel.show_job(job())
    plain = panel.notes.viewport().x()
    QApplication.sendEvent(panel.notes, QFocusEvent(QEvent.Type.FocusIn))
    assert panel.notes.viewport().x() >= plain + 6
    QApplication.sendEvent(panel.notes, QFocusEvent(QEvent.Type.FocusOut))
    assert panel.notes.viewport().x() == plain


def test_a_word_without_end_does_not_push_the_rest_out_of_sight(panel: TakePanel) -> None:
    request = Request(prompt="la" * 400, seed=1, model=f"someone/{'x' * 90}")
    panel.show_job(job().with_(request=request))
    assert panel._about.minimumSizeHint().width() < panel.width()


def test_every_way_to_give_stars_is_announced_once(
    qtbot: QtBot, panel: TakePanel, announced: Announced
) -> None:
    panel.show_job(job(stars=2))
    qtbot.keyClick(panel.stars, Qt.Key.Key_Up)
    qtbot.keyClick(panel.stars, Qt.Key.Key_End)
    panel.stars.setValue(1)  # as a screen reader does
    qtbot.mouseClick(panel.stars, Qt.MouseButton.RightButton, pos=QPoint(50, 12))
    panel.show_job(job(stars=4))
    assert announced == [("gen_1", {"stars": stars}) for stars in (3, 5, 1)]
