"""Going on from a take: from its end, from the playhead, by mouse and by keyboard."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.player import Track
from engine.jobs import LOCAL, Job, Step, Take
from engine.request import Request
from tests.fakes import FakeEngine
from tests.ui.hands import MakeWindow, generate, shown_texts
from ui.compose.models import SKETCH, ModelOption
from ui.main_window import MainWindow
from ui.shared.widgets import Button

SMALL = ModelOption("facebook/musicgen-small", "MusicGen small", continues=True, samples=True)
LARGE = ModelOption("facebook/musicgen-large", "MusicGen large", continues=True, samples=True)
MELODY = ModelOption("x/melody", "Melody", follows_melody=True, samples=True)

THERE = replace(LARGE, place="dgx01", place_name="dgx01")


@pytest.fixture
def take(qtbot: QtBot, window: MainWindow, fake: FakeEngine, tmp_path: Path) -> Job:
    """A finished take of 30 s, selected."""
    qtbot.waitUntil(lambda: bool(window.desk.able_to("continuation")))  # it has looked around
    window.models.set_options([SKETCH, MELODY, LARGE, SMALL])
    path = tmp_path / "rain.wav"
    soundfile.write(path, np.zeros((30 * 8_000, 2)), 8_000)
    id_ = generate(qtbot, window, fake, "rain on tin")
    fake.complete(id_, Take(path, 30.0, 8_000, 2, "0" * 64))
    qtbot.waitUntil(lambda: window.queue.model.jobs.takes == 1)
    window.queue.reveal(id_)
    return fake.queue.by_id[id_]


def asked(window: MainWindow) -> Request:
    """What Compose would send now."""
    [order] = window.compose._draft().orders()
    return order.request


def test_branching_goes_on_from_the_playhead_with_other_words(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine, take: Job
) -> None:
    assert not window.player_bar.branch.isEnabled()
    assert not window.menus.branch.isEnabled()
    window._player.load(Track.of(take), at=7.25, play=False)
    qtbot.waitUntil(window.player_bar.branch.isEnabled)
    before = asked(window).seed
    window.player_bar.branch.click()
    request = asked(window)
    assert (request.continue_from, request.continue_at) == (take.id, 7.25)
    assert request.melody is None
    assert request.seed not in (take.request.seed, before)
    assert request.model == LARGE.id  # the first that can, as Sketch cannot
    assert "Sketch cannot go on from audio, so MusicGen large is chosen." in shown_texts(
        window.notices
    )
    assert window.compose.audio._name.text() == "Rain on tin"
    assert window.compose.audio._moment.text() == "from 0:07.2"
    assert window.compose.prompt.hasFocus()
    qtbot.keyClicks(window.compose.prompt, "a brass band")  # in place of the words there were
    qtbot.keyClick(window.compose.prompt, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    [sent] = fake.queue.waiting()
    assert (sent.request.prompt, sent.request.continue_at) == ("a brass band", 7.25)


@pytest.mark.parametrize(
    ("tempo", "at", "snaps", "begins"),
    [
        (80.0, 7.3, True, 7.5),
        (80.0, 7.3, False, 7.3),
        (80.0, 29.9, True, 30.0),  # the take's end
        (50.0, 0.1, True, 1.2),  # the first beat, where too little would be left before it
        (50.0, 0.1, False, 0.5),
    ],
)
def test_a_branch_begins_on_a_beat_where_there_are_any(
    qtbot: QtBot,
    window: MainWindow,
    fake: FakeEngine,
    take: Job,
    tempo: float,
    at: float,
    snaps: bool,
    begins: float,
) -> None:
    assert take.take is not None
    fake.queue.put(take.with_(take=replace(take.take, tempo=tempo, beats_per_bar=4)))
    qtbot.waitUntil(lambda: window.queue.model.jobs[take.id] == fake.queue.by_id[take.id])
    window.menus.snap.setChecked(snaps)
    window._player.load(Track.of(take), at=at, play=False)
    window.continuing.branch()
    assert asked(window).continue_at == begins


def test_whether_to_snap_is_remembered(make_window: MakeWindow) -> None:
    window = make_window()
    assert window.menus.snap.isChecked()
    window.menus.snap.trigger()
    assert not make_window().menus.snap.isChecked()


def test_extending_goes_on_from_the_end_with_the_model_that_is_chosen(
    window: MainWindow, take: Job
) -> None:
    window.models.select(SMALL.id)
    window.menus.extend.trigger()
    request = asked(window)
    assert (request.continue_from, request.continue_at) == (take.id, None)
    assert (request.model, request.prompt) == (SMALL.id, "rain on tin")
    assert window.compose.audio._moment.text() == "from its end"
    assert not window.notices.isVisible()


def test_what_is_put_together_is_no_longer_than_a_take_may_be(
    window: MainWindow, take: Job, fake: FakeEngine
) -> None:
    window.models.select(SMALL.id)
    long = Take(Path("long.wav"), 595.0, 8_000, 2, "0" * 64)
    window.continuing.extend(take.with_(take=long))
    assert asked(window).duration == 5.0
    full = Take(Path("full.wav"), 600.0, 8_000, 2, "0" * 64)
    window.continuing.extend(take.with_(take=full))
    assert "Branch from an earlier moment." in " ".join(shown_texts(window.notices))


def test_where_no_model_can_it_says_which_could(window: MainWindow, take: Job) -> None:
    window.models.set_options([SKETCH, MELODY])
    window.compose.fill_prompt("my own words")
    window.menus.extend.trigger()
    said = " ".join(shown_texts(window.notices))
    assert "No model that is here can go on from a take. The smallest that can: MusicGen" in said
    assert window.compose.prompt.toPlainText() == "my own words"
    show = next(b for b in window.notices.findChildren(Button) if b.text() == "Show models")
    opened: list[bool] = []
    window.desk.open = lambda: opened.append(True)  # type: ignore[method-assign]
    show.click()
    assert opened == [True]


@pytest.mark.parametrize("here", [[SKETCH, MELODY], [SKETCH, LARGE]])
def test_a_servers_model_goes_on_where_it_is_chosen(
    window: MainWindow, fake: FakeEngine, take: Job, here: list[ModelOption]
) -> None:
    window.models.set_options(here)
    window.models.set_server_options([THERE])
    window.models.select(LARGE.id, "dgx01")
    window.menus.extend.trigger()
    assert window.models.current == THERE
    assert not window.notices.isVisible()
    window.compose.send()
    [sent] = fake.queue.waiting()
    assert (sent.request.model, sent.request.continue_from) == (LARGE.id, take.id)
    assert sent.place == "dgx01"


def test_where_nothing_here_can_go_on_a_server_does(window: MainWindow, take: Job) -> None:
    window.models.set_options([SKETCH, MELODY])
    window.models.set_server_options([replace(MELODY, place="dgx01"), THERE])
    window.menus.extend.trigger()
    assert window.models.current == THERE
    assert "Sketch cannot go on from audio, so dgx01 · MusicGen large is chosen." in shown_texts(
        window.notices
    )


def test_a_take_goes_on_where_it_was_made_rather_than_elsewhere(
    window: MainWindow, take: Job
) -> None:
    window.models.set_server_options([THERE])
    request = take.request.model_copy(update={"model": LARGE.id})
    window.continuing.extend(take.with_(request=request, place="dgx01"))
    assert window.models.current == THERE
    window.models.select(SKETCH.id, LOCAL)
    window.continuing.extend(take.with_(request=request))
    assert window.models.current == LARGE


@pytest.mark.parametrize(("place", "elsewhere"), [("dgx01", LOCAL), (LOCAL, "dgx01")])
def test_another_take_is_made_where_the_first_was(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine, take: Job, place: str, elsewhere: str
) -> None:
    window.models.set_server_options([THERE])
    request = take.request.model_copy(update={"model": LARGE.id})
    fake.queue.put(take.with_(request=request, place=place))
    qtbot.waitUntil(lambda: window.take.job == fake.queue.by_id[take.id])
    window.models.select(LARGE.id, elsewhere)
    window.take.another.click()
    [sent] = fake.queue.waiting()
    assert sent.place == place
    assert sent.request.seed != request.seed
    assert sent.request.model_copy(update={"seed": request.seed}) == request


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("dgx02", "dgx02 does not offer MusicGen large now."),
        (LOCAL, "MusicGen large is not on this computer now."),
    ],
)
def test_another_take_whose_model_is_gone_says_what_to_do(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine, take: Job, place: str, said: str
) -> None:
    window.models.set_options([SKETCH])
    window.models.set_server_options([THERE])
    request = take.request.model_copy(update={"model": LARGE.id})
    fake.queue.put(take.with_(request=request, place=place))
    qtbot.waitUntil(lambda: window.take.job == fake.queue.by_id[take.id])
    window.take.another.click()
    assert not fake.queue.waiting()
    choose = " Choose a model and a place for it in Compose."
    assert said + choose in shown_texts(window.notices)
    show = next(b for b in window.notices.findChildren(Button) if b.text() == "Show in Compose")
    show.click()
    assert asked(window) == request
    assert window.models.current == THERE, "where it can be had"


def test_lineage_is_shown_both_ways_and_a_press_goes_there(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine, take: Job
) -> None:
    window.models.select(SMALL.id)
    window.menus.extend.trigger()
    window.compose.send()
    [child] = fake.queue.waiting()
    qtbot.waitUntil(lambda: window.queue.model.jobs.get(child.id) is not None)
    assert window.take.job == take
    origin = window.take.origin
    [to_child] = origin.findChildren(Button)
    assert to_child.accessibleName() == "continued in Rain on tin"
    fake.begin(child.id, Step.GENERATING)
    fake.complete(child.id)
    qtbot.waitUntil(lambda: window.queue.model.jobs.takes == 2)
    done = window.queue.model.jobs.get(child.id)
    assert done is not None
    model = window.queue.model
    assert model.second_line(done).startswith("84 bpm · D minor · from Rain on tin · MusicGen")
    index = model.index(model.row_of(child.id))
    spoken = model.data(index, Qt.ItemDataRole.AccessibleTextRole)
    assert "continuation of Rain on tin" in spoken
    to_child.click()
    assert window.take.job is not None
    assert window.take.job.id == child.id
    qtbot.waitUntil(lambda: any(b.isVisible() for b in origin.findChildren(Button)))
    [back] = (b for b in origin.findChildren(Button) if b.isVisible())
    assert back.accessibleName() == "continuation of Rain on tin"
    back.click()
    assert window.take.job.id == take.id
    window.trash.delete([child.id])
    qtbot.waitUntil(origin.isHidden)


def test_a_growing_take_is_stopped_where_it_is(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine
) -> None:
    id_ = generate(qtbot, window, fake, "endless")
    fake.begin(id_)
    qtbot.waitUntil(lambda: window.queue.model.jobs.get(id_) == fake.queue.by_id[id_])
    window.queue.reveal(id_)
    assert window.take.job == fake.queue.by_id[id_]
    assert not window.take.stop.isVisible()  # nothing has grown yet
    assert not window.menus.stop.isEnabled()
    fake.progress(id_, 0.4, eta=9)
    qtbot.waitUntil(window.take.stop.isVisible)

    def stops() -> int:
        return sum(verb == "stop_here" for verb, _ in fake.queue.calls)

    qtbot.mouseClick(window.take.stop, Qt.MouseButton.LeftButton)
    assert stops() == 1
    window.menus.stop.trigger()
    assert stops() == 2
    window.queue.view.setFocus()
    qtbot.keyClick(window.queue.view, Qt.Key.Key_S)
    assert stops() == 3
    assert fake.queue.calls[-1] == ("stop_here", (id_,))
    fake.complete(id_)
    qtbot.waitUntil(lambda: not window.take.stop.isVisible())
