import numpy as np
import pytest

from engine.audio.levels import limit, to_loudness
from engine.audio.loudness import integrated_loudness, true_peak

RATE = 44_100


def beats(level: float) -> np.ndarray:
    """Soft noise with a loud, short hit each half second: peaks that stand far out."""
    rng = np.random.default_rng(3)
    samples = rng.normal(0, 0.05, (6 * RATE, 2))
    for start in range(2_000, len(samples) - 2_000, RATE // 2):
        samples[start : start + 200] *= 4
    return (samples * level).astype(np.float32)


@pytest.mark.parametrize("level", [0.02, 0.3, 3.0])
def test_the_target_is_met_below_the_ceiling(level: float) -> None:
    levelled = to_loudness(beats(level), RATE, -14, -1)
    assert integrated_loudness(levelled, RATE) == pytest.approx(-14, abs=0.3)
    assert true_peak(levelled) <= -0.95


def test_peaks_are_not_crushed_for_loudness() -> None:
    samples = np.random.default_rng(4).normal(0, 1e-3, (6 * RATE, 1)).astype(np.float32)
    samples[RATE] = 0.9  # one click in near silence
    levelled = to_loudness(samples, RATE, -14, -1)
    assert true_peak(levelled) <= -0.95
    assert integrated_loudness(levelled, RATE) < -40
    assert levelled[RATE, 0] > 0.5


def test_limiting_leaves_the_rest_as_it_is() -> None:
    samples = np.random.default_rng(5).normal(0, 0.05, (3 * RATE, 2)).astype(np.float32)
    samples[RATE] = 1.4
    limited = limit(samples, -1)
    assert true_peak(limited) <= -0.99
    reach = RATE // 16
    assert np.array_equal(limited[: RATE - reach], samples[: RATE - reach])
    assert np.array_equal(limited[RATE + reach :], samples[RATE + reach :])
    assert limit(limited, -0.5) is limited


@pytest.mark.parametrize("frames", [1, 31, 33, 5_000, 131_072, 131_073, 300_000])
def test_any_length_can_be_limited(frames: int) -> None:
    samples = np.random.default_rng(frames).normal(0, 0.5, (frames, 2)).astype(np.float32)
    limited = limit(samples, -1)
    assert limited.shape == samples.shape
    assert true_peak(limited) <= -0.95


@pytest.mark.parametrize("frames", [2_000, 6 * RATE, 6 * RATE + 1, 6 * RATE + 31])
@pytest.mark.parametrize("place", [0, 200, -200, -1])
def test_a_loop_is_limited_without_a_step_at_its_seam(frames: int, place: int) -> None:
    """What is heard is the gain: all but the peak is level."""
    samples = np.full((frames, 1), 0.1, np.float32)
    samples[place] = 1.4
    gain = np.tile(limit(samples, -1, loops=True) / samples, (2, 1))[:, 0]
    assert np.abs(np.diff(gain)).max() < 0.001
    assert true_peak(np.tile(limit(samples, -1, loops=True), (3, 1))) <= -0.95
    if frames > RATE:
        turned = limit(np.roll(samples, frames // 2, axis=0), -1)
        assert np.allclose(
            np.roll(turned, -(frames // 2), axis=0) / samples, gain[:frames, None], atol=0.02
        )


def test_silence_stays_silence() -> None:
    assert not to_loudness(np.zeros((RATE, 2), np.float32), RATE, -14, -1).any()
