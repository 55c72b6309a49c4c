"""The player bar on a player whose clock is turned by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.peak_loader import PeakLoader
from app.playback.meter import Reading
from app.playback.output import BLOCK
from app.player import Player, State, Track
from engine.jobs import Change, Job, Status, Step, Take, utc_now
from engine.request import Request
from tests.app.outputs import HandOutput, HandOutputs
from ui.player.bar import PlayerBar
from ui.player.meter import LevelMeter
from ui.shared.theme import Theme

RATE = 44_100
SECONDS = 12.0


@pytest.fixture
def output() -> HandOutput:
    return HandOutput()


@pytest.fixture
def outputs(output: HandOutput) -> HandOutputs:
    return HandOutputs(output, HandOutput("other"))


@pytest.fixture
def player(qapp: QApplication, outputs: HandOutputs, output: HandOutput) -> Iterator[Player]:
    player = Player(outputs, clock=lambda: 0.0)
    every = [output, *outputs.left]
    yield player
    for one in every:
        one.unplug()
    player.close()


@pytest.fixture
def loader(qapp: QApplication, tmp_path: Path) -> Iterator[PeakLoader]:
    loader = PeakLoader(tmp_path / "peaks")
    yield loader
    loader.close()


@pytest.fixture
def bar(qtbot: QtBot, theme: Theme, player: Player, loader: PeakLoader) -> PlayerBar:
    bar = PlayerBar(theme, player, loader)
    qtbot.addWidget(bar)
    bar.resize(1_200, 104)
    bar.show()
    qtbot.waitExposed(bar)
    return bar


@pytest.fixture
def track(tmp_path: Path) -> Track:
    return make(tmp_path, "Rain")


def make(folder: Path, name: str) -> Track:
    path = folder / f"{name}.wav"
    rng = np.random.default_rng(len(name))
    soundfile.write(path, rng.uniform(-0.5, 0.5, (int(SECONDS * RATE), 2)), RATE)
    return Track(name, path, name, SECONDS)


def settle(qtbot: QtBot, player: Player, state: State) -> None:
    qtbot.waitUntil(
        lambda: player.snapshot.state is state and player.snapshot.serial == player._serial
    )


def named(bar: QWidget, name: str) -> QWidget:
    (found,) = (w for w in bar.findChildren(QWidget) if w.accessibleName() == name)
    return found


def test_with_nothing_in_the_player_play_asks_for_something(qtbot: QtBot, bar: PlayerBar) -> None:
    for name in ("Position", "Repeat"):
        assert not named(bar, name).isEnabled()
    assert bar._time.text() == "0:00.0"
    with qtbot.waitSignal(bar.play_requested):
        QTest.mouseClick(named(bar, "Play"), Qt.MouseButton.LeftButton)


def test_it_shows_and_drives_the_player(
    qtbot: QtBot, bar: PlayerBar, player: Player, output: HandOutput, track: Track
) -> None:
    player.load(track)
    settle(qtbot, player, State.PLAYING)
    assert bar._length.text() == " / 0:12"
    assert named(bar, "Position in Rain").isEnabled()
    output.advance(2 * RATE - BLOCK)
    output.fill()  # then there is room for one more block, with which it says what is heard
    output.advance(BLOCK)
    qtbot.waitUntil(lambda: bar._time.text() == "0:02.0")
    output.fill()
    QTest.mouseClick(named(bar, "Pause"), Qt.MouseButton.LeftButton)
    assert not player.playing
    assert named(bar, "Play").isVisible()
    output.advance(BLOCK)
    settle(qtbot, player, State.PAUSED)
    QTest.keyClick(named(bar, "Position in Rain"), Qt.Key.Key_Right)
    settle(qtbot, player, State.PAUSED)
    assert player.position == pytest.approx(3.0, abs=0.05)


def test_the_waveform_comes_once_its_peaks_are_there(
    qtbot: QtBot, bar: PlayerBar, player: Player, loader: PeakLoader, track: Track
) -> None:
    with qtbot.waitSignal(loader.loaded):
        player.load(track, play=False)
    assert bar._waveform._picture.peaks is loader.get(track.path)


def test_previous_goes_to_the_start_first(
    qtbot: QtBot, bar: PlayerBar, player: Player, track: Track
) -> None:
    player.load(track, at=5.0, play=False)
    settle(qtbot, player, State.PAUSED)
    previous = named(bar, "Previous take")
    with qtbot.assertNotEmitted(bar.previous_requested):
        QTest.mouseClick(previous, Qt.MouseButton.LeftButton)
    assert player.position == 0.0
    with qtbot.waitSignal(bar.previous_requested):
        QTest.mouseClick(previous, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(bar.next_requested):
        QTest.mouseClick(named(bar, "Next take"), Qt.MouseButton.LeftButton)


def test_repeat_is_the_whole_take_or_the_region_that_is_drawn(
    qtbot: QtBot, bar: PlayerBar, player: Player, track: Track
) -> None:
    player.load(track, play=False)
    settle(qtbot, player, State.PAUSED)
    repeat = named(bar, "Repeat")
    QTest.mouseClick(repeat, Qt.MouseButton.LeftButton)
    assert player.loop == (0.0, SECONDS)
    assert bar._waveform._loop is None  # the whole needs no marks
    bar._waveform.loop_drawn.emit((2.0, 4.0))
    assert player.loop == bar._waveform._loop == (2.0, 4.0)
    QTest.mouseClick(repeat, Qt.MouseButton.LeftButton)
    assert player.loop is None
    assert bar._waveform._loop is None


def test_a_region_that_ends_at_the_playhead_is_heard_from_its_start(
    qtbot: QtBot, bar: PlayerBar, player: Player, track: Track
) -> None:
    player.load(track, at=3.0, play=False)
    settle(qtbot, player, State.PAUSED)
    QTest.keyClick(bar._waveform, "[")
    assert player.position == 3.0
    player.seek(6.0)
    QTest.keyClick(bar._waveform, "]")
    assert player.loop == (3.0, 6.0)
    assert player.position == 3.0


def test_two_takes_are_compared_at_the_same_position(
    qtbot: QtBot, bar: PlayerBar, player: Player, track: Track, tmp_path: Path
) -> None:
    assert not bar._compare.isEnabled()
    player.load(track, play=False)
    player.load(make(tmp_path, "Second"), at=5.0, play=False)
    assert bar._compare.isEnabled()
    assert "Rain" in bar._compare.accessibleName()
    QTest.mouseClick(bar._compare, Qt.MouseButton.LeftButton)
    settle(qtbot, player, State.PAUSED)
    assert player.track == track
    assert player.position == 5.0
    assert "Second" in bar._compare.accessibleName()
    request = Request(prompt="calm piano", seed=1)
    take = Take(track.path, SECONDS, RATE, 2, "0" * 64)
    job = Job(track.id, request, "Hail", Status.COMPLETED, Step.COMPLETED, utc_now(), take=take)
    player.follow([Change(job)])
    assert bar._waveform.accessibleName() == "Position in Hail"
    QTest.mouseClick(bar._compare, Qt.MouseButton.LeftButton)
    assert "Hail" in bar._compare.accessibleName()


def test_the_tip_of_a_b_says_what_it_does_to_loudness_where_it_is_known(
    bar: PlayerBar, player: Player, track: Track, tmp_path: Path
) -> None:
    assert "(B)" in bar._compare.toolTip()
    player.load(track, play=False)
    player.load(replace(make(tmp_path, "Second"), loudness=-12.0), play=False)
    plain = "Compare with “Rain” at the same position (B)"
    assert bar._compare.toolTip() == plain
    player.load(replace(track, loudness=-16.0), play=False)
    player.swap()
    lowered = f"{plain}; the louder one is lowered to the other's loudness"
    assert bar._compare.toolTip() == bar._compare.accessibleName() == lowered


def test_keys_that_have_nothing_to_compare_or_to_repeat_do_nothing(
    bar: PlayerBar, player: Player
) -> None:
    bar.compare()
    bar.repeat()
    assert player.track is None
    assert player.loop is None


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_volume_and_output_are_chosen_in_one_menu(
    qtbot: QtBot, bar: PlayerBar, player: Player, outputs: HandOutputs, track: Track
) -> None:
    button = bar._volume
    assert button.accessibleName() == "Volume and output: 100 %"
    menu = button.findChild(QMenu)
    assert menu is not None
    menu.popup(bar.mapToGlobal(bar.rect().center()))
    qtbot.waitUntil(lambda: "other" in [action.text() for action in menu.actions()])
    fader = named(menu, "Volume")
    QTest.keyClick(fader, Qt.Key.Key_Home)
    assert player.volume == 0.0
    assert button.accessibleName() == "Volume and output: 0 %"
    mute = next(action for action in menu.actions() if action.text() == "Mute")
    player.set_volume(0.5)
    mute.trigger()
    assert player.muted
    assert player.volume == 0.5
    next(action for action in menu.actions() if action.text() == "other").trigger()
    menu.close()
    player.load(track)
    settle(qtbot, player, State.PLAYING)
    assert outputs.asked == ["other"]


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_volume_is_reached_by_keyboard(
    qtbot: QtBot, bar: PlayerBar, player: Player, outputs: HandOutputs
) -> None:
    menu = bar._volume.findChild(QMenu)
    menu.popup(bar.mapToGlobal(bar.rect().center()))
    QTest.keyClick(menu, Qt.Key.Key_Down)
    fader = named(menu, "Volume")
    assert fader.hasFocus()
    QTest.keyClick(fader, Qt.Key.Key_Left)
    assert player.volume == 0.99
    QTest.keyClick(fader, Qt.Key.Key_Down)
    assert menu.activeAction().text() == "Mute"
    assert player.volume == 0.99
    menu.close()


def test_the_meter_is_red_where_it_clips(qtbot: QtBot, theme: Theme) -> None:
    meter = LevelMeter(theme)
    qtbot.addWidget(meter)
    meter.resize(17, 60)

    def colours() -> set[int]:
        image = meter.grab().toImage()
        return {image.pixelColor(3, y).rgb() for y in range(60)}

    good, bad = theme.color("good").rgb(), theme.color("bad").rgb()
    assert not {good, bad} & colours()
    meter.show_levels((Reading(-12.0, -18.0, -12.0), Reading()))
    assert good in colours()
    assert bad not in colours()
    meter.show_levels((Reading(-0.2, -6.0, -0.2), Reading()))
    assert bad in colours()
