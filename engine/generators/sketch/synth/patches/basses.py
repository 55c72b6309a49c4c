"""Basses: two of wood and wire, one slapped, and the synthetic family."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.generators.sketch.synth.dsp import (
    Floats,
    band_noise,
    control_axis,
    decay,
    fade_in,
    filtered,
    frames,
    high_shelf,
    highpass,
    lowpass,
    peaking,
    soft_clip,
)
from engine.generators.sketch.synth.modal import ring, string_modes
from engine.generators.sketch.synth.patches.patch import Key, Patch
from engine.generators.sketch.synth.wavetable import (
    glide,
    harmonics_below,
    phase_ramp,
    read,
    saw,
    square,
    tables,
)

__all__ = ["PATCHES"]


def _string(key: Key, *, bright: float, pluck: float, sustain: float, damping: float) -> Floats:
    fall = sustain * 2.0 ** (-(key.pitch - 36) / 20)
    modes = string_modes(
        key.hertz,
        brightness=bright,
        pluck=pluck,
        sustain=fall,
        damping=damping,
        stiffness=8e-5,
        most=60,
    )
    return ring(modes, key.count)


def _noise(key: Key, out: Floats, low: float, high: float, amount: float, length: float) -> None:
    count = min(frames(length * 3), key.count)
    click = band_noise(key.rng, count, low, high) * decay(count, length)
    out[:count] += click * np.float32(amount * np.abs(out).max())


def _upright(key: Key) -> Floats:
    """Gut and wood: a thump, then a note that opens a little as the finger leaves."""
    bright = 420 + 620 * key.velocity
    out = _string(key, bright=bright, pluck=0.33, sustain=3.4, damping=0.34)
    _noise(key, out, 60, 500, 0.5, 0.06)
    _noise(key, out, 900, 3200, 0.035, 0.03)
    return filtered(
        out, peaking(78, 2, 1.2), peaking(165, 3, 1.6), peaking(720, 3, 1.0), highpass(34)
    )


def _electric(key: Key) -> Floats:
    bright = 620 + 1500 * key.velocity
    out = _string(key, bright=bright, pluck=0.23, sustain=6.5, damping=0.2)
    _noise(key, out, 300, 2200, 0.07, 0.03)
    out *= np.float32(1.0 / np.abs(out).max())
    return filtered(
        soft_clip(out, 1.5), peaking(90, 1.5, 1.0), peaking(780, 2.5, 0.9), lowpass(4600)
    )


def _slap(key: Key) -> Floats:
    """The thumb throws the string against the frets."""
    out = _string(key, bright=3200, pluck=0.1, sustain=5.0, damping=0.09)
    _noise(key, out, 1400, 7000, 0.35 * (0.3 + key.velocity), 0.02)
    out *= np.float32(1.0 / np.abs(out).max())
    out = soft_clip(out, 2.0)
    return filtered(
        out, peaking(95, 4, 0.9), peaking(520, -5, 0.9), high_shelf(2600, 4), lowpass(8500)
    )


def _sub(key: Key) -> Floats:
    """A sine with just enough of its second and third to be heard on small loudspeakers."""
    table = tables(np.array([[1.0, 0.10, 0.05 + 0.06 * key.velocity]]))[0]
    out = read(table, phase_ramp(key.count, key.hertz))
    soft = min(frames(0.006), key.count)
    out[:soft] *= fade_in(soft)
    return out


def _resonant(
    n: NDArray[np.float64], hertz: float, cutoff: NDArray[np.float64], peak: float
) -> NDArray[np.float64]:
    """Gains of a 24 dB low-pass with a resonance, (cutoffs, harmonics)."""
    x = n[None, :] * hertz / cutoff[:, None]
    return 1.0 / np.sqrt((1 - x**2) ** 2 + (x / peak) ** 2) / np.sqrt(1 + x**4)


def _swept(
    key: Key,
    wave: NDArray[np.float64],
    low: float,
    high: float,
    peak: float,
    seconds: float,
    cents: tuple[float, ...] = (0.0,),
) -> Floats:
    """An oscillator through a low-pass that falls from ``high`` to ``low`` hertz."""
    n = np.arange(1, len(wave) + 1, dtype=np.float64)
    stack = 28
    cutoffs = np.geomspace(low, max(high, low * 1.01), stack)
    cycles = tables(wave * _resonant(n, key.hertz, cutoffs, peak))
    place = (stack - 1) * 10 ** (-3.0 * control_axis(key.count) / (seconds * 2.2))
    out = np.zeros(key.count, np.float32)
    for index, apart in enumerate(cents):
        start = key.rng.uniform() if index else 0.0
        phase = phase_ramp(key.count, key.hertz * 2 ** (apart / 1200), start)
        out += glide(cycles, phase, place) * np.float32(1.0 if index == 0 else 0.6)
    soft = min(frames(0.003), key.count)
    out[:soft] *= fade_in(soft)
    return out


def _synth_bass(key: Key) -> Floats:
    n = harmonics_below(key.hertz, 9000)
    wave = 0.7 * saw(n) + 0.5 * square(n, 0.5)
    wave[0] *= 1.35
    high = 500 + 2600 * key.velocity**1.3
    out = _swept(key, wave, 260, high, 1.3, 0.35, (0.0, 6.0))
    return soft_clip(out * np.float32(0.9 / np.abs(out).max()), 1.4)


def _reese(key: Key) -> Floats:
    """Saws far enough apart to grind slowly against each other, over a steady fundamental."""
    n = harmonics_below(key.hertz, 7000)
    wave = saw(n) / np.sqrt(1 + (n * key.hertz / (650 + 900 * key.velocity)) ** 4)
    wave[0] *= 0.4
    table = tables(wave[None, :])[0]
    base = read(tables(np.array([[1.0]]))[0], phase_ramp(key.count, key.hertz))
    base *= np.float32(0.8)
    out = np.stack((base, base))
    for side, sign in zip(out, (-1.0, 1.0), strict=True):
        for cents in (0.0, 13.0 * sign, -21.0 * sign):
            turned = key.hertz * 2 ** (cents / 1200)
            one = read(table, phase_ramp(key.count, turned, key.rng.uniform()))
            one *= np.float32(0.7)
            side += one
    out = soft_clip(out * np.float32(0.8 / np.abs(out).max()), 1.8)
    soft = min(frames(0.005), key.count)
    out[:, :soft] *= fade_in(soft)
    return out


def _acid(key: Key) -> Floats:
    """A saw through a filter on the edge of singing."""
    n = harmonics_below(key.hertz, 14_000)
    high = 500 + 3600 * key.velocity**1.6
    out = _swept(key, saw(n), 190, high, 5.5 + 3 * key.velocity, 0.22)
    return soft_clip(out * np.float32(1.1 / np.abs(out).max()), 2.2)


def _bass_808(key: Key) -> Floats:
    """A kick's oscillator left ringing: a drop in pitch at the start, then a long sine, warmed."""
    bend = 9.0 * np.exp(-control_axis(key.count) / 0.012)
    table = tables(np.array([[1.0]]))[0]
    out = read(table, phase_ramp(key.count, key.hertz, 0.0, bend))
    out = soft_clip(out, 1.2 + 1.4 * key.velocity) * decay(key.count, 4.2)
    _noise(key, out, 500, 3500, 0.12, 0.008)
    return filtered(out, lowpass(3800))


PATCHES: dict[str, Patch] = {
    "upright_bass": Patch(_upright, release=0.10, level_db=4.0),
    "electric_bass": Patch(_electric, release=0.07, level_db=4.0),
    "slap_bass": Patch(_slap, release=0.06, level_db=3.0),
    "sub_bass": Patch(_sub, release=0.06, held=True, level_db=1.5),
    "synth_bass": Patch(_synth_bass, release=0.06, held=True, level_db=4.0),
    "reese_bass": Patch(_reese, release=0.08, held=True, level_db=3.5),
    "acid_bass": Patch(_acid, release=0.04, held=True, level_db=2.0),
    "bass_808": Patch(_bass_808, release=0.10, level_db=3.5),
}
