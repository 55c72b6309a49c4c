"""List, player and player bar in step."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.peak_loader import PeakLoader
from app.player import Player, State
from tests.app.outputs import HandOutput, HandOutputs
from tests.ui.queue.made_jobs import failed, finished, running, waiting
from ui.listening import Listening
from ui.player.bar import PlayerBar
from ui.queue.order import Filter, Show
from ui.queue.panel import QueuePanel
from ui.shared.theme import Theme

RATE = 8_000


@pytest.fixture
def output() -> HandOutput:
    return HandOutput()


@pytest.fixture
def player(qapp: QApplication, output: HandOutput) -> Iterator[Player]:
    player = Player(HandOutputs(output), clock=lambda: 0.0)
    yield player
    output.unplug()
    player.close()


@pytest.fixture
def loader(qapp: QApplication, tmp_path: Path) -> Iterator[PeakLoader]:
    loader = PeakLoader(tmp_path / "peaks")
    yield loader
    loader.close()


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme, loader: PeakLoader, tmp_path: Path) -> QueuePanel:
    panel = QueuePanel(theme, loader, lambda job: Path(job.id))
    qtbot.addWidget(panel)
    jobs = []
    for number, name in enumerate(("last", "middle", "first")):
        path = tmp_path / f"{name}.wav"
        soundfile.write(path, np.zeros((RATE * 10, 2)), RATE)
        jobs.append(finished(name, number * 2, path=path, seconds=10.0))
    panel.model.set_jobs([running("run"), waiting("wait"), failed("bad", 3), *jobs])
    return panel


@pytest.fixture
def bar(qtbot: QtBot, theme: Theme, loader: PeakLoader, player: Player) -> PlayerBar:
    bar = PlayerBar(theme, player, loader)
    qtbot.addWidget(bar)
    return bar


@pytest.fixture(autouse=True)
def listening(player: Player, panel: QueuePanel, bar: PlayerBar) -> Listening:
    return Listening(player, panel, bar, panel)


def settle(qtbot: QtBot, player: Player, state: State) -> None:
    qtbot.waitUntil(
        lambda: player.snapshot.state is state and player.snapshot.serial == player._serial
    )


def heard(player: Player) -> str:
    return player.track.id if player.track else ""


def test_a_row_plays_pauses_and_shows_that_it_does(
    qtbot: QtBot, panel: QueuePanel, player: Player
) -> None:
    panel.intents.play_requested.emit("middle")
    settle(qtbot, player, State.PLAYING)
    assert heard(player) == "middle"
    assert (panel.view._rows.playing.id, panel.view._rows.playing.on) == ("middle", True)
    panel.intents.play_requested.emit("middle")
    assert not player.playing
    assert not panel.view._rows.playing.on
    panel.intents.pause_requested.emit()
    assert player.playing


def test_a_row_plays_from_where_it_is_clicked(
    qtbot: QtBot, panel: QueuePanel, player: Player
) -> None:
    panel.intents.seek_requested.emit("middle", 4.0)
    assert player.position == 4.0
    settle(qtbot, player, State.PLAYING)
    panel.intents.seek_requested.emit("middle", 6.0)
    assert player.position == 6.0
    assert panel.view._rows.playing.share == pytest.approx(0.6)


def test_next_and_previous_pass_over_what_cannot_be_heard(
    qtbot: QtBot, panel: QueuePanel, bar: PlayerBar, player: Player
) -> None:
    panel.intents.play_requested.emit("first")
    bar.next_requested.emit()
    assert heard(player) == "middle"  # the failed one stands between them
    current = panel.view.selection.current()
    assert current is not None
    assert current.id == "middle"
    bar.previous_requested.emit()
    assert heard(player) == "first"
    bar.previous_requested.emit()
    assert heard(player) == "first"  # above it, nothing can be heard


def test_play_with_nothing_in_the_player_plays_the_selected_row(
    qtbot: QtBot, panel: QueuePanel, bar: PlayerBar, player: Player
) -> None:
    panel.view.selection.go_to("last")
    bar.play_requested.emit()
    assert heard(player) == "last"
    player.stop()
    panel.view.selection.go_to("wait")
    bar.play_requested.emit()
    assert heard(player) == "first"


def test_without_any_job_there_is_nothing_to_press(panel: QueuePanel, bar: PlayerBar) -> None:
    assert bar._play.isEnabled()
    panel.model.set_jobs([])
    assert not bar._play.isEnabled()


def test_what_plays_goes_on_when_its_row_is_filtered_out(
    qtbot: QtBot, panel: QueuePanel, bar: PlayerBar, player: Player
) -> None:
    panel.intents.play_requested.emit("middle")
    panel.model.set_filter(Filter.of(Show.ALL, "last"))
    assert heard(player) == "middle"
    bar.next_requested.emit()
    assert heard(player) == "last"


def current(panel: QueuePanel) -> str:
    job = panel.view.selection.current()
    return job.id if job is not None else ""


def test_the_list_is_heard_to_its_end_where_that_is_wanted(
    qtbot: QtBot, panel: QueuePanel, player: Player, listening: Listening, output: HandOutput
) -> None:
    listening.set_playing_on(True)
    panel.view.selection.go_to("first")
    ended: list[str] = []
    player.finished.connect(ended.append)
    panel.intents.seek_requested.emit("first", 9.5)
    for count, follower in ((1, "middle"), (2, "last")):
        qtbot.waitUntil(lambda count=count: output.flow() or len(ended) == count)
        assert (heard(player), current(panel)) == (follower, follower)  # past the failed one
        assert player.playing
        player.seek(9.5)
    qtbot.waitUntil(lambda: output.flow() or len(ended) == 3)
    assert ended == ["first", "middle", "last"]
    assert not player.playing
    assert heard(player) == "last"


def test_a_take_that_ends_is_followed_by_none_where_nobody_wants_that(
    panel: QueuePanel, player: Player, listening: Listening
) -> None:
    panel.intents.play_requested.emit("first")
    player.finished.emit("first")
    assert heard(player) == "first"
    listening.set_playing_on(True)
    listening.set_playing_on(False)
    player.finished.emit("first")
    assert heard(player) == "first"


def test_playing_on_goes_on_from_where_a_row_was_that_is_shown_no_more(
    panel: QueuePanel, player: Player, listening: Listening
) -> None:
    listening.set_playing_on(True)
    panel.intents.play_requested.emit("middle")
    panel.model.set_filter(Filter.of(Show.ALL, "first"))
    player.finished.emit("middle")
    assert heard(player) == "middle"  # what is shown stands above it, and was heard before
    panel.model.set_filter(Filter.of(Show.ALL, "last"))
    player.finished.emit("middle")
    assert heard(player) == "last"


def test_playing_on_leaves_the_current_row_to_whoever_writes_or_has_selected_several(
    qtbot: QtBot, panel: QueuePanel, player: Player, listening: Listening
) -> None:
    listening.set_playing_on(True)
    panel.show()
    qtbot.waitExposed(panel)
    panel.intents.play_requested.emit("first")
    panel.view.selection.go_to("first")
    panel.filter.search.setFocus()
    player.finished.emit("first")
    assert (heard(player), current(panel)) == ("middle", "first")
    panel.view.setFocus()
    panel.view.selectAll()
    player.finished.emit("middle")
    assert heard(player) == "last"
    assert len(panel.view.selection.jobs()) == panel.model.rowCount()
