"""Loudness and true peak: against the standard's own examples, and against pyloudnorm."""

import numpy as np
import pyloudnorm
import pytest
from scipy.signal import resample_poly

from engine.audio.loudness import TruePeak, gated_loudness, integrated_loudness, true_peak


def sine(hertz: float, rate: int, seconds: float, phase: float = 0.0) -> np.ndarray:
    time = np.arange(round(rate * seconds)) / rate
    return np.sin(2 * np.pi * hertz * time + phase).astype(np.float32)


def music(rate: int, channels: int) -> np.ndarray:
    """Noise with a beat, a loud half and a nearly silent end: the gates have work to do."""
    rng = np.random.default_rng(4)
    count = 12 * rate
    noise = np.cumsum(rng.standard_normal((count, channels)), axis=0)
    noise -= np.cumsum(noise, axis=0) / np.arange(1, count + 1)[:, None]
    noise = noise / np.abs(noise).max() + 0.2 * rng.standard_normal((count, channels))
    beat = np.exp(-8 * (np.arange(count) / rate % 0.5))
    level = np.interp(
        np.arange(count) / count, (0, 0.5, 0.51, 0.8, 0.81, 1), (0.1, 0.1, 0.5, 0.5, 0.001, 0.001)
    )
    return (noise * (beat * level)[:, None]).astype(np.float32)


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_the_standards_sine(rate: int) -> None:
    # BS.1770: a 0 dBFS sine of 997 Hz in one channel reads -3.01 LUFS.
    left = sine(997, rate, 5.0)
    assert integrated_loudness(left[:, None], rate) == pytest.approx(-3.01, abs=0.02)
    both = np.stack((left, left), axis=1)
    assert integrated_loudness(both * 0.1, rate) == pytest.approx(-20.0, abs=0.02)


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_agrees_with_pyloudnorm(rate: int, channels: int) -> None:
    samples = music(rate, channels)
    # Its filters are those of Mansbridge et al., a little apart from the standard's.
    judge = pyloudnorm.Meter(rate).integrated_loudness(samples)
    assert integrated_loudness(samples, rate) == pytest.approx(judge, abs=0.15)


def test_gates_leave_out_what_is_silent_or_far_below() -> None:
    loud, soft, silent = 1e-2, 3e-5, 1e-9
    alone = gated_loudness(np.full(40, loud))
    assert gated_loudness(np.array([loud] * 40 + [silent] * 400)) == pytest.approx(alone, abs=0.3)
    assert gated_loudness(np.array([loud] * 40 + [soft] * 400)) == pytest.approx(alone, abs=0.3)
    assert gated_loudness(np.array([loud] * 40 + [loud / 4] * 400)) < alone - 3


def test_what_is_shorter_than_a_block_is_one_block() -> None:
    short = sine(997, 44_100, 0.25)[:, None]
    assert integrated_loudness(short, 44_100) == pytest.approx(-3.01, abs=0.1)
    assert integrated_loudness(short[:1000], 44_100) == pytest.approx(-3.01, abs=1.0)


@pytest.mark.parametrize("count", [0, 1, 100_000])
def test_silence_has_no_loudness_and_no_peak(count: int) -> None:
    samples = np.zeros((count, 2), np.float32)
    assert integrated_loudness(samples, 44_100) == -np.inf
    assert true_peak(samples) == -np.inf


def test_finds_the_peak_between_the_samples() -> None:
    # At a quarter of the rate and 45 degrees every sample is 3 dB under the wave's crest.
    samples = sine(11_025, 44_100, 1.0, np.pi / 4)[:, None]
    assert 20 * np.log10(np.abs(samples).max()) == pytest.approx(-3.01, abs=0.01)
    assert true_peak(samples[100:-100]) == pytest.approx(0.0, abs=0.2)


@pytest.mark.parametrize("place", [0, 1, 131_071, 131_072, 131_075, 199_999])
def test_finds_one_peak_anywhere(place: int) -> None:
    rng = np.random.default_rng(9)
    samples = (rng.standard_normal((200_000, 2)) * 0.05).astype(np.float32)
    samples[place, 1] = 0.9
    dense = resample_poly(samples.astype(np.float64), 4, 1, axis=0, window=("kaiser", 5.0))
    assert true_peak(samples) == pytest.approx(20 * np.log10(np.abs(dense).max()), abs=0.01)


def test_peaks_are_told_hop_by_hop() -> None:
    hop, edge = 30, TruePeak.EDGE
    samples = np.zeros((2, 10 * hop + 2 * edge), np.float32)
    samples[0, edge + 4 * hop + 15] = 0.5
    peaks = TruePeak(hop)(samples)
    assert peaks.shape == (10,)
    assert peaks.argmax() == 4
    assert peaks[4] == pytest.approx(0.5, abs=0.01)
