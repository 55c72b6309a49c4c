"""The quick ways give what the plain ones give: filters, rooms and ringing partials."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import fftconvolve, sosfilt

from engine.generators.sketch.synth.dsp import (
    SAMPLE_RATE,
    Filter,
    Sections,
    bandpass,
    high_shelf,
    highpass,
    low_shelf,
    lowpass,
    peaking,
    rng_for,
    white,
)
from engine.generators.sketch.synth.modal import Modes, ring
from engine.generators.sketch.synth.reverb import Reverb

FILTERS = {
    "rumble": (highpass(16),),
    "twice the same": (highpass(7200), highpass(7200), lowpass(14_500)),
    "narrow": (bandpass(230, 6.0),),
    "nothing": (peaking(950, 0.0),),
    "a whole equaliser": (highpass(26), low_shelf(110, -4), peaking(260, 2), high_shelf(6500, 4)),
}


def off_db(found: np.ndarray, wanted: np.ndarray) -> float:
    """Power of the difference, against what is wanted."""
    return float(10 * np.log10(np.square(found - wanted).mean() / np.square(wanted).mean() + 1e-30))


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_is_that_of_scipy_however_it_is_cut(name: str) -> None:
    sections: tuple[Sections, ...] = FILTERS[name]
    noise = white(rng_for("filters"), 30_000, 2)
    wanted = sosfilt(np.concatenate(sections), noise, axis=-1)
    quick = Filter(*sections)
    parts = [quick(part) for part in np.split(noise, [1000, 1001, 1065, 20_000], axis=1)]
    assert off_db(np.concatenate(parts, axis=1), wanted) < -110


@pytest.mark.parametrize("seconds", [0.01, 0.1, 0.9])
def test_a_room_is_a_convolution(seconds: float) -> None:
    block = 9_600
    sound = white(rng_for("sound"), 3 * block - 700)
    response = white(rng_for("room"), round(seconds * SAMPLE_RATE), 2)
    room = Reverb(response, block)
    blocks = [room(sound[start : start + block]) for start in range(0, len(sound), block)]
    clean = Filter(highpass(90))(sound)
    wanted = np.stack([fftconvolve(clean, side)[: len(sound)] for side in response])
    assert off_db(np.concatenate(blocks, axis=1), wanted) < -110


def test_partials_ring_as_their_formula_says() -> None:
    rng = np.random.default_rng(1)
    hertz, fall = rng.uniform(60, 15_000, 40), rng.uniform(0.05, 4.0, 40)
    bank = Modes(hertz, rng.uniform(0.1, 1, 40), fall, rng.uniform(0, 6, 40))
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    turning = np.sin(2 * np.pi * hertz[:, None] * time + bank.phase[:, None])
    wanted = (bank.amplitude[:, None] * np.exp(-6.9078 * time / fall[:, None]) * turning).sum(0)
    assert off_db(ring(bank, SAMPLE_RATE), wanted) < -80
    left, right = ring(bank.heard(1.0, 0.5), SAMPLE_RATE)
    assert off_db(left, wanted) < -80
    assert off_db(right, 0.5 * wanted) < -80


@pytest.mark.parametrize("count", [1, 255, 257, 16 * 256 + 1, 48 * 256 + 1])
def test_sides_ring_for_any_length(count: int) -> None:
    bank = Modes(np.full(36, 220.0), np.ones(36), np.full(36, 9.0), np.zeros(36))
    alone = ring(bank, count)
    both = ring(bank.heard(1.0, 0.5), count)
    assert both.shape == (2, count)
    assert np.abs(both[0] - alone).max() < 1e-3
    assert np.abs(2 * both[1] - alone).max() < 1e-3
