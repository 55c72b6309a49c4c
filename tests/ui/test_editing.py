"""A waiting job is changed in Compose, and stays what it was in all that is not changed."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from engine.jobs import LOCAL
from engine.request import Request
from tests.fakes import FakeEngine
from tests.ui.queue.made_jobs import waiting
from ui.compose.models import SKETCH, ModelOption
from ui.main_window import MainWindow

HERE = ModelOption("m", "Model")
THERE = [ModelOption(id_, id_.upper(), "dgx01", "dgx01") for id_ in ("m", "n")]
REQUEST = Request(prompt="calm", model="m", seed=1)


@pytest.fixture
def window(qtbot: QtBot, window: MainWindow) -> MainWindow:
    """A model here, and on a server the same and another one."""
    qtbot.waitUntil(lambda: bool(window.desk.able_to("continuation")))  # it has looked around
    window.models.set_options([SKETCH, HERE])
    window.models.set_server_options(THERE)
    return window


def offered(window: MainWindow) -> list[str]:
    """What the picker's menu has, without its headings."""
    window.models._fill()
    actions = window.models._menu.actions()
    return [action.text().partition("\t")[0] for action in actions if action.isCheckable()]


def test_an_edited_job_keeps_its_name_and_its_place(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine
) -> None:
    fake.queue.put(waiting("gen_a", request=REQUEST, name="Rain", place="dgx01"))
    qtbot.waitUntil(lambda: len(window.queue.model.jobs) == 1)
    window.compose.edit(fake.queue.by_id["gen_a"])
    assert window.models.current == THERE[0]
    assert offered(window) == ["M", "N"]
    window.models.set_server_options(THERE[::-1])  # as with each new status
    assert window.models.current == THERE[0]
    window.models.select("n")
    window.compose.send()
    edited = fake.queue.by_id["gen_a"]
    assert edited.request == REQUEST.model_copy(update={"model": "n"})
    assert (edited.name, edited.place) == ("Rain", "dgx01")
    assert offered(window) == ["Sketch", "Model", "N", "M"], "the next one may be made anywhere"


def test_what_waits_here_is_edited_for_here(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine
) -> None:
    window.models.select("m", "dgx01")
    fake.queue.put(waiting("gen_a", request=REQUEST, when_idle=True))
    qtbot.waitUntil(lambda: len(window.queue.model.jobs) == 1)
    window.compose.edit(fake.queue.by_id["gen_a"])
    assert (window.models.current, offered(window)) == (HERE, ["Sketch", "Model"])
    window.models.select("n")
    assert not window.models.current.installed, "that is on the server alone"
    window.compose.stop_editing.click()
    window.compose.edit(fake.queue.by_id["gen_a"])
    window.compose.send()
    assert fake.queue.by_id["gen_a"].when_idle


def test_a_job_of_a_server_that_is_away_is_still_edited_for_it(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine
) -> None:
    window.models.set_server_options([])
    fake.queue.put(waiting("gen_a", request=REQUEST, place="dgx01"))
    qtbot.waitUntil(lambda: len(window.queue.model.jobs) == 1)
    window.compose.edit(fake.queue.by_id["gen_a"])
    current = window.models.current
    assert (current.id, current.place, current.installed) == ("m", "dgx01", False)
    window.compose.send()
    assert fake.queue.by_id["gen_a"].place == "dgx01"


def test_a_job_that_is_moved_while_it_is_edited_takes_the_choice_along(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine
) -> None:
    fake.queue.put(waiting("gen_a", request=REQUEST, place="dgx01"))
    qtbot.waitUntil(lambda: len(window.queue.model.jobs) == 1)
    window.compose.edit(fake.queue.by_id["gen_a"])
    fake.queue.put(fake.queue.by_id["gen_a"].with_(place=LOCAL))
    qtbot.waitUntil(lambda: window.models.current == HERE)
    assert offered(window) == ["Sketch", "Model"]
