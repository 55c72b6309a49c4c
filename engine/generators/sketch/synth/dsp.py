"""Small tools that every voice and effect shares: units, noise, curves, biquad filters.

Signals are float32, ``(frames,)`` for one channel and ``(2, frames)`` for two, at SAMPLE_RATE.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.signal import sosfilt

from engine.generators.sketch.synth.recursion import Recursion

__all__ = [
    "CONTROL",
    "SAMPLE_RATE",
    "Filter",
    "Floats",
    "Sections",
    "band_noise",
    "bandpass",
    "control_axis",
    "curve",
    "decay",
    "fade_in",
    "filtered",
    "frames",
    "from_db",
    "high_shelf",
    "highpass",
    "level_to",
    "low_shelf",
    "lowpass",
    "peaking",
    "ramps",
    "response",
    "rng_for",
    "seconds_axis",
    "single",
    "soft_clip",
    "white",
]

SAMPLE_RATE = 44_100
"""Frames per second of everything in the synth."""

CONTROL = 64
"""Frames between the nodes of slow curves: 1.5 ms."""

Floats = NDArray[np.float32]
"""Samples: (frames,) or (2, frames)."""
Sections = NDArray[np.float64]
"""Second-order sections, (n, 6), as scipy's sosfilt takes them."""
_WORTH_PREPARING = 40_000
"""Samples; under this many a recursion takes longer to prepare than it saves."""


def frames(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE)


def from_db(decibels: float) -> float:
    return float(10.0 ** (decibels / 20.0))


def rng_for(*names: object) -> np.random.Generator:
    """A random generator of its own for what is named: the same on every run and machine."""
    digest = hashlib.blake2b(repr(names).encode(), digest_size=16).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "little")))


def single(values: ArrayLike) -> Floats:
    """As float32, whatever a calculation has made of it."""
    return np.asarray(values, np.float32)


def white(rng: np.random.Generator, count: int, channels: int = 1) -> Floats:
    """Flat noise with an RMS of 1: (count,), or (channels, count) for more than one."""
    # Uniform noise sounds the same as Gaussian once filtered, and costs a third.
    shape = (count,) if channels == 1 else (channels, count)
    noise = rng.random(shape, dtype=np.float32)
    noise -= 0.5
    noise *= 12.0**0.5
    return noise


def seconds_axis(count: int) -> Floats:
    """The time of each frame, in seconds."""
    return single(np.arange(count, dtype=np.float32) / np.float32(SAMPLE_RATE))


def decay(count: int, seconds: float) -> Floats:
    """Falls from 1 by 60 dB in ``seconds``."""
    rate = np.float32(-6.9078 / max(seconds, 1e-4) / SAMPLE_RATE)
    return single(np.exp(np.arange(count, dtype=np.float32) * rate))


def control_axis(count: int) -> NDArray[np.float64]:
    """Seconds at the nodes of a slow curve, CONTROL frames apart, for ``count`` frames of sound.

    Vibrato, breath and sweeps are worked out there, and drawn out with ``ramps``.
    """
    return np.asarray(np.arange(-(-count // CONTROL) + 1) * (CONTROL / SAMPLE_RATE), np.float64)


def curve(count: int, points: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    """Straight lines through (seconds, value), the last value held, at the control nodes."""
    times, values = zip(*points, strict=True)
    return np.asarray(np.interp(control_axis(count), times, values), np.float64)


@lru_cache(maxsize=64)
def fade_in(count: int) -> Floats:
    """The rising half of a raised cosine, from just above 0 to 1; not to be written to."""
    rise = single(0.5 - 0.5 * np.cos(np.pi * (np.arange(count) + 0.5) / max(count, 1)))
    rise.setflags(write=False)
    return rise


def ramps(nodes: ArrayLike, count: int, hop: int = CONTROL) -> Floats:
    """Straight lines from node to node, ``hop`` frames apart: (count,).

    There must be a node at or behind the last frame.
    """
    at = single(nodes)
    lines = np.diff(at)[:, None] * _rise(hop)
    lines += at[:-1, None]
    return lines.reshape(-1)[:count]


@lru_cache(maxsize=8)
def _rise(hop: int) -> Floats:
    return np.arange(hop, dtype=np.float32) / np.float32(hop)


def soft_clip(signal: Floats, drive: float = 1.0) -> Floats:
    """tanh saturation whose small-signal gain is 1."""
    out = single(signal * np.float32(drive))
    np.tanh(out, out=out)
    out *= np.float32(1.0 / drive)
    return out


def level_to(signal: Floats, rms: float, window: float = 0.15) -> Floats:
    """Scale in place so that the loudest ``window`` seconds have this RMS."""
    size = min(frames(window), signal.shape[-1])
    whole = signal.shape[-1] // size * size
    power = np.square(signal[..., :whole]).reshape(*signal.shape[:-1], -1, size).mean(axis=-1)
    if power.ndim > 1:
        power = power.mean(axis=0)
    loudest = float(np.sqrt(power.max()))
    if loudest > 1e-9:
        signal *= np.float32(rms / loudest)
    return signal


# Biquads: the "cookbook" designs of R. Bristow-Johnson.


def _biquad(b: Sequence[float], a: Sequence[float]) -> Sections:
    return np.array([[*b, *a]]) / a[0]


def _angle(hertz: float, q: float) -> tuple[float, float]:
    """cos of the centre's angular frequency, and alpha."""
    omega = 2 * np.pi * min(max(hertz, 5.0), 0.49 * SAMPLE_RATE) / SAMPLE_RATE
    return float(np.cos(omega)), float(np.sin(omega) / (2 * q))


def lowpass(hertz: float, q: float = 0.7071) -> Sections:
    c, alpha = _angle(hertz, q)
    return _biquad(((1 - c) / 2, 1 - c, (1 - c) / 2), (1 + alpha, -2 * c, 1 - alpha))


def highpass(hertz: float, q: float = 0.7071) -> Sections:
    c, alpha = _angle(hertz, q)
    return _biquad(((1 + c) / 2, -1 - c, (1 + c) / 2), (1 + alpha, -2 * c, 1 - alpha))


def bandpass(hertz: float, q: float) -> Sections:
    """0 dB at the centre."""
    c, alpha = _angle(hertz, q)
    return _biquad((alpha, 0, -alpha), (1 + alpha, -2 * c, 1 - alpha))


def peaking(hertz: float, gain_db: float, q: float = 1.0) -> Sections:
    c, alpha = _angle(hertz, q)
    a = 10 ** (gain_db / 40)
    return _biquad((1 + alpha * a, -2 * c, 1 - alpha * a), (1 + alpha / a, -2 * c, 1 - alpha / a))


def _shelf(hertz: float, gain_db: float, side: int) -> Sections:
    c, alpha = _angle(hertz, 0.7071)
    a = 10 ** (gain_db / 40)
    root, c = 2 * np.sqrt(a) * alpha, side * c
    up, down = a + 1, a - 1
    return _biquad(
        (a * (up + down * c + root), -2 * side * a * (down + up * c), a * (up + down * c - root)),
        (up - down * c + root, 2 * side * (down - up * c), up - down * c - root),
    )


def low_shelf(hertz: float, gain_db: float) -> Sections:
    return _shelf(hertz, gain_db, -1)


def high_shelf(hertz: float, gain_db: float) -> Sections:
    return _shelf(hertz, gain_db, 1)


def filtered(signal: Floats, *sections: Sections) -> Floats:
    """The signal through all the sections, starting from rest."""
    if signal.size >= _WORTH_PREPARING:
        return Filter(*sections)(signal)
    out: Floats = sosfilt(np.concatenate(sections), signal, axis=-1).astype(np.float32, copy=False)
    return out


def band_noise(
    rng: np.random.Generator, count: int, low: float, high: float, channels: int = 1
) -> Floats:
    """Noise between two frequencies (hertz), 12 dB per octave outside."""
    return filtered(white(rng, count, channels), highpass(low), lowpass(high))


def response(sections: Sections, hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gain (linear) of the sections at these frequencies, without running them."""
    z = np.exp(-2j * np.pi * np.asarray(hertz) / SAMPLE_RATE)[:, None]
    up = sections[:, 0] + sections[:, 1] * z + sections[:, 2] * z**2
    down = sections[:, 3] + sections[:, 4] * z + sections[:, 5] * z**2
    gain: NDArray[np.float64] = np.abs(np.prod(up / down, axis=1))
    return gain


class Filter:
    """Sections that go on from block to block."""

    def __init__(self, *sections: Sections) -> None:
        self._recursion = Recursion.of(np.concatenate(sections))
        self._state: Floats | None = None

    def __call__(self, block: Floats) -> Floats:
        """(frames,) or (channels, frames), of the same shape at each call."""
        lines = np.atleast_2d(block)
        if self._state is None:
            self._state = self._recursion.rest(len(lines))
        out, self._state = self._recursion.run(lines, self._state)
        return out.reshape(block.shape)
