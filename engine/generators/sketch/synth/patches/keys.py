"""Keyboards: pianos by modal synthesis, the electric one by its pickup, organs by harmonics."""

from __future__ import annotations

import numpy as np

from engine.generators.sketch.synth.dsp import (
    Floats,
    band_noise,
    control_axis,
    decay,
    fade_in,
    filtered,
    frames,
    highpass,
    lowpass,
    ramps,
    seconds_axis,
    soft_clip,
    white,
)
from engine.generators.sketch.synth.modal import Modes, ring, string_modes
from engine.generators.sketch.synth.patches.patch import Key, Patch
from engine.generators.sketch.synth.wavetable import harmonics_below, phase_ramp, read, tables

__all__ = ["PATCHES"]


def _strings_of(key: Key, *, bright: float, sustain: float, most: int) -> Modes:
    """The two or three strings of one piano key: a quick and a slow decay, beating softly."""
    stiffness = 3.2e-4 * float(np.exp(0.088 * (key.pitch - 60))) + 4e-5
    fall = sustain * 2.0 ** (-(key.pitch - 48) / 15)
    struck = string_modes(
        key.hertz,
        brightness=bright,
        pluck=0.121,
        sustain=fall * 0.45,
        damping=0.11,
        stiffness=min(stiffness, 0.012),
        most=most,
    )
    cents = 2.0 ** (key.rng.normal(0.0, 0.5, len(struck.hertz)) / 1200)
    cents[0] = 2.0 ** (0.35 / 1200)
    after = Modes(
        struck.hertz * cents,
        struck.amplitude * 0.34,
        struck.seconds * 2.6,
        np.full(len(struck.hertz), 0.3),
    )
    return struck + after


def _grand(key: Key, *, bright: float, sustain: float, knock: float, most: int = 56) -> Floats:
    """A piano key in stereo: strings, soundboard and hammer."""
    strings = _strings_of(key, bright=bright, sustain=sustain, most=most)
    board = Modes(
        np.array([78.0, 118.0, 171.0, 246.0, 341.0, 489.0]),
        np.array([1.0, 0.9, 0.7, 0.5, 0.35, 0.25]) * knock,
        np.array([0.30, 0.24, 0.20, 0.15, 0.11, 0.08]),
        np.zeros(6),
    )
    # Low keys lean to the left, high ones to the right, as the player hears them.
    lean = (min(max(key.pitch, 30), 100) - 65) / 35 * 0.16
    tilt = np.array([[1.0 - lean], [1.0 + lean]])
    spread, turn = np.empty((2, 2, len(strings.hertz)))
    for side in range(2):
        spread[side] = key.rng.uniform(0.72, 1.28, len(strings.hertz))
        turn[side] = key.rng.uniform(-0.5, 0.5, len(strings.hertz))
    spread[:, 0] = 1.0
    heard = Modes(
        strings.hertz,
        strings.amplitude * spread * tilt,
        strings.seconds,
        strings.phase + turn * np.minimum(strings.hertz / 1500, 1.0),
    )
    out = ring(heard + board.heard(1.0 - lean, 1.0 + lean), key.count)
    count = min(frames(0.07), key.count)
    hammer = band_noise(key.rng, count, 220, 1400 + 1800 * key.velocity, 2)
    hammer *= decay(count, 0.05) * np.float32(0.09 * knock * np.abs(out).max())
    out[:, :count] += hammer
    # The felt leaves the string gradually.
    soft = min(frames(0.0016), key.count)
    out[:, :soft] *= fade_in(soft)
    return out


def _piano(key: Key) -> Floats:
    bright = (750 + 2900 * key.velocity**1.5) * (key.hertz / 262) ** 0.42
    return _grand(key, bright=bright, sustain=11.0, knock=0.28 + 0.3 * key.velocity)


def _felt_piano(key: Key) -> Floats:
    bright = (330 + 700 * key.velocity) * (key.hertz / 262) ** 0.5
    out = _grand(key, bright=bright, sustain=7.0, knock=0.75, most=24)
    # The mechanism is close to the microphones.
    count = min(frames(0.11), key.count)
    rustle = band_noise(key.rng, count, 500, 3200, 2) * decay(count, 0.13)
    out[:, :count] += rustle * np.float32(0.016 * np.abs(out).max())
    return out


def _electric_piano(key: Key) -> Floats:
    """A tine before a magnetic pickup: harder strokes swing past the pole and bark."""
    time = seconds_axis(key.count)
    fall = 5.5 * 2.0 ** (-(key.pitch - 55) / 22)
    swing = decay(key.count, fall) * np.float32(0.18 + 0.85 * key.velocity**1.4)
    turn = phase_ramp(key.count, key.hertz).astype(np.float32) * np.float32(2 * np.pi / 2**32)
    place = swing * np.sin(turn) + np.float32(0.28)
    # The flux a pole sees; the coil hears its change.
    flux = np.exp(-np.square(place * np.float32(1.25)))
    out = np.diff(flux, prepend=flux[:1]) * np.float32(44_100 / (2 * np.pi * key.hertz))
    tine = Modes(
        key.hertz * np.array([6.27, 11.0, 17.55]),
        np.array([0.16, 0.05, 0.05]) * (0.25 + key.velocity),
        np.array([0.55, 0.3, 0.16]),
        np.zeros(3),
    )
    out[: key.count] += ring(tine, key.count) * np.float32(0.5)
    thump = np.sin(2 * np.pi * 92 * time) * decay(key.count, 0.09) * np.float32(0.10)
    out += thump
    out[: frames(0.001)] *= fade_in(frames(0.001))[: key.count]
    return filtered(out.astype(np.float32), lowpass(5200 + 3000 * key.velocity), highpass(45))


_DRAWBARS = {1: 0.75, 2: 1.0, 3: 0.75, 4: 0.4, 6: 0.22, 8: 0.28}
"""Harmonics of the sixteen-foot pipe, hence an octave below the key."""


def _organ(key: Key) -> Floats:
    """Tone wheels through a turning loudspeaker: a shimmer of pitch, level and place."""
    wave = np.zeros((1, 8))
    for harmonic, level in _DRAWBARS.items():
        wave[0, harmonic - 1] = level if harmonic * key.hertz / 2 < 18_000 else 0.0
    wave[0, 0] *= 0.6
    table = tables(wave)[0]
    time = control_axis(key.count)
    sides = []
    for angle in (0.0, 2.1):
        spin = np.sin(2 * np.pi * (6.6 * time + key.rng.uniform(0, 0.1)) + angle)
        tone = read(table, phase_ramp(key.count, key.hertz / 2, 0.0, 0.045 * spin))
        tone *= ramps(1.0 + 0.13 * np.cos(2 * np.pi * 6.6 * time + angle), key.count)
        sides.append(tone)
    out = np.stack(sides)
    click = min(frames(0.012), key.count)
    out[:, :click] += white(key.rng, click) * decay(click, 0.012) * np.float32(0.25 * key.velocity)
    soft = min(frames(0.004), key.count)
    out[:, :soft] *= fade_in(soft)
    return soft_clip(out, 0.35 + 0.35 * key.velocity)


def _harpsichord(key: Key) -> Floats:
    """Two choirs of strings, the second an octave up, each plucked by a quill."""
    bright = 5200.0 * (key.hertz / 262) ** 0.25
    sustain = 5.0 * 2.0 ** (-(key.pitch - 48) / 18)
    low = string_modes(
        key.hertz, brightness=bright, pluck=0.14, sustain=sustain, damping=0.05, stiffness=4e-5
    )
    high = string_modes(
        key.hertz * 2.0, brightness=bright, pluck=0.11, sustain=sustain * 0.8, damping=0.06
    )
    bank = low + Modes(high.hertz * 1.0003, high.amplitude * 0.4, high.seconds, high.phase)
    out = ring(bank, key.count)
    count = min(frames(0.03), key.count)
    quill = band_noise(key.rng, count, 1800, 7500) * decay(count, 0.012)
    out[:count] += quill * np.float32(0.16 * np.abs(out).max())
    return filtered(out, highpass(110))


def _accordion(key: Key) -> Floats:
    """Three reeds, two of them tuned apart for the shimmer, swelling with the bellows."""
    n = harmonics_below(key.hertz, 9000)
    reed = np.abs(np.sin(np.pi * n * 0.27)) / n**0.85
    reed *= 1.0 / (1.0 + (n * key.hertz / (1500 + 2600 * key.velocity)) ** 2)
    table = tables(reed[None, :])[0]
    count = key.count
    sides = [np.zeros(count, np.float32), np.zeros(count, np.float32)]
    for cents, left, right in ((0.0, 1.0, 1.0), (7.5, 0.6, 0.25), (-7.5, 0.25, 0.6)):
        phase = phase_ramp(count, key.hertz * 2 ** (cents / 1200), key.rng.uniform())
        tone = read(table, phase)
        sides[0] += tone * np.float32(left)
        sides[1] += tone * np.float32(right)
    air = band_noise(key.rng, count, 900, 5000) * np.float32(0.012)
    out = np.stack(sides) + air
    out *= ramps(1.0 - 0.25 * np.exp(-control_axis(count) * 6.0), count)
    return out


PATCHES: dict[str, Patch] = {
    "piano": Patch(_piano, release=0.22, level_db=1.5),
    "felt_piano": Patch(_felt_piano, release=0.30, level_db=1.5),
    "electric_piano": Patch(_electric_piano, release=0.16, sway=4.6, level_db=-0.5),
    "organ": Patch(_organ, release=0.05, held=True),
    "harpsichord": Patch(_harpsichord, release=0.09, level_db=-2.0),
    "accordion": Patch(_accordion, attack=0.03, release=0.08, held=True, level_db=-0.5),
}
