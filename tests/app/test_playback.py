"""The parts under the player: a deck whose every sample can be told, sources, and the meter."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given
from hypothesis import strategies as st

from app.playback.deck import Deck
from app.playback.frames import Frames, measure
from app.playback.meter import FLOOR, Level, Meter
from app.playback.output import SilentOutput
from app.playback.source import Source
from app.playback.spans import frame_at

RATE = 44_100
LENGTH = 3_000


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A take whose frame n has the value n + 1 on its left side, so each tells where it is from."""
    path = tmp_path_factory.mktemp("deck") / "counted.wav"
    left = np.arange(1, LENGTH + 1, dtype=np.float32)
    soundfile.write(path, np.stack([left, -left], axis=1), RATE, subtype="FLOAT")
    return path


frames = st.integers(0, LENGTH)
actions = st.one_of(
    st.tuples(st.just("block"), st.integers(1, 700)),
    st.tuples(st.just("recall"), st.integers(0, 900)),
    st.tuples(st.just("seek"), frames),
    st.tuples(st.just("loop"), st.tuples(frames, frames)),
)


@given(st.lists(actions, max_size=40))
def test_the_deck_always_knows_which_frame_is_heard(counted: Path, steps: list[object]) -> None:
    deck = Deck()
    deck.put(Source(counted), 0)
    stream = np.zeros((0, 2), np.float32)
    heard = 0
    for name, value in steps:  # type: ignore[misc]
        match name:
            case "block":
                block = deck.block(value)
                stream = np.concatenate([stream, block])
                if deck.loop and deck.loop[0] < deck.loop[1]:
                    assert deck.frame != deck.loop[1]
            case "recall":
                pending = min(value, len(stream) - heard)
                deck.recall(pending)
                stream = stream[: len(stream) - pending]
                heard = len(stream)
                deck.forget(heard)
            case "seek":
                deck.recall(0)
                deck.seek(value)
                heard = len(stream)
            case "loop":
                deck.loop = (min(value), max(value)) if min(value) < max(value) else None
        assert deck.written == len(stream)
        for at in range(heard, len(stream)):
            expected = stream[at, 0]
            shown = frame_at(deck.spans, at)
            # Silence stands still; any other frame is the one that is shown.
            assert expected in (0.0, shown + 1)
    deck.put(None, 0)


@pytest.mark.parametrize(("own", "wanted"), [(32_000, 44_100), (48_000, 44_100), (44_100, 48_000)])
def test_resampling_in_pieces_is_resampling_in_one(tmp_path: Path, own: int, wanted: int) -> None:
    rng = np.random.default_rng(1)
    samples = (rng.standard_normal((own * 6, 2)) * 0.1).astype(np.float32)
    path = tmp_path / "a.wav"
    soundfile.write(path, samples, own, subtype="FLOAT")
    source = Source(path, wanted)
    whole = soxr.resample(samples, own, wanted, quality="HQ")
    assert source.frames == len(whole)
    out = np.zeros_like(whole)
    # From a place of its own first, so that pieces are made in another order than they lie.
    middle = len(whole) // 2
    assert source.read(middle, out[middle:]) == len(whole) - middle
    assert source.read(0, out[:middle]) == middle
    source.close()
    assert np.abs(out - whole).max() < 1e-4


def test_only_two_channels_of_many_are_heard(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    samples = np.arange(400, dtype=np.float32).reshape(100, 4)
    soundfile.write(path, samples, RATE, subtype="FLOAT")
    source, out = Source(path), np.zeros((120, 2), np.float32)
    assert source.read(0, out) == 100
    source.close()
    assert np.array_equal(out[:100], samples[:, :2])


def test_a_file_caught_half_written_is_read_at_the_next_look(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, np.zeros((100, 2)), RATE)
    source = Source(path, growing=True)
    assert not source.refresh()
    path.write_bytes(b"RIFF")
    assert not source.refresh()
    assert source.frames == 100
    soundfile.write(path, np.zeros((300, 2)), RATE)
    assert source.refresh()
    assert source.frames == 300
    source.close()


def test_a_preview_that_is_gone_has_no_more_to_say_and_is_no_error(tmp_path: Path) -> None:
    path, out = tmp_path / "a.wav", np.zeros((100, 2), np.float32)
    soundfile.write(path, np.zeros((200, 2)), RATE)
    source = Source(path, growing=True)
    path.unlink()
    assert source.read(0, out) == 0
    assert source.frames == 0
    assert not source.refresh()
    soundfile.write(path, np.ones((300, 2)) / 2, RATE)
    assert source.refresh()
    assert source.read(0, out) == 100
    assert out[99, 0] == 0.5


def tone(seconds: float, amplitude: float) -> Frames:
    wave = amplitude * np.sin(2 * np.pi * 1_000 * np.arange(int(seconds * RATE)) / RATE)
    return np.stack([wave, np.zeros_like(wave)], axis=1).astype(np.float32)


def test_the_meter_reads_a_full_scale_tone_and_falls_as_studio_meters_do() -> None:
    meter = Meter()
    for _ in range(300):
        left, right = meter.feed(measure(tone(0.01, 1.0), 0, RATE))
    assert left.peak == pytest.approx(0.0, abs=0.01)
    assert left.rms == pytest.approx(-3.01, abs=0.05)
    assert right.peak == right.rms == FLOOR
    for _ in range(17):
        left, _ = meter.rest(0.1)
    assert left.peak == pytest.approx(-20.0, abs=0.1)
    assert left.rms < -20


def test_the_mark_of_the_highest_peak_stays_and_then_follows() -> None:
    meter = Meter()
    meter.feed(Level(0, 0.01, (1.0, 1.0), (1.0, 1.0)))
    assert meter.rest(1.0)[0].hold == 0.0
    left, _ = meter.rest(1.0)
    assert left.hold == left.peak < -20


def test_the_silent_output_keeps_time_by_its_clock() -> None:
    now = 100.0
    output = SilentOutput(clock=lambda: now)
    output.open(RATE)
    output.write(np.zeros((4_000, 2), np.float32))
    assert output.pending() == 4_000
    now += 0.0625
    assert output.pending() == 4_000 - RATE // 16
    now += 60
    assert output.pending() == 0
    output.drop()
    assert output.pending() == 0
