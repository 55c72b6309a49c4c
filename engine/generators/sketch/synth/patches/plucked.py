"""Plucked strings: partials that die away at their own rates, and the bodies that answer them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.generators.sketch.synth.dsp import (
    Floats,
    Sections,
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
    ramps,
    response,
    soft_clip,
)
from engine.generators.sketch.synth.modal import Modes, ring, string_modes
from engine.generators.sketch.synth.patches.patch import Key, Patch
from engine.generators.sketch.synth.wavetable import glide, harmonics_below, phase_ramp, tables

__all__ = ["PATCHES"]

_Body = tuple[Sections, ...]
_NYLON: _Body = (peaking(98, 5, 3), peaking(196, 4, 2.5), peaking(390, 2.5, 2), highpass(70))
_STEEL: _Body = (peaking(105, 3.5, 3), peaking(210, 3, 2.5), high_shelf(4200, 2.5), highpass(75))
_SMALL: _Body = (peaking(290, 5, 2.5), peaking(560, 4, 2), highpass(170))
_CABINET: _Body = (
    highpass(95),
    peaking(125, 3, 1.2),
    peaking(2300, 4.5, 0.9),
    lowpass(5000, 0.9),
    lowpass(6400),
)


def _pick(key: Key, out: Floats, low: float, high: float, amount: float) -> None:
    """The nail or plectrum on the string, in place."""
    count = min(frames(0.03), key.count)
    click = band_noise(key.rng, count, low, high) * decay(count, 0.014)
    out[:count] += click * np.float32(amount * np.abs(out).max())


def _plucked(
    key: Key, *, bright: float, pluck: float, sustain: float, damping: float, stiffness: float
) -> Floats:
    """A string that swings in two planes, one dying sooner: (frames,)."""
    where = pluck + key.rng.uniform(-0.012, 0.012)
    fall = sustain * 2.0 ** (-(key.pitch - 52) / 17)
    first = string_modes(
        key.hertz,
        brightness=bright,
        pluck=where,
        sustain=fall,
        damping=damping,
        stiffness=stiffness,
        most=70,
    )
    second = Modes(
        first.hertz * 2.0 ** (0.6 / 1200), first.amplitude * 0.4, first.seconds * 0.4, first.phase
    )
    return ring(first + second, key.count)


def _nylon(key: Key) -> Floats:
    bright = 900 + 1900 * key.velocity
    out = _plucked(key, bright=bright, pluck=0.26, sustain=4.2, damping=0.45, stiffness=2e-5)
    _pick(key, out, 300, 2200, 0.10)
    return filtered(out, *_NYLON)


def _steel(key: Key) -> Floats:
    bright = 2100 + 3600 * key.velocity
    out = _plucked(key, bright=bright, pluck=0.17, sustain=6.5, damping=0.13, stiffness=6e-5)
    _pick(key, out, 1500, 7000, 0.10)
    return filtered(out, *_STEEL)


def _clean(key: Key) -> Floats:
    """Electric: the pickup hears the string at one place, and has a peak of its own."""
    bright = 1700 + 2400 * key.velocity
    out = _plucked(key, bright=bright, pluck=0.21, sustain=6.0, damping=0.16, stiffness=5e-5)
    _pick(key, out, 900, 4500, 0.06)
    out = filtered(out, highpass(80), peaking(3400, 4, 1.1), lowpass(6200))
    return soft_clip(out * np.float32(1.0 / np.abs(out).max()), 1.1)


def _muted(key: Key) -> Floats:
    """The heel of the hand on the bridge."""
    bright = 900 + 1700 * key.velocity
    out = _plucked(key, bright=bright, pluck=0.12, sustain=0.62, damping=0.55, stiffness=5e-5)
    _pick(key, out, 600, 3500, 0.22)
    return filtered(out, highpass(85), peaking(1100, 3, 1.0), lowpass(5200))


def _distorted(key: Key) -> Floats:
    """A string into a valve stage with far more gain than it was made for, then a cabinet."""
    sides = []
    for _ in range(2):
        string = string_modes(
            key.hertz,
            brightness=2600,
            pluck=0.13 + key.rng.uniform(-0.02, 0.02),
            sustain=16.0 * 2.0 ** (-(key.pitch - 52) / 17),
            damping=0.05,
            stiffness=4e-5,
            most=36,
        )
        sides.append(string.amplitude)
    # The amplifier's input filters, applied to the partials themselves.
    tone = response(np.concatenate((highpass(150), peaking(900, 4, 0.7))), string.hertz)
    sound = ring(replace(string, amplitude=np.stack(sides) * tone), key.count)
    loudest = np.abs(sound).max(axis=1, keepdims=True)
    sound *= np.float32(5.0 + 9.0 * key.velocity) / loudest
    sound += np.float32(0.25)
    np.tanh(sound, out=sound)
    sound -= np.float32(np.tanh(0.25))
    # Played twice, left and right, as on records.
    return filtered(sound, *_CABINET)


def _ukulele(key: Key) -> Floats:
    bright = 1500 + 2200 * key.velocity
    out = _plucked(key, bright=bright, pluck=0.31, sustain=2.4, damping=0.5, stiffness=2e-5)
    _pick(key, out, 600, 3500, 0.12)
    return filtered(out, *_SMALL)


def _harp(key: Key) -> Floats:
    bright = 1100 + 2300 * key.velocity
    out = _plucked(key, bright=bright, pluck=0.42, sustain=6.5, damping=0.35, stiffness=1.5e-5)
    _pick(key, out, 200, 1500, 0.06)
    return filtered(out, peaking(180, 2.5, 1.2), peaking(420, 2, 1.2), highpass(45))


def _koto(key: Key) -> Floats:
    """Silk over a long hollow board, plucked hard by the bridge with ivory."""
    bright = 2300 + 2500 * key.velocity
    out = _plucked(key, bright=bright, pluck=0.075, sustain=3.4, damping=0.28, stiffness=8e-5)
    _pick(key, out, 1200, 6000, 0.26)
    return filtered(out, highpass(120), peaking(330, 3, 2), peaking(820, 4, 1.6))


def _sitar(key: Key) -> Floats:
    """The curved bridge shortens the string at every swing: a buzz that sweeps down."""
    count = key.count
    n = harmonics_below(key.hertz, 12_000)
    stack = 20
    centres = key.hertz * np.geomspace(26, 3.0, stack)
    base = np.abs(np.sin(np.pi * n * 0.11)) / n**0.55
    spectra = np.stack(
        [base * (0.12 + np.exp(-((np.log(n * key.hertz / c) / 0.5) ** 2))) for c in centres]
    )
    spectra[:, 0] = base[0] * 0.8
    time = control_axis(count)
    fall = 4.0 * 2.0 ** (-(key.pitch - 55) / 20)
    place = (stack - 1) * (1.0 - np.exp(-time / (0.22 * fall)))
    # Pulled a little sharp by the stroke.
    bend = 0.28 * np.exp(-time / 0.035)
    out = glide(tables(spectra), phase_ramp(count, key.hertz, 0.0, bend), place)
    out *= decay(count, fall)
    taraf = Modes(
        key.hertz * np.array([2.0, 3.0, 4.0, 6.0, 8.0]),
        0.05 * np.array([1.0, 0.7, 0.6, 0.4, 0.3]) * np.abs(out).max(),
        np.full(5, 3.5),
        np.zeros(5),
    )
    out += ring(taraf, count) * ramps(1.0 - np.exp(-time / 0.15), count)
    out[: frames(0.001)] *= fade_in(frames(0.001))[: key.count]
    _pick(key, out, 1800, 7000, 0.2)
    return filtered(out, highpass(110), peaking(700, 2.5, 1.2))


PATCHES: dict[str, Patch] = {
    "nylon_guitar": Patch(_nylon, release=0.18, variants=2),
    "steel_guitar": Patch(_steel, release=0.16, variants=2, level_db=-1.0),
    "clean_guitar": Patch(_clean, release=0.12, variants=2),
    "muted_guitar": Patch(_muted, release=0.06, variants=2, level_db=2.5),
    "distorted_guitar": Patch(_distorted, release=0.07, variants=2, level_db=1.0),
    "ukulele": Patch(_ukulele, release=0.14, variants=2),
    "harp": Patch(_harp, release=0.9, variants=2),
    "koto": Patch(_koto, release=0.35, variants=2, level_db=0.5),
    "sitar": Patch(_sitar, release=0.4, variants=2, level_db=-2.0),
}
