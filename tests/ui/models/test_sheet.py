"""Cards and the sheet of models: what they say, and what they ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.models import ModelEntry, ModelProgress
from app.notices import Notice
from tests.engine.models.conftest import SMALL
from ui.compose.model_picker import ModelPicker
from ui.compose.welcome import Welcome
from ui.models.card import ModelCard
from ui.models.desk import ModelDesk
from ui.models.sheet import ModelsSheet
from ui.models.words import as_option
from ui.shared.theme import Theme

ENTRY = ModelEntry(
    id=SMALL,
    name="MusicGen Small",
    licence="CC BY-NC 4.0",
    commercial=False,
    abilities=frozenset({"text", "continuation"}),
    state="absent",
    parameters=300_000_000,
    download_bytes=2_000_000_000,
    memory_bytes=2_000_000_000,
    free_bytes=40_000_000_000,
)
HERE = replace(ENTRY, state="installed", present_bytes=2_100_000_000)


@pytest.fixture
def card(qtbot: QtBot, theme: Theme) -> ModelCard:
    card = ModelCard(theme, ENTRY)
    qtbot.addWidget(card)
    card.show()
    return card


def buttons(card: ModelCard) -> list[str]:
    """Those that can be pressed."""
    shown = (card.fetch, card.pause, card.use, card.remove)
    return [button.text() for button in shown if button.isVisible()]


def test_before_a_download_it_says_what_that_means(card: ModelCard, qtbot: QtBot) -> None:
    assert card.about.text() == (
        "about 2.0 GB to download · 5 min at 50 Mbit/s · about 2.0 GB of memory"
    )
    assert "not sold" in card.licence.text()
    assert "not sold" in card.fetch.accessibleDescription()
    assert buttons(card) == ["Download"]
    with qtbot.waitSignal(card.download_wanted) as wanted:
        qtbot.mouseClick(card.fetch, Qt.MouseButton.LeftButton)
    assert wanted.args == [SMALL]


def test_while_it_downloads(card: ModelCard, qtbot: QtBot) -> None:
    progress = ModelProgress("downloading", 500_000_000, 2_000_000_000, 45_000_000, 33)
    card.show_entry(replace(ENTRY, state="partial", progress=progress))
    assert card.state.text() == "500 MB of 2.0 GB · 45 MB/s · 0:33 left"
    assert card.bar.value() / card.bar.maximum() == 0.25
    assert buttons(card) == ["Pause"]
    with qtbot.waitSignal(card.pause_wanted):
        qtbot.mouseClick(card.pause, Qt.MouseButton.LeftButton)
    for phase in ("asking", "checking", "waiting"):
        card.show_entry(replace(ENTRY, progress=ModelProgress(phase)))
        assert card.state.text().endswith("…")


def test_the_keyboard_stays_on_the_card_that_downloads(
    qtbot: QtBot, theme: Theme, window: QWidget
) -> None:
    cards = [ModelCard(theme, ENTRY), ModelCard(theme, replace(ENTRY, id="other"))]
    column = QVBoxLayout(window)
    for card in cards:
        column.addWidget(card)
    window.show()
    qtbot.waitExposed(window)
    cards[0].fetch.setFocus()
    cards[0].show_entry(replace(ENTRY, progress=ModelProgress()))
    assert window.focusWidget() is cards[0].pause
    cards[0].show_entry(ENTRY)
    assert window.focusWidget() is cards[0].fetch


@pytest.mark.parametrize(
    ("entry", "verbs", "caution"),
    [
        (HERE, ["Use", "Remove"], ""),
        (replace(ENTRY, state="partial"), ["Go on downloading", "Remove"], ""),
        (replace(ENTRY, state="damaged"), ["Mend", "Remove"], "damaged"),
        (replace(ENTRY, free_bytes=1_000_000_000), ["Download"], "1.0 GB free"),
        (replace(HERE, needs="more"), ["Remove"], "needs more"),
        (replace(HERE, built_in=True, commercial=True), ["Use"], ""),
    ],
)
def test_what_can_be_done_with_it(
    entry: ModelEntry, verbs: list[str], caution: str, card: ModelCard
) -> None:
    card.show_entry(entry)
    assert buttons(card) == verbs
    assert caution in card.caution.text()
    assert card.caution.isVisible() == bool(caution)
    assert card.licence.isVisible() is not bool(entry.commercial)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def desk(qtbot: QtBot, theme: Theme, tmp_path: Path, window: QWidget) -> Iterator[ModelDesk]:
    welcome, picker = Welcome(theme), ModelPicker(theme)
    for widget in (welcome, picker):
        widget.setParent(window)
    desk = ModelDesk(theme, tmp_path / "models", picker, welcome, window)
    with qtbot.waitSignal(desk.models.loaded):
        desk.look()
    yield desk
    desk.close()


def test_the_welcome_offers_a_model(desk: ModelDesk, window: QWidget) -> None:
    (offer,) = window.findChildren(ModelCard)
    assert offer.entry.id == SMALL
    assert "not sold" in offer.licence.text()


def test_the_welcome_offers_nothing_that_can_not_be_played(
    theme: Theme, tmp_path: Path, window: QWidget
) -> None:
    welcome, picker = Welcome(theme), ModelPicker(theme)
    for widget in (welcome, picker):
        widget.setParent(window)
    desk = ModelDesk(theme, tmp_path / "models", picker, welcome, window)
    desk.models.changed.emit(replace(ENTRY, needs="the full set-up"))
    assert not window.findChildren(ModelCard)
    desk.close()


def test_the_picker_offers_what_is_here(desk: ModelDesk, window: QWidget, qtbot: QtBot) -> None:
    picker = window.findChild(ModelPicker)
    assert isinstance(picker, ModelPicker)
    picker.select(SMALL)
    assert not picker.current.installed
    desk.models.changed.emit(HERE)
    assert picker.current.installed
    assert picker.current.samples
    desk.models.changed.emit(ENTRY)
    assert not picker.current.installed, "it was removed"

    notices: list[Notice] = []
    desk.noticed.connect(notices.append)
    desk.models.arrived.emit(HERE)
    assert [action.id for action in notices[0].actions] == [SMALL]


def test_the_sheet_says_itself_why_a_download_stopped(
    desk: ModelDesk, window: QWidget, qtbot: QtBot
) -> None:
    window.show()
    desk.open()
    (sheet,) = window.findChildren(ModelsSheet)
    desk.models.noticed.emit(Notice("The model hub can't be reached."))
    said = [text.text() for text in sheet.notices.findChildren(QLabel) if text.isVisible()]
    assert said == ["The model hub can't be reached."]


def test_the_sheet_has_a_card_for_each(desk: ModelDesk, window: QWidget, qtbot: QtBot) -> None:
    window.show()
    desk.open()
    (sheet,) = window.findChildren(ModelsSheet)
    qtbot.waitUntil(lambda: len(sheet.cards) == 12)
    assert list(sheet.cards)[:2] == ["sketch", SMALL]
    qtbot.waitUntil(lambda: buttons(sheet.cards["sketch"]) == ["Use"])
    sheet.cards[SMALL].show_entry(HERE)
    picker = window.findChild(ModelPicker)
    assert isinstance(picker, ModelPicker)
    qtbot.mouseClick(sheet.cards[SMALL].use, Qt.MouseButton.LeftButton)
    assert picker.current.id == SMALL


def test_what_a_model_can_do_reaches_compose() -> None:
    can = {
        frozenset({"text", "continuation"}): (False, True, False),
        frozenset({"text", "melody"}): (True, False, False),
        frozenset({"text", "loop"}): (False, False, True),
        frozenset({"text"}): (False, False, False),
    }
    for abilities, expected in can.items():
        option = as_option(replace(HERE, abilities=abilities))
        assert (option.follows_melody, option.continues, option.loops) == expected
