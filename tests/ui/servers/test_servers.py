"""Servers in the window: what is said of them, and what can be asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from app.servers import Servers
from app.settings import SettingsFile
from app.studio import Studio
from engine import errors
from engine.client.faults import fault_of_answer, fault_of_transport
from engine.jobs import LOCAL, Choice, Failure, Order, utc_now
from engine.places import PlaceState, PlaceStatus, Server, ServerModel
from engine.request import Request
from engine.status import EngineStatus
from tests.fakes import FakeEngine
from tests.ui.hands import MakeWindow
from tests.ui.queue.made_jobs import finished, waiting
from ui.compose.model_picker import ModelPicker
from ui.queue import words as queue_words
from ui.servers import words
from ui.servers.banner import ServerBanner
from ui.servers.card import ServerCard
from ui.servers.desk import ServerDesk
from ui.servers.form import ServerForm
from ui.shared.engine_words import in_own_words
from ui.shared.theme import Theme
from ui.shared.translation import install_language
from ui.shared.widgets import Button

LARGE = ServerModel("facebook/musicgen-large", "MusicGen Large", "CC BY-NC 4.0", 600.0)
READY = PlaceStatus(
    "dgx01", "dgx01", "https://dgx01:8000", PlaceState.READY, "healthy", version="0.1.0",
    gpu="GB10", queued=5, running=2, starts_in=95.0, models=(LARGE,),
)  # fmt: skip
AWAY = replace(
    READY,
    state=PlaceState.AWAY,
    waiting=2,
    failure=Failure("server_unreachable", "The server can't be reached."),
    next_try=utc_now() + timedelta(seconds=75),
)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def desk(
    window: QWidget, qtbot: QtBot, theme: Theme, studio: Studio, fake: FakeEngine, tmp_path: Path
) -> Iterator[ServerDesk]:
    picker = ModelPicker(theme)
    qtbot.addWidget(picker)
    servers = Servers(fake, SettingsFile(tmp_path))
    made = ServerDesk(theme, servers, studio, picker, window)
    for widget in (made.banner, made.line):
        qtbot.addWidget(widget)
    yield made
    made._picker = picker


def test_the_models_of_a_server_are_in_the_same_picker(desk: ServerDesk) -> None:
    desk.show_status(EngineStatus(places=(READY,)))
    desk._picker.select(LARGE.id)
    desk._picker.show_status(EngineStatus(starts_in=0.0, places=(AWAY, READY)))
    desk._picker._fill()
    menu = [action.text() for action in desk._picker._menu.actions()]
    assert menu[0] == "This computer · a new take starts at once"
    assert "dgx01 · a new take starts in 1:35" in menu
    assert desk._picker.current.place == "dgx01"
    assert desk._picker._text.text() == "dgx01 · MusicGen Large"
    mine, other = desk.placed([Order(Request(model=LARGE.id)), Order(Request(model="sketch"))])
    assert (mine.place, other.place) == ("dgx01", LOCAL)
    # The same model in two places: the one that was chosen is kept through each new status.
    both = replace(READY, models=(LARGE, replace(LARGE, id="sketch", name="Sketch")))
    desk.show_status(EngineStatus(places=(both,)))
    desk._picker.select("sketch", "dgx01")
    desk.show_status(EngineStatus(places=(replace(both, queued=6, models=both.models[::-1]),)))
    assert (desk._picker.current.id, desk._picker.current.place) == ("sketch", "dgx01")


def test_the_banner_counts_down_and_offers_a_way_out(
    desk: ServerDesk, fake: FakeEngine, qtbot: QtBot
) -> None:
    desk.banner.show_places((READY,))
    assert desk.banner.isHidden()
    desk.take([waiting("gen_a", place="dgx01"), waiting("gen_b")])
    away = replace(AWAY, next_try=utc_now() + timedelta(seconds=75))
    desk.show_status(EngineStatus(places=(away,)))
    text = desk.banner.text.text()
    assert "The server can't be reached. 2 takes wait and go on by themselves." in text
    assert "Next try in 1:1" in text
    assert desk.banner._clock.isActive()
    desk.show_status(EngineStatus(places=(replace(away, next_try=utc_now()),)))
    assert "Trying again now." in desk.banner.text.text()
    qtbot.mouseClick(desk.banner.run_here, Qt.MouseButton.LeftButton)
    assert ("run_here", (["gen_a"],)) in fake.queue.calls
    qtbot.mouseClick(desk.banner.retry, Qt.MouseButton.LeftButton)
    assert fake.places.calls[-1] == ("retry_now", "dgx01")
    desk.show_status(EngineStatus(places=(READY,)))
    assert desk.banner.isHidden()
    assert not desk.banner._clock.isActive()


def test_a_login_that_is_refused_asks_for_a_token(qtbot: QtBot, theme: Theme) -> None:
    banner = ServerBanner(theme)
    qtbot.addWidget(banner)
    failure = Failure("server_login", "The server does not know this token.")
    banner.show_places((replace(AWAY, state=PlaceState.CLOSED, waiting=0, failure=failure),))
    assert not banner.token.isHidden()
    assert banner.run_here.isHidden()
    with qtbot.waitSignal(banner.token_wanted) as wanted:
        banner.token.click()
    assert wanted.args == ["dgx01"]


def test_the_dialog_adds_tests_and_removes(
    desk: ServerDesk, fake: FakeEngine, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.token_safe.TokenSafe._write", lambda *_: False)
    desk.open()
    dialog = desk.dialog
    assert dialog is not None
    form = dialog.form
    assert not form.add.isEnabled()
    form.address.setText("dgx02:8000")
    form.token.setText("secret")
    answer = replace(READY, place="test", name="", address="https://dgx02:8000")
    fake.places.answers = {"dgx02:8000": answer}
    form.test.click()
    qtbot.waitUntil(lambda: "It works." in form.result.text())
    assert "1 model" in form.result.text()
    assert (form.address.text(), form.name.text()) == ("https://dgx02:8000", "dgx02")
    form.address.setText("https://dgx02:8000")
    form.add.click()
    qtbot.waitUntil(lambda: not dialog.session.isHidden())  # there is no keyring here
    assert fake.places.calls[-1] == (
        "add",
        Server("dgx02", "dgx02", "https://dgx02:8000", "secret"),
    )
    assert form.token.text() == ""
    assert list(dialog.cards) == ["dgx02"]
    dialog.cards["dgx02"].remove.click()
    qtbot.waitUntil(lambda: not dialog.cards)
    with qtbot.waitSignal(dialog.finished):
        dialog.accept()
    assert desk.dialog is None


def test_a_card_that_goes_hands_the_keyboard_on(desk: ServerDesk, qtbot: QtBot) -> None:
    for name in ("dgx01", "dgx02", "dgx03"):
        desk._servers.add(name, name, "")
    desk.open()
    dialog = desk.dialog
    assert dialog is not None
    first, second, third = dialog.cards.values()

    def remove(card: ServerCard) -> None:
        card.remove.setFocus(Qt.FocusReason.TabFocusReason)
        with qtbot.waitSignal(card.destroyed):
            qtbot.keyClick(card.remove, Qt.Key.Key_Space)

    remove(second)
    assert dialog.focusWidget() is third.new_token  # and not on what would remove that, too
    first.ask_token()
    remove(third)
    assert dialog.focusWidget() is first.new_token
    remove(first)
    assert dialog.focusWidget() is dialog.form.address
    dialog.accept()


def test_a_late_answer_leaves_alone_what_was_typed_meanwhile(
    desk: ServerDesk, fake: FakeEngine, qtbot: QtBot
) -> None:
    fake.places.answers = {
        "dgx01": replace(READY, address="https://dgx01"),
        "dgx02": errors.ServerAway("server_timeout", "No answer."),
        "dgx03": replace(READY, address="https://dgx03"),
    }
    desk.open()
    dialog = desk.dialog
    assert dialog is not None
    form = dialog.form
    for address, token in (("dgx01", ""), ("dgx02", ""), ("dgx03", "old")):
        form.address.setText(address)
        form.token.setText(token)
        form.test.click()
        form.address.setText("dgx03")  # before the answer comes, by way of the event loop
        form.token.setText("new")
        QApplication.processEvents()
        assert (form.address.text(), form.name.text(), form.result.text()) == ("dgx03", "", "")
    form.test.click()
    qtbot.waitUntil(lambda: "It works." in form.result.text())
    dialog.accept()


def test_enter_does_what_stands_where_it_is_pressed_and_nothing_else(
    desk: ServerDesk, fake: FakeEngine, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.token_safe.TokenSafe._write", lambda *_: True)
    desk._servers.add("dgx01", "dgx01", "")
    desk.open()
    desk.show_status(EngineStatus(places=(AWAY,)))
    dialog = desk.dialog
    assert dialog is not None
    failure = errors.ServerAway("server_timeout", "No answer.")
    fake.places.answers = {"dgx02": failure}
    dialog.form.address.setText("dgx02")

    def asked() -> list[str]:
        """What was asked of servers since the last time."""
        calls = [name for name, _ in fake.places.calls]
        fake.places.calls.clear()
        return calls

    assert asked() == ["add"]
    qtbot.keyClick(dialog.form.address, Qt.Key.Key_Return)
    assert asked() == ["test"]
    qtbot.keyClick(dialog.form.name, Qt.Key.Key_Return)
    assert asked() == []
    assert dialog.isVisible()
    card = dialog.cards["dgx01"]
    card.ask_token()
    card.token.setText("secret")
    qtbot.keyClick(card.token, Qt.Key.Key_Return)
    assert asked() == ["add"]
    card.remove.setFocus()
    qtbot.keyClick(card.remove, Qt.Key.Key_Return)
    assert asked() == ["remove"]
    close = next(b for b in dialog.findChildren(Button) if b.text() == "Close")
    close.setFocus()
    qtbot.keyClick(close, Qt.Key.Key_Return)
    assert not dialog.isVisible()


def test_a_dialog_that_was_closed_is_told_nothing_any_more(
    desk: ServerDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.token_safe.TokenSafe._write", lambda *_: False)
    for name in ("dgx01", "dgx02"):
        desk.open()
        dialog = desk.dialog
        assert dialog is not None
        with qtbot.waitSignal(desk._servers.for_this_session):
            dialog.form.add_wanted.emit(name, name, "secret")
        assert not dialog.session.isHidden()
        with qtbot.waitSignal(dialog.destroyed):
            dialog.accept()


def test_a_window_that_is_gone_is_told_nothing_any_more(
    make_window: MakeWindow, studio: Studio
) -> None:
    window = make_window()
    servers = window.servers._servers
    window.close()
    delete(window)
    servers.changed.emit()
    studio.changed.emit([])


def test_an_open_wire_is_warned_of(qtbot: QtBot, theme: Theme) -> None:
    form = ServerForm(theme)
    qtbot.addWidget(form)
    for address, warned in (
        ("http://dgx01", True),
        ("https://dgx01", False),
        ("http://localhost:8000", False),
    ):
        form.address.setText(address)
        assert form.open_wire.isHidden() is not warned


def test_a_row_says_what_made_it_in_whose_place() -> None:
    job = finished("gen_a")
    on_server = job.with_(place="dgx01")
    assert queue_words.meta(on_server).startswith("on dgx01 · ")
    stood_in = job.with_(meant_for=Choice("dgx01", LARGE.id))
    assert queue_words.meta(stood_in).startswith("Sketch in place of dgx01 · ")


def test_the_line_says_how_each_is() -> None:
    assert words.line(READY) == "dgx01 healthy · 5 queued · yours 2"
    assert words.line(AWAY) == "dgx01 away · 2 waiting"
    assert words.facts(READY) == "GB10 · 5 queued · yours 2 · a new take starts in 1:35"


def test_every_trouble_has_words_in_indonesian(qapp: QApplication) -> None:
    statuses = (401, 403, 404, 409, 413, 418, 422, 429, 500, 502, 503, 302, 204)
    faults: list[errors.ServerError] = [fault_of_answer(s, {}, b"") for s in statuses]
    faults.append(fault_of_answer(429, {}, b'{"detail": "Storage quota exceeded."}'))
    faults.append(fault_of_transport(TimeoutError()))
    said = {text for fault in faults for text in (fault.message, fault.hint) if text}
    install_language(qapp, "id")
    try:
        assert [text for text in said if in_own_words(text) == text] == []
    finally:
        install_language(qapp, "en")
