"""Compose, used as a musician does: typing, pressing, dropping."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QAccessibleAnnouncementEvent,
    QDropEvent,
    QGuiApplication,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.jobs import Change, Job, Order, Status, Step, utc_now
from engine.request import Request
from tests.ui.queue.made_jobs import waiting
from ui.compose.models import SKETCH, ModelOption
from ui.compose.panel import ComposePanel
from ui.shared.take_mime import carry
from ui.shared.theme import Theme
from ui.shared.widgets import Button, IconButton

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> ComposePanel:
    panel = ComposePanel(theme)
    qtbot.addWidget(panel)
    panel.resize(320, 700)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


@pytest.fixture
def sent(panel: ComposePanel) -> list[tuple[list[Order], bool]]:
    batches: list[tuple[list[Order], bool]] = []
    panel.submitted.connect(lambda orders, front: batches.append((orders, front)))
    return batches


Sent = list[tuple[list[Order], bool]]


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a screen reader is told of problems."""
    told: list[str] = []

    def announcement(source: QObject, text: str) -> QAccessibleAnnouncementEvent:
        told.append(text)
        return QAccessibleAnnouncementEvent(source, text)

    monkeypatch.setattr(
        "ui.compose.problems.QAccessibleAnnouncementEvent", announcement, raising=False
    )
    return told


def drop(widget: QWidget, what: Path | QMimeData) -> None:
    mime = what if isinstance(what, QMimeData) else QMimeData()
    if isinstance(what, Path):
        mime.setUrls([QUrl.fromLocalFile(str(what))])
    where = QPointF(widget.rect().center())
    event = QDropEvent(
        where, Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
    )
    widget.dropEvent(event)


def test_typing_and_control_enter_makes_a_job(
    qtbot: QtBot, panel: ComposePanel, sent: Sent
) -> None:
    qtbot.keyClicks(panel.prompt, "calm piano, 70 bpm")
    qtbot.keyClick(panel.prompt, Qt.Key.Key_Return, CONTROL)
    qtbot.keyClick(panel.prompt, Qt.Key.Key_Return, CONTROL | SHIFT)
    assert [(orders[0].request.prompt, front) for orders, front in sent] == [
        ("calm piano, 70 bpm", False),
        ("calm piano, 70 bpm", True),
    ]


def test_a_template_says_beforehand_what_it_makes(
    qtbot: QtBot, panel: ComposePanel, sent: Sent
) -> None:
    panel.set_speed(0.5)
    qtbot.keyClicks(panel.prompt, "{calm|tense} piano")
    panel.takes.setValue(2)
    assert panel.count.text() == "2 prompts × 2 takes = 4 jobs · about 2:08"
    qtbot.mouseClick(panel.generate, Qt.MouseButton.LeftButton)
    ((orders, _),) = sent
    assert len(orders) == 4


def test_a_chip_puts_its_word_in_and_takes_it_out(qtbot: QtBot, panel: ComposePanel) -> None:
    chip = next(c for c in panel.chips.findChildren(Button) if c.text() == "jazz")
    qtbot.keyClicks(panel.prompt, "late night")
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert panel.prompt.toPlainText() == "late night, jazz"
    assert chip.isChecked()
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert panel.prompt.toPlainText() == "late night"
    qtbot.keyClicks(panel.prompt, ", Jazz")
    assert chip.isChecked()


def test_the_seed_is_drawn_anew_unless_it_is_locked(
    qtbot: QtBot, panel: ComposePanel, sent: Sent
) -> None:
    qtbot.keyClicks(panel.prompt, "x")
    before = panel.seed.seed()
    panel.send()
    assert panel.seed.seed() != before
    qtbot.mouseClick(panel.seed.lock, Qt.MouseButton.LeftButton)
    kept = panel.seed.seed()
    panel.send()
    assert panel.seed.seed() == kept
    assert [orders[0].request.seed for orders, _ in sent] == [before, kept]


def test_a_length_that_is_none_is_told_at_the_field_and_nothing_is_sent(
    qtbot: QtBot, panel: ComposePanel, sent: Sent
) -> None:
    qtbot.keyClicks(panel.prompt, "x")
    for typed, told in (
        ("soon", "Write a time such as 0:30, or seconds"),
        ("0", "Must be 1 or more"),
        ("99:00", "Must be 600 or less"),
    ):
        panel.length.field.clear()
        qtbot.keyClicks(panel.length.field, typed)
        qtbot.keyClick(panel.length.field, Qt.Key.Key_Return)
        assert panel.problems.told("duration") == told
        assert panel.length.field.property("invalid")
        panel.send()
    assert not sent
    panel.length.slider.setValue(60)
    assert panel.length.field.text() == "1:00"
    assert panel.problems.told("duration") == ""


def test_the_slider_goes_from_stop_to_stop_by_keys_and_mouse(
    qtbot: QtBot, panel: ComposePanel
) -> None:
    slider = panel.length.slider
    panel.length.set_seconds(17.5)
    seen = []
    for key in (
        Qt.Key.Key_Right,
        Qt.Key.Key_Right,
        Qt.Key.Key_Left,
        Qt.Key.Key_End,
        Qt.Key.Key_Home,
    ):
        qtbot.keyClick(slider, key)
        seen.append(panel.length.seconds())
    assert seen == [20, 24, 20, 600, 1]
    panel.length.set_seconds(17.5)
    qtbot.keyClick(slider, Qt.Key.Key_Left)
    assert panel.length.seconds() == 16
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=slider.rect().center())
    assert panel.length.seconds() in (24, 30)


def test_settings_that_the_model_has_not_are_not_shown(panel: ComposePanel) -> None:
    panel.more.fold.click()
    assert panel.more.format.isVisible()
    assert not panel.more.numbers["guidance"].isVisible()
    panel.set_model(ModelOption("melody", "Melody", samples=True))
    assert panel.more.numbers["guidance"].isVisible()


def test_a_loop_is_asked_of_models_that_can_make_one(panel: ComposePanel) -> None:
    panel.more.fold.click()
    panel.more.loop.click()
    assert panel.more.settings()["loop"]
    panel.set_model(ModelOption("melody", "Melody", samples=True))
    assert not panel.more.loop.isVisible()
    assert not panel.more.settings()["loop"], "nobody sees that it is asked for"
    panel.set_model(SKETCH)
    assert panel.more.loop.isVisible()
    assert panel.more.settings()["loop"]


def test_the_wheel_changes_no_value_by_accident(qtbot: QtBot, panel: ComposePanel) -> None:
    panel.more.fold.click()
    for field in (panel.length.slider, panel.takes, panel.more.format):
        where = QPointF(field.rect().center())
        wheel = QWheelEvent(
            where,
            field.mapToGlobal(where),
            QPoint(),
            QPoint(0, -240),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier(0),
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(field, wheel)
    assert (panel.length.seconds(), panel.takes.value()) == (16.0, 1)
    assert panel.more.settings()["output_format"] == "wav"


def test_an_empty_prompt_is_not_sent(panel: ComposePanel, sent: Sent) -> None:
    panel.send()
    assert not sent
    assert "hear" in panel.problems.told("prompt")


def test_what_is_wrong_is_said_and_has_the_keyboard_once_it_is_sent(
    qtbot: QtBot, panel: ComposePanel, announced: list[str], tmp_path: Path
) -> None:
    panel.resize(320, 300)
    panel.generate.setFocus()
    panel.send()
    assert panel.focusWidget() is panel.prompt
    qtbot.keyClicks(panel.prompt, "x" * 3)
    panel.length.field.setText("soon")
    panel.length.field.editingFinished.emit()
    panel.prompt.setPlainText("word " * 500)
    assert panel.problems.told("prompt"), "told as it is typed"
    assert len(announced) == 1, "and said when it is sent"
    qtbot.keyClick(panel.prompt, Qt.Key.Key_Return, CONTROL)
    assert panel.focusWidget() is panel.prompt, "the first of what is wrong"
    panel.fill_prompt("{calm|tense} piano")
    qtbot.keyClick(panel.prompt, Qt.Key.Key_Return, CONTROL)
    assert panel.focusWidget() is panel.length.field
    panel.length.set_seconds(20)
    drop(panel.audio, tmp_path / "hum.wav")
    panel.send()
    remove = panel.audio.findChild(IconButton)
    assert panel.focusWidget() is remove
    assert not remove.visibleRegion().isEmpty()
    remove.click()
    panel.edit(waiting("gen_1"))
    panel.fill_prompt("{calm|tense} piano")
    panel.generate.setFocus()
    panel.send()
    assert panel.focusWidget() is panel.prompt
    assert announced == [
        "Prompt: Say what you want to hear, or pick a word below.",
        "Prompt: Is too long: at most 2,000 characters\n"
        "Length in minutes and seconds: Write a time such as 0:30, or seconds",
        "Length in minutes and seconds: Write a time such as 0:30, or seconds",
        "Take the audio away first, or choose another model.",
        "Prompt: One job cannot become several: take out the braces.",
    ]


def test_what_is_wrong_stays_told_as_the_keyboard_goes_there(
    qtbot: QtBot, panel: ComposePanel, announced: list[str]
) -> None:
    panel.length.field.setFocus()
    panel.length.field.selectAll()
    qtbot.keyClicks(panel.length.field, "0:30")  # taken up as the field is left
    panel.send()
    assert panel.focusWidget() is panel.prompt
    assert panel.length.seconds() == 30.0
    assert panel.problems.told("prompt")
    assert announced == ["Prompt: Say what you want to hear, or pick a word below."]


def test_what_comes_of_itself_is_said_and_takes_the_keyboard_from_nobody(
    panel: ComposePanel, announced: list[str]
) -> None:
    job = waiting("gen_1")
    panel.edit(job)
    panel.length.field.setFocus()
    panel.follow([Change(job, removed=True)])
    assert announced == ["Prompt: That job waits no more: this makes a new take."]
    assert panel.focusWidget() is panel.length.field


def test_history_goes_back_and_returns_to_what_was_being_typed(
    qtbot: QtBot, panel: ComposePanel
) -> None:
    panel.set_history(["first", "second", "first"])
    qtbot.keyClicks(panel.prompt, "half a thou")
    seen = []
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down):
        qtbot.keyClick(panel.prompt, key, ALT)
        seen.append(panel.prompt.toPlainText())
    assert seen == ["first", "second", "second", "first", "half a thou"]


def test_several_pasted_lines_are_offered_as_a_list(qtbot: QtBot, panel: ComposePanel) -> None:
    QGuiApplication.clipboard().setText("calm piano\ndark techno\n")
    with qtbot.waitSignal(panel.lines_pasted) as caught:
        panel.prompt.paste()
    assert caught.args == ["calm piano\ndark techno\n"]
    QGuiApplication.clipboard().setText("one line\n")
    panel.prompt.paste()
    assert panel.prompt.toPlainText() == "one line"


def test_a_text_far_too_long_is_refused_and_said_to_be(
    qtbot: QtBot, panel: ComposePanel, announced: list[str]
) -> None:
    panel.fill_prompt("calm")
    QGuiApplication.clipboard().setText("word " * 20_000)
    panel.prompt.paste()
    assert panel.prompt.toPlainText() == "calm"
    assert "100,000" in panel.problems.told("prompt")
    assert "100,000" in announced[0]
    QGuiApplication.clipboard().setText("word " * 500)  # can still be shortened by hand
    panel.prompt.paste()
    assert panel.problems.told("prompt") == "Is too long: at most 2,000 characters"


def test_a_filled_in_request_is_sent_exactly(panel: ComposePanel, sent: Sent) -> None:
    request = Request(
        prompt="calm, 70 bpm",
        duration=12.345,
        seed=2_147_483_647,
        guidance=3.14159,
        temperature=0.77,
        top_k=12,
        top_p=0.9,
        loop=True,
        output_format="flac",
    )
    panel.fill(request)
    panel.send()
    assert sent[0][0][0].request == request


def test_a_waiting_job_is_changed_in_its_place(
    qtbot: QtBot, panel: ComposePanel, sent: Sent
) -> None:
    request = Request(prompt="calm", duration=20, seed=5)
    job = Job("gen_1", request, "Calm", Status.PENDING, Step.QUEUED, utc_now())
    panel.edit(job)
    qtbot.keyClicks(panel.prompt, " piano")
    with qtbot.waitSignal(panel.edited) as caught:
        qtbot.mouseClick(panel.generate, Qt.MouseButton.LeftButton)
    changed = request.model_copy(update={"prompt": "calm piano"})
    assert caught.args == ["gen_1", Order(changed)]
    panel.send()
    assert len(sent) == 1  # the next one is a new job again
    assert sent[0][0][0].request.seed != 5, "with a seed of its own"
    panel.edit(job)
    qtbot.mouseClick(panel.stop_editing, Qt.MouseButton.LeftButton)
    panel.send()
    assert len(sent) == 2


def test_idleness_is_edited_with_its_job_and_is_none_of_the_next(
    qtbot: QtBot, panel: ComposePanel, sent: Sent
) -> None:
    job = Job("gen_1", Request(prompt="calm"), "Calm", Status.PENDING, Step.QUEUED, utc_now())
    idle = panel.more.when_idle
    panel.edit(job.with_(when_idle=True))
    assert idle.isChecked()
    with qtbot.waitSignal(panel.edited) as caught:
        panel.send()
    assert caught.args[1].when_idle
    panel.send()
    assert not sent[0][0][0].when_idle
    idle.setChecked(True)
    panel.edit(job)
    assert not idle.isChecked()
    panel.edit(job.with_(when_idle=True))
    idle.setChecked(False)
    panel.stop_editing.click()
    assert idle.isChecked(), "as it was before"


def test_audio_that_the_model_cannot_follow_is_told_plainly(
    qtbot: QtBot, panel: ComposePanel, sent: Sent, tmp_path: Path
) -> None:
    panel.fill_prompt("x")
    drop(panel.audio, tmp_path / "hum.wav")
    assert "cannot follow audio" in panel.audio.problem()
    panel.send()
    assert not sent
    assert "Take the audio away" in panel.problems.told("melody")
    panel.set_model(ModelOption("melody", "Melody", follows_melody=True, samples=True))
    panel.send()
    assert sent[0][0][0].request.melody == str(tmp_path / "hum.wav")


def test_a_take_of_the_library_stays_that_take(panel: ComposePanel, tmp_path: Path) -> None:
    """And not the file that was made for dragging it, which knows nothing of where it is from."""
    mime = QMimeData()
    carry(
        mime,
        [Job("gen_1", Request(), "Rain", Status.PENDING, Step.QUEUED, utc_now())],
        [tmp_path / "Rain.wav"],
    )
    drop(panel.audio, mime)
    assert panel.audio.settings()["melody"] == "gen_1"


def test_audio_that_is_taken_away_takes_the_complaint_along(
    qtbot: QtBot, panel: ComposePanel, tmp_path: Path
) -> None:
    panel.fill_prompt("x")
    drop(panel.audio, tmp_path / "hum.wav")
    panel.send()
    assert panel.problems.told("melody")
    panel.audio.findChild(IconButton).click()
    assert not panel.problems.told("melody")


def test_the_whole_panel_can_be_walked_by_keyboard(qtbot: QtBot, panel: ComposePanel) -> None:
    panel.prompt.setFocus()
    seen: list[QWidget] = []
    while panel.focusWidget() not in seen and len(seen) < 60:
        seen.append(panel.focusWidget())
        qtbot.keyClick(panel.focusWidget(), Qt.Key.Key_Tab)
    wanted = [
        panel.prompt,
        panel.length.slider,
        panel.length.field,
        panel.takes,
        panel.seed.field,
        panel.seed.dice,
        panel.seed.lock,
        panel.more.fold,
        panel.generate,
    ]
    assert [widget for widget in seen if widget in wanted] == wanted
    assert all(widget.accessibleName() or getattr(widget, "text", str)() for widget in seen)
