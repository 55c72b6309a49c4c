"""Lush ensembles in one inverse Fourier transform.

After Paul Nasca's PADsynth: each harmonic is a narrow hill of random-phase lines instead of one
line, as when many players or singers sound together. The result repeats without a seam, so one
short cycle holds a note of any length, and two draws of the phases make a true stereo pair.

Whatever is done to an ensemble is done to its lines, where it costs next to nothing: filters are
gains, a mixture is a sum, and a slow turn of the level is two neighbouring lines for one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft

from engine.generators.sketch.synth.dsp import SAMPLE_RATE, Floats, rng_for, single

__all__ = ["Hills", "cycle_bits", "steady", "turning"]

_STEADY = 0.45
"""Power in the middle of each hill: without it the low partials come and go too deeply."""
_REACH = 4.0
"""Half-widths to either side of a hill that are filled."""
_COARSE = 8
"""Lines of equal strength in hills wide enough not to show it."""
_LEFT_FIRST = np.pi / 5
"""By how much of its turn the right side follows the left."""
_BITS = 18

_Array = NDArray[np.float64]
_Lines = NDArray[np.complex64]


@dataclass(frozen=True, slots=True)
class Hills:
    """A chord of partials, each as wide as its players are apart; arrays of one length."""

    hertz: _Array
    amplitude: _Array
    cents: float
    """Half-width of each hill."""
    growth: float = 1.0
    """How the widths rise with frequency: 1 in proportion, as detuned players do; 0 all alike,
    as slow beating does."""
    gain: Callable[[_Array], _Array] | None = None
    """A filter: from hertz to linear gain."""

    def lines(self, rng: np.random.Generator, bits: int, between: float = 0.0) -> _Lines:
        """(2, lines): with random phases, RMS 1 before ``gain``, up to the last one that is
        heard; each lies ``between`` (a part of their distance) above its place.
        """
        step = SAMPLE_RATE / (1 << bits)
        power = self._power(step, (1 << (bits - 1)) - 1, between)
        level = np.sqrt(power * np.float32(0.5 / power.sum())) * np.float32(1 << bits)
        if self.gain is not None:
            hertz = np.arange(between, len(level), dtype=np.float64) * step
            level *= self.gain(hertz).astype(np.float32)
        out = np.stack([level * _random_turns(rng, len(level)) for _ in range(2)])
        # Half alike: wide, and still whole when both sides are played by one loudspeaker.
        out[1] *= np.float32(0.866)
        out[1] += np.float32(0.5) * out[0]
        return out

    def _power(self, step: float, most: int, between: float) -> Floats:
        """Power of each line, ``most`` of them at most."""
        heard = (self.amplitude > 0.0) & (self.hertz < 0.47 * SAMPLE_RATE)
        hertz, level = self.hertz[heard], np.square(self.amplitude[heard])
        spread = (2 ** (self.cents / 1200) - 1) * hertz[0] * (hertz / hertz[0]) ** self.growth
        width = np.maximum(spread / step, 0.6)
        centre = hertz / step - between
        height = (1.0 - _STEADY) * level / (width * np.sqrt(2 * np.pi))
        count = min(int((centre + _REACH * width).max()) + 2, most)
        wide = width > 5 * _COARSE
        coarse = _hills(
            (centre[wide] - 0.5 * (_COARSE - 1)) / _COARSE,
            width[wide] / _COARSE,
            height[wide],
            -(-count // _COARSE),
        )
        power = coarse.repeat(_COARSE)[:count]
        power += _hills(centre[~wide], width[~wide], height[~wide], count)
        np.add.at(power, np.rint(centre).astype(np.int64), (_STEADY * level).astype(np.float32))
        power[0] = 0.0
        return power


def _hills(centre: _Array, width: _Array, height: _Array, count: int) -> Floats:
    """(count,): the sum of bells, by place, half-width and height."""
    out = np.zeros(count, np.float32)
    axis = np.arange(count, dtype=np.float32)
    low = np.clip(centre - _REACH * width, 0, count).astype(int)
    high = np.clip(centre + _REACH * width + 2, 0, count).astype(int)
    rows = (low, high, centre, -0.5 / np.square(width), height)
    for first, last, place, steep, tall in zip(*(row.tolist() for row in rows), strict=True):
        bell = axis[first:last] - np.float32(place)
        bell *= bell
        bell *= np.float32(steep)
        np.exp(bell, out=bell)
        bell *= np.float32(tall)
        out[first:last] += bell
    return out


@cache
def _pool() -> _Lines:
    """Numbers of size 1 in random directions, twice as many as any ensemble has lines."""
    turns = rng_for("padsynth").random(1 << _BITS, dtype=np.float32)
    return np.asarray(np.exp(turns * np.complex64(2j * np.pi)), np.complex64)


def _random_turns(rng: np.random.Generator, count: int) -> _Lines:
    """(count,): a stretch of the pool, from anywhere in it; two stretches have nothing in common
    as long as they don't begin at the same place."""
    start = int(rng.integers(len(_pool()) // 2))
    return _pool()[start : start + count]


def cycle_bits(seconds: float) -> int:
    """Of the shortest cycle (``2**bits`` frames, 6 seconds at most) in which nothing that lasts
    ``seconds`` is heard to come back.
    """
    return next((bits for bits in range(16, _BITS) if (1 << bits) > seconds * SAMPLE_RATE), _BITS)


def steady(rng: np.random.Generator, bits: int, *layers: tuple[float, Hills]) -> Floats:
    """Ensembles at these levels, together: (2, frames), end meeting start."""
    spectrum = np.zeros((2, (1 << (bits - 1)) + 1), np.complex64)
    for level, hills in layers:
        lines = hills.lines(rng, bits)
        lines *= np.float32(level)
        spectrum[:, : lines.shape[1]] += lines
    return single(irfft(spectrum, axis=1, overwrite_x=True))


def turning(rng: np.random.Generator, first: Hills, second: Hills) -> Floats:
    """Goes slowly from one colour to the other and back, once in a cycle, at equal power."""
    # Lines half-way between those of the cycle, turned by cos and by sin of half a turn: each
    # becomes the two of the cycle next to it. cos passes through 0 where the layer is not heard.
    spectrum = np.zeros((2, (1 << (_BITS - 1)) + 1), np.complex64)
    late = np.exp(1j * np.array([[0.0], [_LEFT_FIRST]]))
    for hills, side in ((first, 0.5), (second, 0.5j)):
        lines = hills.lines(rng, _BITS, 0.5)
        count = lines.shape[1]
        spectrum[:, :count] += lines * (side * late).astype(np.complex64)
        spectrum[:, 1 : count + 1] += lines * np.conj(side * late).astype(np.complex64)
    return single(irfft(spectrum, axis=1, overwrite_x=True))
