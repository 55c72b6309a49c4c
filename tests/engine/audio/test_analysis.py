import subprocess
import sys

import numpy as np
import pytest

from engine.audio.analysis import RATE, _fitted_tempo, estimate_key, estimate_tempo, to_hear


def drums(tempo: float, seconds: float) -> np.ndarray:
    rng = np.random.default_rng(1)
    sound = np.zeros(int(seconds * RATE), np.float32)
    hit = rng.normal(0, 0.5, 2_000) * np.exp(-np.arange(2_000) / 300)
    for start in np.arange(0.1, seconds - 0.2, 60 / tempo):
        at = int(start * RATE)
        sound[at : at + 2_000] += hit
    return sound


def chords(*chords: tuple[int, ...]) -> np.ndarray:
    """Each for 1 s, of MIDI pitches, with overtones."""
    time = np.arange(RATE) / RATE
    return np.concatenate(
        [
            sum(
                np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * n * time) / n**2
                for pitch in chord
                for n in (1, 2, 3)
            )
            * np.exp(-time)
            for chord in chords
        ]
    ).astype(np.float32)


@pytest.mark.parametrize("tempo", [70, 84.5, 120, 173])
def test_tempo(tempo: float) -> None:
    heard = estimate_tempo(drums(tempo, 20))
    assert heard is not None
    assert min(abs(heard * factor - tempo) for factor in (0.5, 1, 2)) < 0.5


def test_missed_and_late_beats_do_not_bend_the_tempo() -> None:
    beats = 0.3 + np.arange(60) * 60 / 93
    beats[20] += 0.2
    heard = np.delete(beats, [7, 8, 31])
    assert _fitted_tempo(heard) == pytest.approx(93, abs=0.1)


def test_beats_without_a_pulse_have_no_tempo() -> None:
    times = np.cumsum(np.random.default_rng(3).uniform(0.2, 1.5, 60))
    assert _fitted_tempo(times) is None


@pytest.mark.parametrize("shift", [0, 3, 7, 10])
def test_key(shift: int) -> None:
    def moved(chord: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(pitch + shift for pitch in chord)

    c, f, g = (48, 60, 64, 67), (41, 60, 65, 69), (43, 59, 62, 67)
    a_minor, d_minor, e = (45, 60, 64, 69), (50, 62, 65, 69), (40, 59, 64, 68)
    names = {
        0: ("C major", "A minor"),
        3: ("Eb major", "C minor"),
        7: ("G major", "E minor"),
        10: ("Bb major", "G minor"),
    }[shift]
    assert estimate_key(chords(*map(moved, (c, f, g, c)))) == names[0]
    assert estimate_key(chords(*map(moved, (a_minor, d_minor, e, a_minor)))) == names[1]


def test_silence_and_noise_have_neither() -> None:
    silence = np.zeros(10 * RATE, np.float32)
    assert (estimate_tempo(silence), estimate_key(silence)) == (None, None)
    noise = np.random.default_rng(0).normal(0, 0.2, 10 * RATE).astype(np.float32)
    assert estimate_key(noise) is None


def test_sound_at_any_rate() -> None:
    import soxr

    sound = soxr.resample(drums(100, 12), RATE, 48_000)
    tempo = estimate_tempo(to_hear(np.stack([sound, sound], axis=1), 48_000))
    assert tempo is not None
    assert min(abs(tempo * factor - 100) for factor in (0.5, 1, 2)) < 0.5


def test_of_a_long_piece_the_middle_is_heard() -> None:
    rate = 1_000
    sound = np.zeros((600 * rate, 2), np.float32)
    sound[: 209 * rate] = sound[-209 * rate :] = 0.5
    heard = to_hear(sound, rate)
    assert len(heard) == 180 * RATE
    assert np.abs(heard).max() < 1e-3


def test_a_blink_of_sound_has_neither() -> None:
    heard = to_hear(np.ones((1, 1), np.float32), 44_100)
    assert (estimate_tempo(heard), estimate_key(heard)) == (None, None)


def test_librosa_loads_only_when_it_listens() -> None:
    code = "import sys, engine.audio.analysis; sys.exit('librosa.beat' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
