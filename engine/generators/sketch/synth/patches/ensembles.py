"""Many players at once: strings, choir and pads as hills of partials that never repeat by ear."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from engine.generators.sketch.synth.dsp import (
    Floats,
    band_noise,
    decay,
    filtered,
    frames,
    highpass,
    peaking,
    response,
)
from engine.generators.sketch.synth.modal import ring, string_modes
from engine.generators.sketch.synth.padsynth import Hills, cycle_bits, steady, turning
from engine.generators.sketch.synth.patches.patch import Key, Patch
from engine.generators.sketch.synth.wavetable import harmonics_below

__all__ = ["PATCHES", "formants"]

_Array = NDArray[np.float64]


def formants(hertz: _Array, peaks: Sequence[tuple[float, float, float]], floor: float) -> _Array:
    """Gain of resonances (centre hertz, level, width hertz) over a floor."""
    gain = np.full(hertz.shape, floor)
    for centre, level, width in peaks:
        gain += level / (1.0 + ((hertz - centre) / (width / 2)) ** 2)
    return gain


_FIDDLE_BODY = ((290, 1.0, 120), (460, 1.1, 150), (880, 0.7, 400), (2600, 1.0, 1600))


def _strings(key: Key) -> Floats:
    """A section: each desk a little apart in pitch, the body's resonances standing still."""
    n = harmonics_below(key.hertz, 13_000)
    hertz = n * key.hertz
    colour = 1.0 / np.sqrt(1.0 + (hertz / (1300 + 2600 * key.velocity)) ** 3)
    level = colour * formants(hertz, _FIDDLE_BODY, 0.55) / n**0.95
    # Bow hair: a breath of noise that follows the section.
    hair = Hills(hertz[:24], level[:24], 160.0, 0.6, partial(response, highpass(900)))
    bits = cycle_bits(key.seconds)
    return steady(key.rng, bits, (1.0, Hills(hertz, level, 9.0, 0.9)), (0.10, hair))


def _pizzicato(key: Key) -> Floats:
    """A section plucking: nearly together, from left to right."""
    out = np.zeros((2, key.count), np.float32)
    for desk in range(4):
        late = frames(0.0 if desk == 0 else key.rng.uniform(0.002, 0.016))
        if late >= key.count:
            continue
        modes = string_modes(
            key.hertz * 2 ** (key.rng.normal(0, 1.2 if desk else 0.0) / 1200),
            brightness=900 + 1500 * key.velocity,
            pluck=0.22 + 0.03 * desk,
            sustain=0.75 * 2.0 ** (-(key.pitch - 60) / 26),
            damping=0.28,
            most=36,
        )
        one = ring(modes, key.count - late)
        place = desk / 3
        out[0, late:] += one * np.float32(np.cos(place * np.pi / 2) + 0.3)
        out[1, late:] += one * np.float32(np.sin(place * np.pi / 2) + 0.3)
    count = min(frames(0.05), key.count)
    finger = band_noise(key.rng, count, 250, 1800, 2) * decay(count, 0.025)
    out[:, :count] += finger * np.float32(0.10 * np.abs(out).max())
    return filtered(out, peaking(290, 3, 1.5), peaking(480, 2.5, 1.5), highpass(60))


_AH = ((730, 1.0, 130), (1090, 0.55, 150), (2440, 0.22, 260), (3400, 0.12, 350))
_OO = ((330, 1.0, 110), (870, 0.22, 130), (2240, 0.05, 250), (3100, 0.03, 350))


def _choir(key: Key) -> Floats:
    """Singers that turn from "oo" to "ah" and back as one breathes out."""
    n = harmonics_below(key.hertz, 9000)
    hertz = n * key.hertz
    source = n**-0.8 / np.sqrt(1.0 + (hertz / (1600 + 2400 * key.velocity)) ** 2)
    # The singers move their vowels up with the pitch, so that the lowest harmonic is carried.
    lift = max(1.0, key.hertz / 420)
    vowels = []
    for vowel in (_OO, _AH):
        raised = [(centre * (lift if centre < 1200 else 1.0), a, b) for centre, a, b in vowel]
        level = source * formants(hertz, raised, 0.02)
        vowels.append(Hills(hertz, level, 13.0, 0.85))
    return turning(key.rng, *vowels)


def _warm_pad(key: Key) -> Floats:
    """Analogue strings behind a low-pass that opens and closes slowly."""
    n = harmonics_below(key.hertz, 9000)
    hertz = n * key.hertz
    level = (1.0 / n) * np.where(n % 2 == 0, 0.8, 1.0)
    shades = []
    for cutoff in (480 + 420 * key.velocity, 1300 + 1500 * key.velocity):
        shape = 1.0 / np.sqrt(1.0 + (hertz / (cutoff + 0.8 * key.hertz)) ** 4)
        shades.append(Hills(hertz, level * shape, 8.0, 0.75))
    return turning(key.rng, *shades)


def _glass_pad(key: Key) -> Floats:
    """Bowed glass: few partials, high ones shimmering in and out."""
    body = np.array([1.0, 2.0, 3.0, 4.0, 6.0])
    base = Hills(body * key.hertz, np.array([1.0, 0.34, 0.16, 0.12, 0.05]), 4.0, 0.5)
    shine = np.array([1.0, 2.0, 4.0, 5.0, 8.0, 10.0, 12.0, 16.0])
    level = np.array([0.75, 0.4, 0.34, 0.14, 0.22, 0.10, 0.10, 0.05]) * (0.6 + 0.5 * key.velocity)
    hertz = shine * key.hertz
    level = level / (1.0 + (hertz / 6500) ** 2)
    level[0] = 0.75
    return turning(key.rng, base, Hills(hertz, level, 5.0, 0.4))


PATCHES: dict[str, Patch] = {
    "strings": Patch(_strings, attack=0.11, release=0.42, endless=True),
    "pizzicato": Patch(_pizzicato, release=0.25, level_db=0.5),
    "choir": Patch(_choir, attack=0.16, release=0.5, endless=True),
    "warm_pad": Patch(_warm_pad, attack=0.3, release=0.9, endless=True, level_db=-1.0),
    "glass_pad": Patch(_glass_pad, attack=0.2, release=1.1, endless=True, level_db=-1.5),
}
