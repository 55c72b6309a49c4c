"""What ended without a take: tried again or cleared away, and a deletion taken back by Ctrl+Z."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from engine.jobs import Failure, Status
from tests.fakes import FakeEngine
from tests.ui.hands import CONTROL, generate, prompts
from ui.main_window import MainWindow


@pytest.fixture
def ended(qtbot: QtBot, window: MainWindow, fake: FakeEngine) -> dict[str, str]:
    """Ids of a failed, a cancelled, a waiting job and one with a take."""
    names = ("failed", "cancelled", "waiting", "done")
    ids = {name: generate(qtbot, window, fake, name) for name in names}
    fake.fail(ids["failed"], Failure("out_of_memory", "Out of memory."))
    fake.queue.put(fake.queue.by_id[ids["cancelled"]].with_(status=Status.CANCELLED))
    fake.complete(ids["done"])
    qtbot.waitUntil(lambda: window.queue.model.jobs.takes == 1)
    return ids


def test_what_was_cancelled_is_cleared_and_comes_back(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine, ended: dict[str, str]
) -> None:
    window.menus.clear_cancelled.trigger()
    qtbot.waitUntil(lambda: window.queue.model.jobs.get(ended["cancelled"]) is None)
    assert len(window.queue.model.jobs) == 3
    assert not window.menus.clear_cancelled.isEnabled()
    window.compose.prompt.setFocus()
    window.compose.prompt.document().clearUndoRedoStacks()
    qtbot.keyClick(window.compose.prompt, Qt.Key.Key_Z, CONTROL)
    qtbot.waitUntil(lambda: window.queue.model.jobs.get(ended["cancelled"]) is not None)
    assert window.menus.clear_cancelled.isEnabled()


def test_what_failed_is_cleared_or_tried_again(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine, ended: dict[str, str]
) -> None:
    assert window.menus.clear_failed.isEnabled()
    window.menus.clear_failed.trigger()
    qtbot.waitUntil(lambda: window.queue.model.jobs.get(ended["failed"]) is None)
    assert not window.menus.retry_failed.isEnabled()
    window.menus.undo.trigger()
    qtbot.waitUntil(window.menus.retry_failed.isEnabled)
    window.menus.retry_failed.trigger()
    qtbot.waitUntil(lambda: not window.menus.retry_failed.isEnabled())
    assert sorted(prompts(fake)) == ["failed", "waiting"]


def test_the_panel_of_a_failed_take_tries_it_again(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine, ended: dict[str, str]
) -> None:
    window.queue.reveal(ended["done"])
    assert not window.take.retry.isVisible()
    window.queue.reveal(ended["failed"])
    qtbot.mouseClick(window.take.retry, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.take.retry.isVisible())
    assert sorted(prompts(fake)) == ["failed", "waiting"]


def test_a_field_undoes_its_own_words_first(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine, ended: dict[str, str]
) -> None:
    window.trash.delete([ended["done"]])
    qtbot.waitUntil(lambda: window.queue.model.jobs.takes == 0)
    for field in (window.compose.prompt, window.queue.filter.search, window.compose.seed.field):
        field.setFocus()
        field.selectAll()
        qtbot.keyClicks(field, "7")
        qtbot.keyClick(field, Qt.Key.Key_Z, CONTROL)
    assert window.deeds.canUndo()
    assert window.queue.model.jobs.takes == 0
