"""Synthesizers: leads, plucks, the wide saw stack and the chip."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.generators.sketch.synth.dsp import (
    Floats,
    control_axis,
    curve,
    decay,
    fade_in,
    frames,
    ramps,
    soft_clip,
)
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

_Array = NDArray[np.float64]
_STACK = 24


def _filtered_stack(key: Key, wave: _Array, low: float, high: float, peak: float) -> Floats:
    """Cycles under a resonant low-pass from ``low`` to ``high`` hertz, keyboard tracking in."""
    n = np.arange(1, len(wave) + 1, dtype=np.float64)
    cutoff = np.geomspace(low, high, _STACK)[:, None] + 0.7 * key.hertz
    x = n * key.hertz / cutoff
    return tables(wave / np.sqrt((1 - x**2) ** 2 + (x / peak) ** 2))


def _vibrato(key: Key, cents: float, hertz: float = 5.4, after: float = 0.4) -> _Array:
    """Semitones, at the control nodes."""
    time = control_axis(key.count)
    onset: _Array = np.clip((time - after) / 0.4, 0.0, 1.0)
    return cents / 100 * onset * np.sin(2 * np.pi * hertz * time)


def _falling(key: Key, seconds: float) -> _Array:
    """As ``decay``, at the control nodes."""
    return np.asarray(10 ** (-3.0 * control_axis(key.count) / seconds))


def _start_softly(out: Floats, seconds: float) -> Floats:
    count = min(frames(seconds), out.shape[-1])
    out[..., :count] *= fade_in(count)
    return out


def _unison(
    key: Key,
    stack: Floats,
    place: _Array | None,
    bend: _Array | None,
    voices: tuple[tuple[float, float, float], ...],
) -> Floats:
    """Several oscillators as (cents, left, right), summed: (2, frames).

    ``place`` in the stack, at the control nodes; None: it is one cycle only.
    """
    out = np.zeros((2, key.count), np.float32)
    for cents, left, right in voices:
        hertz = key.hertz * 2 ** (cents / 1200)
        phase = phase_ramp(key.count, hertz, key.rng.uniform(), bend)
        one = read(stack[0], phase) if place is None else glide(stack, phase, place)
        out[0] += one * np.float32(left)
        out[1] += one * np.float32(right)
    return out


def _saw_lead(key: Key) -> Floats:
    n = harmonics_below(key.hertz, 16_000)
    stack = _filtered_stack(key, saw(n), 900, 2400 + 5200 * key.velocity, 1.5)
    shape = curve(key.count, ((0.0, 0.55), (0.02, 1.0), (0.35, 0.62), (2.0, 0.5)))
    voices = ((0.0, 1.0, 1.0), (7.0, 0.75, 0.3), (-7.0, 0.3, 0.75))
    out = _unison(key, stack, shape * (_STACK - 1), _vibrato(key, 14), voices)
    return _start_softly(out, 0.004)


def _square_lead(key: Key) -> Floats:
    """A pulse whose width breathes: a stack over widths instead of cut-offs."""
    n = harmonics_below(key.hertz, 14_000)
    shade = 1.0 / np.sqrt(1.0 + (n * key.hertz / (1800 + 3800 * key.velocity)) ** 3)
    widths = np.linspace(0.5, 0.22, _STACK)
    stack = tables(np.stack([square(n, width) * shade for width in widths]))
    breath = 0.35 - 0.35 * np.cos(2 * np.pi * 0.6 * control_axis(key.count))
    bend = _vibrato(key, 12)
    place = breath * (_STACK - 1)
    out = glide(stack, phase_ramp(key.count, key.hertz, 0.25, bend), place)
    return _start_softly(out, 0.004)


_SEVEN = (
    (0.0, 1.0, 1.0),
    (5.5, 0.9, 0.35),
    (-5.5, 0.35, 0.9),
    (11.5, 0.3, 0.85),
    (-11.5, 0.85, 0.3),
    (19.0, 0.75, 0.2),
    (-19.0, 0.2, 0.75),
)


def _supersaw(key: Key) -> Floats:
    n = harmonics_below(key.hertz, 17_000)
    cutoff = 2600 + 7000 * key.velocity + key.hertz
    wave = saw(n) / np.sqrt(1.0 + (n * key.hertz / cutoff) ** 4)
    stack = tables(wave[None, :])
    out = _unison(key, stack, None, None, _SEVEN)
    return _start_softly(out, 0.006)


def _synth_pluck(key: Key) -> Floats:
    n = harmonics_below(key.hertz, 16_000)
    stack = _filtered_stack(key, saw(n), 260, 1800 + 6500 * key.velocity, 1.8)
    place = _falling(key, 0.55) * (_STACK - 1)
    voices = ((0.0, 1.0, 1.0), (6.0, 0.8, 0.25), (-6.0, 0.25, 0.8))
    out = _unison(key, stack, place, None, voices)
    out *= decay(key.count, 1.5)
    return _start_softly(out, 0.002)


def _arp_synth(key: Key) -> Floats:
    """A hollow pulse with a singing filter: thinner than the pluck, made for runs."""
    n = harmonics_below(key.hertz, 15_000)
    wave = square(n, 0.36) + 0.25 * saw(n) * (n % 2 == 0)
    stack = _filtered_stack(key, wave, 500, 2200 + 3600 * key.velocity, 3.2)
    place = (0.25 + 0.75 * _falling(key, 0.4)) * (_STACK - 1)
    level = (0.3 + 0.7 * _falling(key, 0.5)) * _falling(key, 4.0)
    voices = ((0.0, 1.0, 0.8), (3.5, 0.3, 0.6))
    out = _unison(key, stack, place, None, voices)
    out *= ramps(level, key.count)
    return _start_softly(out, 0.002)


def _chip_lead(key: Key) -> Floats:
    """A quarter pulse in sixteen steps of level, as game consoles had."""
    n = harmonics_below(key.hertz, 18_000)
    table = tables(square(n, 0.25)[None, :])[0]
    bend = np.sign(_vibrato(key, 100.0, 6.0, 0.3)) * 0.12
    out = read(table, phase_ramp(key.count, key.hertz, 0.0, bend))
    level = curve(key.count, ((0.0, 1.0), (0.15, 0.7), (3.0, 0.35)))
    # From one control node to the next, the steps tick less than they did.
    out *= ramps(np.rint(level * 15) / 15, key.count)
    return _start_softly(out, 0.001)


def _synth_brass(key: Key) -> Floats:
    n = harmonics_below(key.hertz, 13_000)
    stack = _filtered_stack(key, saw(n), 350, 1500 + 3800 * key.velocity, 1.2)
    shape = curve(key.count, ((0.0, 0.1), (0.07, 1.0), (0.5, 0.6), (3.0, 0.45)))
    voices = ((0.0, 1.0, 1.0), (8.0, 0.9, 0.3), (-8.0, 0.3, 0.9))
    out = _unison(key, stack, shape * (_STACK - 1), _vibrato(key, 6), voices)
    return soft_clip(_start_softly(out, 0.012) * np.float32(0.4), 1.0)


PATCHES: dict[str, Patch] = {
    "saw_lead": Patch(_saw_lead, release=0.12, held=True),
    "square_lead": Patch(_square_lead, release=0.1, held=True, level_db=1.0),
    "supersaw": Patch(_supersaw, release=0.22, level_db=-1.0, longest=8.0, held=True),
    "synth_pluck": Patch(_synth_pluck, release=0.14, level_db=1.5),
    "arp_synth": Patch(_arp_synth, release=0.1, level_db=0.5),
    "chip_lead": Patch(_chip_lead, release=0.03, held=True),
    "synth_brass": Patch(_synth_brass, release=0.12, level_db=-1.0, held=True),
}
