"""One player who bows or blows: harmonics that follow the breath, vibrato that comes in late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.generators.sketch.synth.dsp import (
    Floats,
    band_noise,
    control_axis,
    curve,
    filtered,
    highpass,
    lowpass,
    ramps,
    white,
)
from engine.generators.sketch.synth.patches.ensembles import formants
from engine.generators.sketch.synth.patches.patch import Key, Patch
from engine.generators.sketch.synth.wavetable import glide, harmonics_below, phase_ramp, tables

__all__ = ["PATCHES"]

_Array = NDArray[np.float64]
_STACK = 10


@dataclass(frozen=True, slots=True)
class Player:
    """How someone plays a note, whatever the instrument."""

    vibrato_hz: float = 5.3
    vibrato_cents: float = 14.0
    vibrato_after: float = 0.35
    """Seconds until the vibrato is full."""
    scoop_cents: float = 0.0
    """How far below (negative) or above the note begins."""
    scoop: float = 0.04
    """Seconds to reach the note."""
    speaks: float = 0.05
    """Seconds until the note is at its level."""
    opens: float = 0.08
    """Seconds until it is at its brightest."""
    settles: float = 0.75
    """Brightness that stays, as a part of the brightest."""


def _bend(key: Key, how: Player) -> _Array:
    """Deviation of pitch in semitones: scoop, vibrato and the small drift of a living tone."""
    time = control_axis(key.count)
    onset = np.clip((time - 0.35 * how.vibrato_after) / how.vibrato_after, 0.0, 1.0)
    rate = how.vibrato_hz * key.rng.uniform(0.95, 1.05)
    sway = np.sin(2 * np.pi * (rate * time + key.rng.uniform(0, 1)))
    out: _Array = how.vibrato_cents / 100 * sway * onset
    out += how.scoop_cents / 100 * np.exp(-time / how.scoop)
    out += np.sin(2 * np.pi * (0.7 * time + key.rng.uniform(0, 1))) * 0.015
    return out


def _tone(key: Key, how: Player, colours: Floats) -> Floats:
    """Cycles from the darkest to the brightest, led by the breath: (frames,)."""
    bend = _bend(key, how)
    open_ = curve(key.count, ((0.0, 0.0), (how.opens, 1.0), (how.opens * 4 + 0.2, how.settles)))
    # The vibrato is heard in the colour as much as in the pitch.
    place = np.clip(open_ + 0.35 * bend, 0.0, 1.0) * (_STACK - 1)
    out = glide(colours, phase_ramp(key.count, key.hertz, 0.0, bend), place)
    out *= ramps(1.0 - np.exp(-control_axis(key.count) * (3.0 / how.speaks)), key.count)
    return out


def _stack(
    key: Key, dark: float, bright: float, steep: float, body: _Array, slope: float
) -> Floats:
    """Cycles of a source falling with ``slope`` under cut-offs from dark to bright."""
    n = np.arange(1, len(body) + 1, dtype=np.float64)
    cuts = np.geomspace(dark, bright, _STACK)[:, None] + 0.5 * key.hertz
    shade = 1.0 / np.sqrt(1.0 + (n * key.hertz / cuts) ** (2 * steep))
    return tables(body / n**slope * shade)


def _breath(key: Key, low: float, high: float, amount: float, chiff: float) -> Floats:
    """Air beside the tone, more of it where the note starts."""
    noise = band_noise(key.rng, key.count, low, high)
    level = amount + chiff * 10 ** (-3.0 * control_axis(key.count) / 0.12)
    noise *= ramps(level, key.count)
    return noise


def _bowed(key: Key, body: Sequence[tuple[float, float, float]], how: Player, air: float) -> Floats:
    n = harmonics_below(key.hertz, 14_000)
    gain = formants(n * key.hertz, body, 0.45)
    colours = _stack(key, 900, 2200 + 4200 * key.velocity, 1.3, gain, 0.85)
    out = _tone(key, how, colours)
    hair = _breath(key, 1400, 6500, 0.010 * air, 0.05 * air)
    return filtered(out / np.float32(np.abs(out).max()) + hair, highpass(0.6 * key.hertz))


_VIOLIN_BODY = (
    (275, 0.8, 60),
    (460, 1.1, 110),
    (560, 0.7, 120),
    (980, 0.5, 300),
    (2700, 1.0, 1300),
)
_CELLO_BODY = ((100, 0.7, 40), (185, 1.0, 60), (300, 0.6, 120), (620, 0.6, 250), (1900, 0.8, 1100))


def _violin(key: Key) -> Floats:
    how = Player(5.7, 19, 0.4, scoop_cents=-18, scoop=0.03, speaks=0.09, opens=0.12)
    return _bowed(key, _VIOLIN_BODY, how, 1.0)


def _cello(key: Key) -> Floats:
    how = Player(5.1, 15, 0.45, scoop_cents=-12, scoop=0.04, speaks=0.11, opens=0.16)
    return _bowed(key, _CELLO_BODY, how, 0.8)


_BELL_OF_TRUMPET = ((1200, 0.9, 700), (2300, 0.6, 1000))


def _trumpet(key: Key) -> Floats:
    n = harmonics_below(key.hertz, 13_000)
    body = formants(n * key.hertz, _BELL_OF_TRUMPET, 0.6)
    how = Player(5.2, 9, 0.5, scoop_cents=-35, scoop=0.022, speaks=0.035, opens=0.07, settles=0.7)
    colours = _stack(key, 700, 1700 + 3800 * key.velocity, 1.6, body, 0.35)
    out = _tone(key, how, colours)
    return out / np.float32(np.abs(out).max()) + _breath(key, 1500, 7000, 0.004, 0.05)


def _brass(key: Key) -> Floats:
    """A section of four, from left to right."""
    n = harmonics_below(key.hertz, 11_000)
    body = formants(n * key.hertz, ((620, 0.6, 500), (1500, 0.5, 900)), 0.6)
    colours = _stack(key, 420, 1100 + 2900 * key.velocity, 1.6, body, 0.5)
    out = np.zeros((2, key.count), np.float32)
    for seat, (left, right) in enumerate(((1.0, 1.0), (1.0, 0.35), (0.35, 1.0), (0.8, 0.6))):
        apart = 0.0 if seat == 0 else key.rng.uniform(4, 9) * (-1) ** seat
        how = Player(
            key.rng.uniform(4.6, 5.4),
            6,
            0.7,
            scoop_cents=apart - key.rng.uniform(20, 50),
            scoop=0.03,
            speaks=key.rng.uniform(0.04, 0.07),
            opens=key.rng.uniform(0.08, 0.13),
            settles=0.72,
        )
        seat_key = Key(key.pitch, key.velocity, key.seconds, key.rng)
        one = _tone(seat_key, how, colours)
        loud = 1.0 if seat == 0 else 0.6
        out[0] += one * np.float32(left * loud)
        out[1] += one * np.float32(right * loud)
    return out


def _saxophone(key: Key) -> Floats:
    """A reed: rich and a little nasal, with the breath never far away."""
    n = harmonics_below(key.hertz, 12_000)
    body = formants(
        n * key.hertz, ((480, 1.0, 260), (1150, 0.8, 350), (2600, 0.5, 700), (3600, 0.3, 900)), 0.25
    )
    how = Player(5.0, 17, 0.5, scoop_cents=-60, scoop=0.035, speaks=0.045, opens=0.06, settles=0.8)
    colours = _stack(key, 800, 1900 + 2900 * key.velocity, 1.2, body, 0.55)
    out = _tone(key, how, colours)
    out /= np.float32(np.abs(out).max())
    growl = filtered(white(key.rng, key.count), lowpass(160))
    out *= 1.0 + growl * np.float32(0.25 * key.velocity)
    return out + _breath(key, 900, 6000, 0.010, 0.05)


def _clarinet(key: Key) -> Floats:
    """A closed tube: odd harmonics below the break, all of them above it."""
    n = harmonics_below(key.hertz, 10_000)
    even = np.clip(0.08 + n * key.hertz / 6500, 0.0, 0.8)
    body = np.where(n % 2 == 1, 1.0, even) * formants(n * key.hertz, ((1500, 0.5, 1400),), 0.7)
    how = Player(4.8, 4, 0.8, scoop_cents=-15, scoop=0.02, speaks=0.06, opens=0.09, settles=0.85)
    out = _tone(key, how, _stack(key, 700, 1500 + 2000 * key.velocity, 1.3, body, 0.75))
    return out / np.float32(np.abs(out).max()) + _breath(key, 1200, 5000, 0.005, 0.03)


def _piped(key: Key, how: Player, levels: Sequence[float], air: float, chiff: float) -> Floats:
    """An edge tone: few harmonics, the level swaying with the vibrato, air around the pitch."""
    levels_of = np.zeros(len(levels)) + np.asarray(levels)
    n = np.arange(1, len(levels) + 1, dtype=np.float64)
    levels_of = np.where(n * key.hertz < 16_000, levels_of, 0.0)
    spectra = levels_of * np.linspace(0.35, 0.8 + 0.5 * key.velocity, _STACK)[:, None] ** (n - 1)
    out = _tone(key, how, tables(spectra))
    sway = np.clip(1.0 + 1.1 * _bend(key, how), 0.5, 1.5)
    out *= ramps(sway / np.abs(out).max(), key.count)
    near = band_noise(key.rng, key.count, 0.8 * key.hertz, min(2.6 * key.hertz, 9000))
    wide = _breath(key, 2000, 9000, 0.4 * air, chiff)
    near *= ramps(air * (1.0 - np.exp(-control_axis(key.count) / how.speaks)), key.count)
    out += wide
    out += near
    return out


def _flute(key: Key) -> Floats:
    how = Player(5.0, 9, 0.45, scoop_cents=-20, scoop=0.03, speaks=0.08, opens=0.10, settles=0.85)
    return _piped(key, how, (1.0, 0.55, 0.30, 0.10, 0.06, 0.03), 0.022, 0.07)


def _suling(key: Key) -> Floats:
    """Bamboo: airier than the flute, leaning into its notes from below."""
    how = Player(5.9, 24, 0.3, scoop_cents=-90, scoop=0.045, speaks=0.05, opens=0.07, settles=0.7)
    return _piped(key, how, (1.0, 0.30, 0.40, 0.08, 0.10, 0.02), 0.055, 0.16)


PATCHES: dict[str, Patch] = {
    "violin": Patch(_violin, attack=0.015, release=0.16, held=True, level_db=-1.5),
    "cello": Patch(_cello, attack=0.015, release=0.2, held=True, level_db=-1.5),
    "brass": Patch(_brass, attack=0.004, release=0.12, level_db=-1.0, held=True),
    "trumpet": Patch(_trumpet, attack=0.004, release=0.09, level_db=-1.5, held=True),
    "saxophone": Patch(_saxophone, attack=0.006, release=0.1, level_db=-1.0, held=True),
    "flute": Patch(_flute, attack=0.01, release=0.12, held=True, level_db=-0.5),
    "suling": Patch(_suling, attack=0.008, release=0.13, level_db=0.5, held=True),
    "clarinet": Patch(_clarinet, attack=0.01, release=0.1, held=True, level_db=-1.5),
}
