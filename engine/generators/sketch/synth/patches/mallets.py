"""Bars, tines and bells: few partials, each at the ratio its shape gives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.generators.sketch.synth.dsp import (
    Floats,
    band_noise,
    decay,
    fade_in,
    frames,
    seconds_axis,
)
from engine.generators.sketch.synth.modal import Modes, ring
from engine.generators.sketch.synth.patches.patch import Key, Patch

__all__ = ["PATCHES"]


def _bank(key: Key, partials: Sequence[tuple[float, float, float]], hardness: float) -> Modes:
    """Partials as (ratio, level, seconds); soft mallets leave the high ones asleep."""
    ratio, level, seconds = np.array(partials).T
    hertz = key.hertz * ratio
    awake = 1.0 / (1.0 + (hertz / (hardness * (0.4 + 1.2 * key.velocity))) ** 2)
    awake[0] = 1.0
    return Modes(hertz, level * awake, seconds, np.zeros(len(ratio)))


def _stroke(key: Key, out: Floats, low: float, high: float, amount: float, length: float) -> Floats:
    """Adds the mallet's own noise and softens the very first moment, in place."""
    count = min(frames(length * 3), key.count)
    knock = band_noise(key.rng, count, low, high) * decay(count, length)
    out[..., :count] += knock * np.float32(amount * np.abs(out).max())
    soft = min(frames(0.0008), key.count)
    out[..., :soft] *= fade_in(soft)
    return out


def _marimba(key: Key) -> Floats:
    ring_for = 2.4 * 2.0 ** (-(key.pitch - 55) / 14)
    bank = _bank(
        key,
        ((1.0, 1.0, ring_for), (3.98, 0.32, ring_for * 0.28), (9.9, 0.12, ring_for * 0.1)),
        2600,
    )
    return _stroke(key, ring(bank, key.count), 250, 1800, 0.16, 0.02)


def _vibraphone(key: Key) -> Floats:
    """Aluminium over tubes whose lids turn: the level of the fundamental comes and goes."""
    ring_for = 9.0 * 2.0 ** (-(key.pitch - 60) / 18)
    first = _bank(key, ((1.0, 1.0, ring_for),), 4000)
    rest = _bank(key, ((4.0, 0.26, ring_for * 0.4), (10.2, 0.10, ring_for * 0.12)), 3800)
    lids = 0.87 + 0.13 * np.cos(2 * np.pi * 4.8 * seconds_axis(key.count))
    out = ring(first, key.count) * lids + ring(rest, key.count)
    return _stroke(key, out, 500, 3000, 0.05, 0.012)


def _music_box(key: Key) -> Floats:
    ring_for = 3.2 * 2.0 ** (-(key.pitch - 72) / 20)
    bank = _bank(
        key,
        (
            (1.0, 1.0, ring_for),
            (2.0, 0.10, ring_for * 0.8),
            (5.32, 0.34, ring_for * 0.35),
            (6.1, 0.10, ring_for * 0.25),
            (14.9, 0.16, ring_for * 0.08),
        ),
        9000,
    )
    return _stroke(key, ring(bank, key.count), 2500, 9000, 0.10, 0.008)


def _bell(key: Key) -> Floats:
    """A cast bell: hum, prime, tierce, quint and nominal, in pairs that beat."""
    ring_for = 7.5 * 2.0 ** (-(key.pitch - 67) / 24)
    partials = (
        (0.5, 0.22, 1.4),
        (1.0, 1.0, 1.0),
        (1.19, 0.28, 0.7),
        (1.506, 0.18, 0.55),
        (2.0, 0.62, 0.6),
        (2.51, 0.20, 0.4),
        (2.66, 0.16, 0.36),
        (3.01, 0.24, 0.33),
        (4.17, 0.18, 0.24),
        (5.43, 0.12, 0.16),
        (6.8, 0.08, 0.1),
    )
    bank = _bank(key, [(r, level, part * ring_for) for r, level, part in partials], 5200)
    sides = bank.heard(1.0, 1.0)
    for left, right in ((1.0, 0.0), (0.0, 1.0)):
        beat = Modes(
            bank.hertz + key.rng.uniform(0.3, 1.1, len(bank.hertz)),
            bank.amplitude * 0.3,
            bank.seconds * 0.8,
            key.rng.uniform(-1, 1, len(bank.hertz)),
        )
        sides += beat.heard(left, right)
    return _stroke(key, ring(sides, key.count), 1800, 8000, 0.05, 0.01)


def _gamelan(key: Key) -> Floats:
    """Bronze bars in pairs, tuned apart: their beating is the life of the sound."""
    ring_for = 6.0 * 2.0 ** (-(key.pitch - 60) / 20)
    partials = (
        (1.0, 1.0, ring_for),
        (2.01, 0.12, ring_for * 0.5),
        (2.77, 0.42, ring_for * 0.38),
        (4.31, 0.10, ring_for * 0.22),
        (5.46, 0.26, ring_for * 0.2),
        (8.95, 0.14, ring_for * 0.1),
    )
    bank = _bank(key, partials, 4600)
    # One bar a little low, one a little high: they beat up to six times a second.
    apart = min(3.0, 0.008 * key.hertz)
    low = Modes(bank.hertz - apart, bank.amplitude, bank.seconds, bank.phase)
    high = Modes(bank.hertz + apart, bank.amplitude, bank.seconds, bank.phase + 0.4)
    out = ring(low.heard(1.0, 0.7) + high.heard(0.7, 1.0), key.count)
    return _stroke(key, out, 900, 5000, 0.10, 0.014)


PATCHES: dict[str, Patch] = {
    "marimba": Patch(_marimba, release=0.5, level_db=0.5),
    "vibraphone": Patch(_vibraphone, release=0.5, level_db=1.5),
    "music_box": Patch(_music_box, release=1.2, level_db=-2.0),
    "bell": Patch(_bell, release=1.6, level_db=-0.5),
    "gamelan": Patch(_gamelan, release=0.7, level_db=-1.5),
}
