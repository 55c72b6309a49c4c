import os
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio.peaks import FINEST, Peaks, load_or_make, prune
from engine.errors import AudioError

RATE = 44_100


def noise(frames: int, channels: int = 2) -> np.ndarray:
    """Loud and soft by turns, so that a bucket's extremes are its own."""
    rng = np.random.default_rng(frames)
    loudness = np.repeat(rng.uniform(0, 1, frames // 97 + 1) ** 4, 97)[:frames, None]
    return (rng.uniform(-1, 1, (frames, channels)) * loudness).astype(np.float32)


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    path = tmp_path / "take.wav"
    sf.write(path, noise(3 * RATE + 77), RATE)
    return path


@given(
    frames=st.integers(1, 300_000),
    channels=st.integers(1, 2),
    n=st.integers(1, 2_000),
    cut=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
@settings(max_examples=60, deadline=None)
def test_columns_hold_what_is_played_and_little_of_the_neighbours(
    frames: int, channels: int, n: int, cut: tuple[float, float]
) -> None:
    samples = noise(frames, channels)
    start, end = sorted(int(part * frames) for part in cut)
    columns = Peaks.of(samples, RATE).columns(n, start, end)
    assert columns.shape == (n, 2)
    if end == start:
        assert not columns.any()
        return
    edges = np.linspace(start, end, n + 1)
    slack = max(FINEST, (end - start) / n / 4)
    for (low, high), left, right in zip(columns, edges[:-1], edges[1:], strict=True):
        inside = samples[int(left) : max(int(np.ceil(right)), int(left) + 1)]
        around = samples[max(int(left - slack), 0) : int(right + slack) + 1]
        assert around.min() - 0.01 <= low <= inside.min() + 1e-6
        assert inside.max() - 1e-6 <= high <= around.max() + 0.01


def test_a_file_read_in_blocks_has_the_peaks_of_its_samples(wav: Path) -> None:
    samples, _ = sf.read(wav, dtype="float32", always_2d=True)
    read, made = Peaks.read(wav), Peaks.of(samples, RATE)
    assert np.array_equal(read.finest, made.finest)
    assert (read.frames, read.duration) == (len(samples), len(samples) / RATE)


def test_a_click_of_one_sample_is_seen_at_any_zoom() -> None:
    samples = np.zeros((600 * 1_000, 1), np.float32)
    samples[123_456] = 0.5
    peaks = Peaks.of(samples, 1_000)
    for n in (1, 7, 150, 2_000):
        assert peaks.columns(n)[:, 1].max() == pytest.approx(0.5, abs=0.01)
        assert peaks.columns(n)[123_456 * n // len(samples), 1] > 0.49


def test_no_sound_gives_flat_columns() -> None:
    peaks = Peaks.of(np.zeros((0, 2), np.float32), RATE)
    assert not peaks.columns(10).any()
    assert peaks.columns(0).shape == (0, 2)


def test_the_cache_is_used_until_the_file_changes(wav: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = load_or_make(wav, cache)
    (entry,) = cache.iterdir()
    stamp = entry.stat().st_mtime_ns
    again = load_or_make(wav, cache)
    assert np.array_equal(first.finest, again.finest)
    assert entry.stat().st_mtime_ns == stamp

    size = wav.stat().st_size
    sf.write(wav, np.zeros((3 * RATE + 77, 2)), RATE)
    os.utime(wav, ns=(stamp, stamp + 1_000_000))
    assert wav.stat().st_size == size
    assert not load_or_make(wav, cache).columns(10).any()


@pytest.mark.logs("damaged and is made again")
@pytest.mark.parametrize("damage", ["nothing", "rubbish", "half", "another file's"])
def test_a_damaged_entry_is_made_again(
    wav: Path, tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    cache = tmp_path / "cache"
    good = load_or_make(wav, cache)
    (entry,) = cache.iterdir()
    match damage:
        case "nothing":
            entry.write_bytes(b"")
        case "rubbish":
            entry.write_bytes(b"rubbish")
        case "half":
            entry.write_bytes(entry.read_bytes()[: entry.stat().st_size // 2])
        case _:
            np.savez(entry, finest=good.finest[:3], about=np.array([good.frames, RATE]))
    again = load_or_make(wav, cache)
    assert np.array_equal(again.finest, good.finest)
    assert "damaged" in caplog.text
    assert [entry] == list(cache.iterdir())
    with np.load(entry) as kept:
        assert np.array_equal(kept["finest"], good.finest)


@pytest.mark.logs("not kept")
def test_a_cache_that_cannot_be_written_is_no_failure(
    wav: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    in_the_way = tmp_path / "cache"
    in_the_way.write_bytes(b"a file where the folder should be")
    assert load_or_make(wav, in_the_way).frames == 3 * RATE + 77
    assert "not kept" in caplog.text


def test_what_is_no_audio_is_told(tmp_path: Path) -> None:
    rubbish = tmp_path / "rubbish.wav"
    rubbish.write_bytes(b"rubbish")
    with pytest.raises(AudioError, match="cannot be read as audio"):
        load_or_make(rubbish, tmp_path / "cache")
    with pytest.raises(AudioError, match="not there any more"):
        load_or_make(tmp_path / "gone.wav", tmp_path / "cache")


def test_the_cache_keeps_what_was_asked_for_last(tmp_path: Path) -> None:
    cache, now = tmp_path / "cache", time.time()
    wavs = [tmp_path / f"{n}.wav" for n in range(4)]
    entries = []
    for age, path in enumerate(wavs):
        sf.write(path, noise(RATE + age), RATE)
        load_or_make(path, cache)
        [entry] = set(cache.iterdir()) - set(entries)
        entries.append(entry)
        os.utime(entry, (now, now - age * 10 * 86_400))
    (cache / "previews").mkdir()
    (cache / "songs.db").write_bytes(b"x" * 10_000)
    load_or_make(wavs[3], cache)  # the oldest is asked for again
    sizes = {entry: entry.stat().st_size for entry in entries}
    room = sizes[entries[0]] + sizes[entries[3]]
    assert prune(cache, most_bytes=room, most_days=90) == 2
    assert [entry.exists() for entry in entries] == [True, False, False, True]
    assert (cache / "songs.db").exists()  # others' files are left alone
    os.utime(entries[0], (now, now - 91 * 86_400))
    assert prune(cache, most_bytes=room, most_days=90) == 1
    assert prune(tmp_path / "nowhere", most_bytes=0, most_days=0) == 0
