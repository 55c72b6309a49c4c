"""The player on an output with a clock turned by hand: what is heard is exact to the sample."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from pytestqt.qtbot import QtBot

from app.notices import Level, Notice
from app.playback import turntable
from app.playback.feeder import Feeder
from app.playback.frames import Frames
from app.playback.output import BLOCK, Output, OutputDevice
from app.playback.turntable import Turntable
from app.player import Player, Snapshot, State, Track
from engine.jobs import Change, Job, Status, Step, Take, utc_now
from engine.request import Request
from tests.app.outputs import HandOutput, HandOutputs

RATE = 44_100
Open = Callable[..., Player]


def noise(seconds: float, seed: int = 0, channels: int = 2) -> Frames:
    """16-bit values, so that a WAV keeps them exactly."""
    rng = np.random.default_rng(seed)
    whole = rng.integers(-20_000, 20_000, (int(seconds * RATE), channels))
    return (whole / 32_768).astype(np.float32)


def write(path: Path, samples: Frames, rate: int = RATE, subtype: str = "PCM_16") -> Track:
    soundfile.write(path, samples, rate, subtype=subtype)
    return Track(path.stem, path, path.stem, len(samples) / rate)


@pytest.fixture
def output() -> HandOutput:
    return HandOutput()


@pytest.fixture
def open_player(qapp: object, output: HandOutput) -> Iterator[Open]:
    made: list[Player] = []

    def open_(*outputs: HandOutput) -> Player:
        made.append(Player(HandOutputs(*(outputs or (output,))), clock=lambda: 0.0))
        return made[-1]

    yield open_
    for one in (output, *(o for p in made for o in p._feeder._outputs.left)):
        one.unplug()  # a feeder that waits for room wakes up
    for player in made:
        player.close()


def settle(qtbot: QtBot, player: Player, state: State) -> None:
    qtbot.waitUntil(
        lambda: player.snapshot.state is state and player.snapshot.serial == player._serial
    )


def pause(qtbot: QtBot, player: Player, output: HandOutput) -> None:
    """Pause while the feeder waits for room: it obeys after the block at hand."""
    output.fill()
    player.pause()
    output.advance(BLOCK)
    settle(qtbot, player, State.PAUSED)


@pytest.mark.parametrize(
    ("subtype", "channels"), [("PCM_16", 2), ("PCM_24", 2), ("FLOAT", 2), ("PCM_16", 1)]
)
def test_the_take_is_heard_as_it_is(
    open_player: Open, output: HandOutput, tmp_path: Path, subtype: str, channels: int
) -> None:
    samples = noise(0.5, channels=channels)
    player = open_player()
    player.load(write(tmp_path / "a.wav", samples, subtype=subtype))
    output.advance(len(samples))
    assert np.array_equal(output.heard, np.broadcast_to(samples, (len(samples), 2)))


def test_pause_loses_nothing_and_repeats_nothing(
    qtbot: QtBot, open_player: Open, output: HandOutput, tmp_path: Path
) -> None:
    samples = noise(0.5)
    player = open_player()
    player.load(write(tmp_path / "a.wav", samples))
    output.advance(5_000)
    pause(qtbot, player, output)
    assert player.position == (5_000 + BLOCK) / RATE
    player.play()
    output.advance(6_000)
    assert np.array_equal(output.heard, samples[: 11_000 + BLOCK])


def test_seek_is_exact_to_the_sample(
    qtbot: QtBot, open_player: Open, output: HandOutput, tmp_path: Path
) -> None:
    samples = noise(3)
    player = open_player()
    player.load(write(tmp_path / "a.wav", samples), at=100_001 / RATE)
    output.advance(1_000)
    assert np.array_equal(output.heard, samples[100_001:101_001])
    pause(qtbot, player, output)
    player.seek(70_003 / RATE)
    settle(qtbot, player, State.PAUSED)
    assert player.position == 70_003 / RATE
    player.play()
    output.advance(1_000)
    assert np.array_equal(output.heard[-1_000:], samples[70_003:71_003])


def test_a_loop_has_no_gap_and_is_shown_where_it_is_heard(
    qtbot: QtBot, open_player: Open, output: HandOutput, tmp_path: Path
) -> None:
    samples = noise(0.5)
    player = open_player()
    player.load(write(tmp_path / "a.wav", samples), play=False)
    player.set_loop((1_000 / RATE, 3_001 / RATE))
    player.play()
    settle(qtbot, player, State.PLAYING)
    output.advance(8_000 - BLOCK)
    output.fill()  # then there is room for one more block, with which it says what is heard
    output.advance(BLOCK)
    turn = samples[1_000:3_001]
    expected = np.concatenate([samples[:1_000], turn, turn, turn, turn])[:8_000]
    assert np.array_equal(output.heard, expected)
    # 8,000 heard: 1,000 before the loop, then 3 whole turns and 997 frames of the fourth.
    qtbot.waitUntil(lambda: player._feeder.now.heard == 8_000)
    assert round(player.position * RATE) == 1_000 + (8_000 - 1_000) % 2_001


def test_a_growing_take_is_repeated_once_it_is_there(
    qtbot: QtBot, open_player: Open, output: HandOutput, tmp_path: Path
) -> None:
    samples = noise(0.4)
    preview = tmp_path / "preview.wav"
    write(preview, samples[:5_000])
    request = Request(prompt="calm piano", duration=1.0, seed=1)
    job = Job("a", request, "a", Status.PROCESSING, Step.GENERATING, utc_now(), preview=preview)
    player = open_player()
    player.load(Track.of(job), play=False)
    player.set_loop((0.0, player.duration))
    player.play()
    output.advance(5_000 + BLOCK)
    assert np.array_equal(output.heard[:5_000], samples[:5_000])
    assert not output.heard[5_000:].any()  # it waits, and does not begin again
    track = write(tmp_path / "a.wav", samples)
    take = Take(track.path, track.seconds, RATE, 2, "0" * 64)
    done = job.with_(status=Status.COMPLETED, step=Step.COMPLETED, take=take, preview=None)
    player.follow([Change(done)])

    def turned() -> bool:
        output.flow()
        return int(output.heard[5_000:].any(axis=1).sum()) > 17_000

    qtbot.waitUntil(turned)
    resumed = 5_000 + int(np.argmin((output.heard[5_000:] == 0).all(axis=1)))
    expected = np.concatenate([samples[5_000:], samples])[: 12_640 + 4_000]
    assert np.array_equal(output.heard[resumed : resumed + len(expected)], expected)


def test_what_grows_no_more_is_repeated_up_to_where_it_came(
    qtbot: QtBot, open_player: Open, output: HandOutput, tmp_path: Path
) -> None:
    samples = noise(0.2)
    preview = tmp_path / "preview.wav"
    write(preview, samples)
    request = Request(prompt="calm piano", duration=1.0, seed=1)
    job = Job("a", request, "a", Status.PROCESSING, Step.GENERATING, utc_now(), preview=preview)
    player = open_player()
    player.load(Track.of(job), play=False)
    player.set_loop((0.1, player.duration))
    player.follow([Change(job.with_(status=Status.CANCELLED))])
    player.play()
    output.advance(len(samples) + 2_000)
    assert np.array_equal(output.heard[len(samples) :], samples[4_410:6_410])


def test_what_is_repeated_is_the_same_stretch_of_each_take_that_is_compared(
    qtbot: QtBot, open_player: Open, output: HandOutput, tmp_path: Path
) -> None:
    long, short = noise(0.5, 1), noise(0.2, 2)
    player = open_player()
    player.load(write(tmp_path / "a.wav", long), play=False)
    player.set_loop((0.1, 0.4))
    player.switch(write(tmp_path / "b.wav", short))
    player.play()
    output.advance(len(short) + 2_000)
    assert np.array_equal(output.heard[len(short) :], short[4_410:6_410])
    pause(qtbot, player, output)
    player.swap()
    player.seek(0.3)
    settle(qtbot, player, State.PAUSED)
    heard = len(output.heard)
    player.play()
    output.advance(6_410)
    assert np.array_equal(output.heard[heard + 4_410 :], long[4_410:6_410])


def test_switching_takes_goes_on_at_the_same_frame(
    qtbot: QtBot, open_player: Open, output: HandOutput, tmp_path: Path
) -> None:
    first, second = noise(0.5, 1), noise(0.5, 2)
    player = open_player()
    player.load(write(tmp_path / "a.wav", first))
    output.advance(2_000)
    player.switch(write(tmp_path / "b.wav", second))
    output.advance(8_000)
    at = int(np.argmin((output.heard == first[: len(output.heard)]).all(axis=1)))
    assert 2_000 < at < 8_000
    assert np.array_equal(output.heard[at:], second[at : len(output.heard)])
    assert player.compared is not None
    assert player.compared.id == "a"
    player.swap()
    assert player.track is not None
    assert player.track.id == "a"


def after_swap(
    qtbot: QtBot, player: Player, output: HandOutput, whole: dict[str, Frames]
) -> tuple[str, float]:
    """Press A/B: which take is heard from the first frame after it on, and at which gain."""
    output.fill()  # what was written before goes on to be heard
    before = len(output.heard) + output.pending()
    player.swap()
    output.advance(output.pending() + 8_000)
    track = player.track
    assert track is not None
    fresh, source = output.heard[before + BLOCK :], whole[track.id][before + BLOCK :]
    source = source[: len(fresh)]
    gain = float(np.vdot(fresh, source) / np.vdot(source, source))
    assert np.allclose(fresh, source * np.float32(gain), atol=1e-6)
    return track.id, gain


def test_a_b_lowers_the_louder_take_from_its_first_frame_on(
    qtbot: QtBot, open_player: Open, output: HandOutput, tmp_path: Path
) -> None:
    whole = {"loud": noise(3, 1), "quiet": noise(3, 2)}
    loud = replace(write(tmp_path / "loud.wav", whole["loud"]), loudness=-10.5)
    quiet = replace(write(tmp_path / "quiet.wav", whole["quiet"]), loudness=-16.5)
    player = open_player()
    player.load(quiet, play=False)
    player.load(loud)
    output.advance(1_000)
    assert np.array_equal(output.heard, whole["loud"][:1_000])  # nothing is compared yet
    half = pytest.approx(10 ** (-6 / 20), abs=1e-4)
    for expected in (("quiet", 1.0), ("loud", half), ("quiet", 1.0), ("loud", half)):
        assert after_swap(qtbot, player, output, whole) == expected
    pause(qtbot, player, output)
    player.load(loud)
    output.heard = output.heard[:0]
    output.advance(1_000)
    assert np.array_equal(output.heard, whole["loud"][:1_000])  # played by itself, as it is


@pytest.mark.parametrize(
    ("louder", "other", "decibels"),
    [
        (-10.0, -16.0, 6.0),
        (-16.0, -10.0, 0.0),
        (-14.0, None, 0.0),
        (None, -14.0, 0.0),
        (-14.0, float("-inf"), 0.0),  # silence would take the other with it
        (float("-inf"), float("-inf"), 0.0),
        (float("nan"), -14.0, 0.0),
        (-10.0, -65.0, 20.0),
    ],
)
def test_how_much_a_take_is_lowered_beside_another(
    louder: float | None, other: float | None, decibels: float
) -> None:
    one = Track("one", Path("one.wav"), loudness=louder, trim=0.1)  # of an earlier comparison
    trimmed = one.beside(Track("other", Path("other.wav"), loudness=other))
    assert trimmed == replace(one, trim=pytest.approx(10 ** (-decibels / 20)))


def test_a_lowered_take_stays_so_when_its_file_or_the_device_is_another(
    qtbot: QtBot, open_player: Open, tmp_path: Path
) -> None:
    output = HandOutput(rate=48_000)  # so it is read anew
    level = np.full((RATE, 2), 0.5, np.float32)
    loud = replace(write(tmp_path / "loud.wav", level), loudness=-10.0)
    player = open_player(output)
    player.load(replace(write(tmp_path / "quiet.wav", level), loudness=-16.0), play=False)
    player.load(loud, play=False)
    player.swap()
    player.swap()
    player.play()
    output.advance(9_600)
    half = pytest.approx(0.5 * 10 ** (-6 / 20), abs=1e-3)
    assert output.heard[-1] == half
    take = Take(write(tmp_path / "moved.wav", level).path, 1.0, RATE, 2, "0" * 64, loudness=-10.0)
    request = Request(prompt="calm piano", seed=1)
    moved = Job("loud", request, "a", Status.COMPLETED, Step.COMPLETED, utc_now(), take=take)
    player.follow([Change(moved)])
    output.advance(9_600)
    settle(qtbot, player, State.PLAYING)
    told = player.snapshot.track
    assert told is not None and told.path == take.path
    output.advance(9_600)
    assert output.heard[-1] == half
    output.unplug()


def test_a_take_that_ended_starts_again(
    qtbot: QtBot, open_player: Open, output: HandOutput, tmp_path: Path
) -> None:
    samples = noise(0.1)
    player = open_player()
    with qtbot.waitSignal(player.finished) as finished:
        player.load(write(tmp_path / "a.wav", samples))
        qtbot.waitUntil(lambda: output.flow() or not player.playing)
    assert finished.args == ["a"]
    assert not player.playing
    assert player.position == player.duration == len(samples) / RATE
    output.heard = output.heard[:0]
    player.play()
    output.advance(1_000)
    assert np.array_equal(output.heard, samples[:1_000])


def test_a_growing_take_waits_at_its_end_and_becomes_the_take(
    qtbot: QtBot, open_player: Open, output: HandOutput, tmp_path: Path
) -> None:
    samples = noise(0.4)
    preview = tmp_path / "preview.wav"
    write(preview, samples[:5_000])
    request = Request(prompt="calm piano", duration=1.0, seed=1)
    job = Job("a", request, "a", Status.PROCESSING, Step.GENERATING, utc_now(), preview=preview)
    player = open_player()
    player.load(Track.of(job))
    output.advance(5_000)
    qtbot.waitUntil(lambda: player.snapshot.state is State.WAITING)
    write(preview, samples[:9_000])

    def sounding() -> bool:
        output.flow()
        return bool((output.heard == samples[8_999]).all(axis=1).any())

    qtbot.waitUntil(sounding)
    assert player.playing
    assert player.duration == 1.0
    silent = (output.heard[5_000:] == 0).all(axis=1)
    resumed = 5_000 + int(np.argmin(silent))
    assert np.array_equal(output.heard[resumed : resumed + 4_000], samples[5_000:9_000])

    track = write(tmp_path / "a.wav", samples)
    take = Take(track.path, track.seconds, RATE, 2, "0" * 64)
    preview.unlink()
    done = job.with_(status=Status.COMPLETED, step=Step.COMPLETED, take=take, preview=None)
    player.follow([Change(done)])

    with qtbot.waitSignal(player.finished):

        def whole() -> bool:
            output.flow()
            heard = output.heard
            last = np.flatnonzero((heard == samples[-1]).all(axis=1))
            return len(last) > 0 and np.array_equal(
                heard[last[-1] - 999 : last[-1] + 1], samples[-1_000:]
            )

        qtbot.waitUntil(whole)
        qtbot.waitUntil(lambda: output.flow() or not player.playing)
    assert player.duration == pytest.approx(len(samples) / RATE)


def test_the_device_vanishes_and_the_take_goes_on_in_silence(
    qtbot: QtBot, open_player: Open, output: HandOutput, tmp_path: Path
) -> None:
    samples = noise(0.3)
    notices: list[Notice] = []
    player = open_player()
    player.noticed.connect(notices.append)
    player.load(write(tmp_path / "a.wav", samples))
    output.advance(5_000)
    with qtbot.waitSignal(player.finished):
        output.unplug()
    assert output.closed
    assert player.snapshot.silent
    assert [(notice.level, notice.key) for notice in notices] == [(Level.CAUTION, "player")]


def test_without_any_device_takes_play_in_silence(
    qtbot: QtBot, qapp: object, tmp_path: Path
) -> None:
    player = Player(HandOutputs())
    try:
        with qtbot.waitSignals([player.noticed, player.finished]):
            player.load(write(tmp_path / "a.wav", noise(0.1)))
    finally:
        player.close()


def test_a_chosen_device_that_is_missing_gives_way_to_the_systems_choice(
    qtbot: QtBot, qapp: object, output: HandOutput, tmp_path: Path
) -> None:
    outputs = HandOutputs(output, only={None})
    player = Player(outputs, device="headphones", volume=0.5, clock=lambda: 0.0)
    try:
        with qtbot.waitSignal(player.noticed) as noticed:
            player.load(write(tmp_path / "a.wav", np.full((RATE, 2), 0.5, np.float32)))
        output.advance(1_000)
    finally:
        output.unplug()
        player.close()
    assert outputs.asked == ["headphones", None]
    assert noticed.args is not None
    assert noticed.args[0].level is Level.CAUTION
    assert output.heard[0] == pytest.approx(0.5 * 0.5**3)
    assert player.device == "headphones"


def test_a_device_with_a_rate_of_its_own_gets_resampled_takes(
    qtbot: QtBot, open_player: Open, tmp_path: Path
) -> None:
    output = HandOutput(rate=48_000)
    time = np.arange(RATE) / RATE
    samples = np.repeat(0.5 * np.sin(2 * np.pi * 441 * time)[:, None], 2, axis=1)
    player = open_player(output)
    track = write(tmp_path / "a.wav", samples.astype(np.float32), subtype="FLOAT")
    player.load(track, at=0.5, play=False)
    player.set_loop((0.4, 0.6))
    player.play()
    output.advance(10_000)
    at = np.concatenate([0.5 + np.arange(4_800) / 48_000, 0.4 + np.arange(5_200) / 48_000])
    assert np.allclose(output.heard[:, 0], 0.5 * np.sin(2 * np.pi * 441 * at), atol=2e-4)
    assert player.duration == pytest.approx(1.0, abs=1e-4)
    output.unplug()


def test_volume_glides_and_full_volume_leaves_samples_alone(
    qtbot: QtBot, open_player: Open, output: HandOutput, tmp_path: Path
) -> None:
    player = open_player()
    player.set_volume(0.5)
    player.load(write(tmp_path / "a.wav", np.full((RATE, 2), 0.5, np.float32)))
    output.advance(10_000)
    assert output.heard[-1] == pytest.approx(0.5 * 0.5**3)
    steps = np.abs(np.diff(output.heard[:, 0]))
    assert steps.max() < 0.001
    player.set_volume(1.0)
    output.advance(10_000)
    assert np.array_equal(output.heard[-1], [0.5, 0.5])


def test_a_file_that_is_no_audio_is_told_and_nothing_plays(
    qtbot: QtBot, open_player: Open, tmp_path: Path
) -> None:
    bad = tmp_path / "a.wav"
    bad.write_bytes(b"not audio at all")
    player = open_player()
    with qtbot.waitSignal(player.noticed) as noticed:
        player.load(Track("a", bad, seconds=1.0))
    assert noticed.args is not None
    assert noticed.args[0].level is Level.BAD
    assert "a.wav" in noticed.args[0].text
    assert not player.playing


def test_a_take_whose_file_comes_back_is_played_and_until_then_it_is_told_each_time(
    qtbot: QtBot, open_player: Open, output: HandOutput, tmp_path: Path
) -> None:
    samples = noise(0.5)
    track = write(tmp_path / "a.wav", samples)
    away = track.path.rename(tmp_path / "elsewhere")
    player = open_player()
    for ask in (lambda: player.load(track), player.play, player.toggle):
        with qtbot.waitSignal(player.noticed):
            ask()
        settle(qtbot, player, State.EMPTY)
        assert not player.playing
    away.rename(track.path)
    player.play()
    output.advance(1_000)
    assert np.array_equal(output.heard, samples[:1_000])


def test_what_is_compared_becomes_its_take_and_goes_with_it(
    open_player: Open, tmp_path: Path
) -> None:
    player = open_player()
    player.load(Track("a", tmp_path / "preview.wav", growing=True), play=False)
    player.load(write(tmp_path / "b.wav", noise(0.1)), play=False)
    take = Take(tmp_path / "a.wav", 1.0, RATE, 2, "0" * 64)
    request = Request(prompt="calm piano", seed=1)
    done = Job("a", request, "a", Status.COMPLETED, Step.COMPLETED, utc_now(), take=take)
    player.follow([Change(done)])
    assert player.compared == Track.of(done)
    player.follow([Change(done, removed=True)])
    assert player.compared is None


def test_a_new_name_of_what_is_heard_is_taken_over(
    qtbot: QtBot, open_player: Open, output: HandOutput, tmp_path: Path
) -> None:
    track = write(tmp_path / "a.wav", noise(0.5))
    take = Take(track.path, 99.0, RATE, 2, "0" * 64)  # the file knows better how long it is
    request = Request(prompt="calm piano", seed=1)
    job = Job("a", request, "a", Status.COMPLETED, Step.COMPLETED, utc_now(), take=take)
    player = open_player()
    player.load(Track.of(job))
    settle(qtbot, player, State.PLAYING)
    told: list[Snapshot] = []
    player.changed.connect(told.append)
    player.follow([Change(job.with_(name="Rain"))])
    assert told
    assert player.track is not None
    assert player.track.title == "Rain"
    assert player.duration == 0.5
    output.advance(2_000)
    assert player.playing
    player.load(write(tmp_path / "b.wav", noise(0.1)), play=False)
    assert player.compared is not None
    assert player.compared.title == "Rain"


def test_what_is_told_of_earlier_verbs_does_not_undo_later_ones(
    qtbot: QtBot, open_player: Open, output: HandOutput, tmp_path: Path
) -> None:
    player = open_player()
    track = write(tmp_path / "a.wav", noise(0.5))
    seen: list[bool] = []
    player.changed.connect(lambda _snapshot: seen.append(player.playing))
    player.load(track, play=False)
    player.play()
    assert player.playing
    settle(qtbot, player, State.PLAYING)
    assert seen == [False, True, True]


ALSA = """
pcm.!default {{ type plug slave.pcm "tofile" }}
pcm.tofile {{ type file slave.pcm "nul" file "{out}" format "raw" }}
pcm.nul {{ type null }}
ctl.!default {{ type null }}
"""

PLAY = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from app.player import Player, Track
app = QCoreApplication([])
player = Player()
player.noticed.connect(lambda notice: sys.exit(notice.text))
player.finished.connect(app.quit)
player.load(Track("a", Path(sys.argv[1])))
app.exec()
player.close()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the sound card is played by ALSA's plugins")
def test_a_real_sound_device_gets_the_samples_of_the_take(tmp_path: Path) -> None:
    samples = noise(2)
    track = write(tmp_path / "a.wav", samples)
    out, config = tmp_path / "out.raw", tmp_path / "asound.conf"
    config.write_text(ALSA.format(out=out))
    environment = os.environ | {"ALSA_CONFIG_PATH": str(config)}
    command = [sys.executable, "-c", PLAY, str(track.path)]
    subprocess.run(command, env=environment, check=True, timeout=60)
    heard = np.fromfile(out, np.float32).reshape(-1, 2)
    assert np.array_equal(heard[: len(samples)], samples)
    assert not heard[len(samples) :].any()


class HangingOutput:
    """Answers like a sound server that hangs: no call comes back before ``wake``."""

    name, silent = "hanging", False

    def __init__(self) -> None:
        self.hangs = threading.Event()
        self._awake = threading.Event()
        self.closed = False

    def open(self, rate: int) -> int:
        return rate

    def write(self, block: Frames) -> None:
        self.hangs.set()
        assert self._awake.wait(300)

    def pending(self) -> int:
        return 0

    def drop(self) -> None: ...

    def close(self) -> None:
        self.closed = True

    def wake(self) -> None:
        self._awake.set()


class OneAfterTheOther:
    def __init__(self, *outputs: Output) -> None:
        self.left = list(outputs)
        self.rescans: list[bool] = []

    def devices(self, *, rescan: bool) -> list[OutputDevice]:
        self.rescans.append(rescan)
        return [OutputDevice("hanging", "Hanging")]

    def make(self, device_id: str | None) -> Output:
        return self.left.pop(0)


def test_a_device_that_hangs_is_left_and_another_can_be_chosen(
    qtbot: QtBot, qapp: object, output: HandOutput, tmp_path: Path
) -> None:
    hanging, seconds = HangingOutput(), [0.0]
    outputs = OneAfterTheOther(hanging, output)
    player = Player(outputs, clock=lambda: seconds[0])
    notices: list[Notice] = []
    player.noticed.connect(notices.append)
    samples = noise(30)
    track = write(tmp_path / "a.wav", samples)
    try:
        player.find_devices()
        player.load(track, at=2.0)
        assert hanging.hangs.wait(60)
        stuck = player._feeder
        player._look_after_device()
        assert player._feeder is stuck  # all is well so far
        seconds[0] = 5.1
        qtbot.waitUntil(lambda: player.snapshot.silent and player.snapshot.state is State.PLAYING)
        assert [(notice.level, notice.key) for notice in notices] == [(Level.CAUTION, "player")]
        assert "does not answer" in notices[0].text
        qtbot.waitUntil(lambda: player.position > 2.1)  # it goes on from where it was
        assert player.position < 10
        player.pause()
        player.play()
        player.find_devices()
        settle(qtbot, player, State.PLAYING)
        assert outputs.left == [output]  # nobody asked for a device by himself
        assert outputs.rescans == [True]
        assert [device.id for device in player.snapshot.devices] == ["hanging"]

        player.set_output(None)
        output.advance(3_000)
        assert output.heard.any()
        qtbot.waitUntil(lambda: not player.snapshot.silent)
        assert len(notices) == 1

        told = player.snapshot
        hanging.wake()
        stuck._thread.join(60)
        assert not stuck._thread.is_alive()
        assert hanging.closed
        assert player.snapshot is told  # who comes back late tells nothing
    finally:
        hanging.wake()
        output.unplug()
        player.close()


def test_the_program_ends_while_a_device_hangs(qapp: object, tmp_path: Path) -> None:
    hanging = HangingOutput()
    player = Player(OneAfterTheOther(hanging))
    player.load(write(tmp_path / "a.wav", noise(1)))
    assert hanging.hangs.wait(60)
    player._feeder.close(timeout=0.01)  # as Player.close does, which waits a little longer
    assert player._feeder._thread.is_alive()
    assert player._feeder._thread.daemon  # nothing waits for it at the end
    hanging.wake()
    player.close()


def test_a_thread_that_is_still_beginning_when_it_is_closed_tells_nothing_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a busy computer its imports may take longer than the window waits; and then nobody is
    there to be told."""
    begins, go_on, told = threading.Event(), threading.Event(), list[Snapshot]()

    class Slow(Turntable):
        def __init__(self, *parts: Any, **more: Any) -> None:
            begins.set()
            assert go_on.wait(60)
            super().__init__(*parts, **more)

    monkeypatch.setattr(turntable, "Turntable", Slow)
    feeder = Feeder(HandOutputs(), told.append)
    feeder.start()
    feeder.set_gain(1, 0.5)
    assert begins.wait(60)
    feeder.close(timeout=0.01)
    go_on.set()
    feeder._thread.join(60)
    assert told == [] and not feeder._thread.is_alive()


def test_a_player_that_is_let_go_ends_at_once(qapp: object) -> None:
    """Held by a circle, it would end wherever garbage is collected: on its playback thread, too,
    from which Qt's timers must not be taken away."""
    player = Player(HandOutputs(HandOutput()))
    gone = weakref.ref(player)
    player.close()
    del player
    assert gone() is None
