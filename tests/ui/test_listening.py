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
def player(qapp: QApplication) -> Iterator[Player]:
    output = HandOutput()
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


@pytest.fixture(autouse=True)
def bar(
    qtbot: QtBot, theme: Theme, loader: PeakLoader, player: Player, panel: QueuePanel
) -> PlayerBar:
    bar = PlayerBar(theme, player, loader)
    qtbot.addWidget(bar)
    Listening(player, panel, bar, panel)
    return bar


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
