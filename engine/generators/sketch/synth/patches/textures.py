"""Textures: weather, dust and tension, unpitched, for as long as the note lasts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.generators.sketch.synth.dsp import (
    Floats,
    band_noise,
    bandpass,
    control_axis,
    filtered,
    high_shelf,
    highpass,
    lowpass,
    peaking,
    ramps,
    single,
    soft_clip,
    white,
)
from engine.generators.sketch.synth.patches.patch import Key, Patch
from engine.generators.sketch.synth.wavetable import glide, phase_ramp, saw, tables

__all__ = ["PATCHES"]


def _slow(key: Key, hertz: float) -> NDArray[np.float64]:
    """A smooth random curve, 0 to 1, that changes about ``hertz`` times a second, at the control
    nodes.
    """
    nodes = key.rng.random(int(key.seconds * hertz) + 4)
    axis = control_axis(key.count) * hertz
    whole = axis.astype(np.int64)
    part = 0.5 - 0.5 * np.cos(np.pi * (axis - whole))
    curve: NDArray[np.float64] = nodes[whole] * (1 - part) + nodes[whole + 1] * part
    return curve


def _sparks(key: Key, per_second: float, quiet: float) -> Floats:
    """Single impulses at random moments, most of them soft: (2, frames)."""
    out = np.zeros((2, key.count), np.float32)
    number = key.rng.poisson(per_second * key.seconds)
    at = key.rng.integers(0, key.count, number)
    level = key.rng.random(number) ** quiet * key.rng.choice((-1.0, 1.0), number)
    place = key.rng.random(number)
    np.add.at(out[0], at, (level * np.sqrt(1 - place)).astype(np.float32))
    np.add.at(out[1], at, (level * np.sqrt(place)).astype(np.float32))
    return out


def _vinyl_crackle(key: Key) -> Floats:
    """Dust, a few scratches, and the rumble of the plate."""
    dust = filtered(_sparks(key, 60.0, 4.0), bandpass(2600, 0.8), highpass(500))
    pops = filtered(_sparks(key, 1.6, 2.0), bandpass(900, 0.9))
    hiss = band_noise(key.rng, key.count, 1200, 8000, 2)
    rumble = filtered(white(key.rng, key.count), lowpass(90), highpass(35))
    out = single(dust * 2.0 + pops * 0.8 + hiss * 0.022 + rumble * 0.02)
    out /= np.sqrt(np.square(out).mean())
    # The cartridge has its limits: no pop stands out by more than 16 dB.
    return soft_clip(out, 1 / 6)


def _rain(key: Key) -> Floats:
    """A wash of far drops and single near ones."""
    wash = filtered(white(key.rng, key.count, 2), highpass(900), high_shelf(5000, -5))
    wash *= ramps(0.75 + 0.5 * _slow(key, 0.4), key.count)
    drops = filtered(_sparks(key, 110.0, 2.5), bandpass(3400, 1.6))
    near = filtered(_sparks(key, 9.0, 1.5), bandpass(1500, 6.0))
    return single(wash * 0.05 + drops * np.float32(0.9) + near * np.float32(1.2))


def _sea(key: Key) -> Floats:
    """Waves that gather, break bright and run out dark."""
    noise = white(key.rng, key.count, 2)
    deep = filtered(noise, lowpass(420), highpass(50))
    foam = filtered(noise, highpass(700), lowpass(6500))
    time = control_axis(key.count)
    start = key.rng.uniform(0, 1)
    swell = 0.5 + 0.5 * np.sin(2 * np.pi * (time / 6.4 + start))
    second = 0.5 + 0.5 * np.sin(2 * np.pi * (time / 9.7 + start * 2))
    sides = (swell**2 + 0.3 * second, 0.7 * swell**2 + 0.6 * second**2)
    for low, high, side in zip(deep, foam, sides, strict=True):
        low *= ramps(0.25 + 0.8 * side, key.count)
        high *= ramps(0.55 * side**2, key.count)
    return deep + foam


def _wind(key: Key) -> Floats:
    """Noise through a mouth that opens and closes as the gusts do."""
    noise = white(key.rng, key.count, 2)
    gust = _slow(key, 0.35) * 0.7 + _slow(key, 1.3) * 0.3
    out = np.zeros_like(noise)
    for index, hertz in enumerate((230.0, 420.0, 760.0, 1350.0)):
        layer = filtered(noise, bandpass(hertz, 2.2))
        layer *= ramps(np.exp(-(((gust * 3.2 - index) / 0.9) ** 2)), key.count)
        out += layer
    out *= ramps(0.3 + 0.9 * gust, key.count)
    return out


def _tape_hiss(key: Key) -> Floats:
    noise = white(key.rng, key.count, 2)
    return filtered(noise, highpass(700), lowpass(11_000), peaking(5200, 3, 0.7))


def _riser(key: Key) -> Floats:
    """Noise and a stack of saws that climb for the whole note and stop at its end."""
    count = key.count
    done = np.minimum(control_axis(count) / key.seconds, 1.0)
    noise = white(key.rng, count, 2)
    out = np.zeros((2, count), np.float32)
    for index, hertz in enumerate((500.0, 1000.0, 2000.0, 4000.0, 8000.0)):
        band = filtered(noise, bandpass(hertz, 1.1))
        band *= ramps(np.exp(-(((done * 4.6 - index) / 0.8) ** 2)), count)
        out += band
    n = np.arange(1, 40, dtype=np.float64)
    stack = tables(saw(n) * np.exp(-((n / np.geomspace(3, 30, 8)[:, None]) ** 2)))
    for hertz, start in ((110.0, 0.0), (110.9, 0.3)):
        tone = glide(stack, phase_ramp(count, hertz, start, done * 12.0), done * 7.0)
        tone *= np.float32(0.10)
        out += tone
    # The last moment is the loudest, then nothing.
    out *= ramps(0.03 + done**2.2, count)
    return out


PATCHES: dict[str, Patch] = {
    "vinyl_crackle": Patch(
        _vinyl_crackle, attack=0.3, release=0.3, even=True, held=True, level_db=3.0
    ),
    "rain": Patch(_rain, attack=0.5, release=0.5, even=True, held=True),
    "sea": Patch(_sea, attack=0.5, release=0.5, even=True, longest=20.0, held=True),
    "wind": Patch(_wind, attack=0.5, release=0.5, even=True, longest=20.0, held=True),
    "tape_hiss": Patch(_tape_hiss, attack=0.3, release=0.3, even=True, held=True, level_db=-3.0),
    "riser": Patch(_riser, attack=0.1, release=0.02, shaped=True, longest=40.0),
}
