"""Rooms: impulse responses made from noise, played by convolution in blocks.

One send in, two channels out. Each band of the noise dies at its own rate, as air and walls take
the treble first; the pattern of first echoes and the build-up tell one room from another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.fft import irfft, rfft

from engine.generators.sketch.synth.dsp import (
    Filter,
    Floats,
    band_noise,
    decay,
    fade_in,
    filtered,
    frames,
    highpass,
    lowpass,
    rng_for,
    seconds_axis,
)

__all__ = ["ROOMS", "Reverb", "impulse_response"]


@dataclass(frozen=True, slots=True)
class Room:
    predelay: float
    """Seconds of silence first."""
    build: float
    """Seconds until the echoes are dense."""
    early: float
    """Level of the first distinct echoes."""
    spread: float
    """Seconds over which those are strewn."""
    dark: float
    """Decay time at 8 kHz as a part of the whole."""
    low_hz: float
    high_hz: float
    longest: float
    """Seconds; more is cut."""


ROOMS: dict[str, Room] = {
    "dry": Room(0.002, 0.004, 1.0, 0.018, 0.7, 180, 9000, 0.35),
    "room": Room(0.006, 0.010, 0.9, 0.045, 0.6, 140, 9500, 1.6),
    "plate": Room(0.001, 0.003, 0.0, 0.020, 0.75, 180, 13000, 4.0),
    "hall": Room(0.022, 0.050, 0.5, 0.090, 0.42, 120, 8500, 6.0),
    "cathedral": Room(0.036, 0.120, 0.3, 0.150, 0.33, 110, 7000, 8.0),
    "spring": Room(0.020, 0.004, 0.0, 0.020, 0.8, 220, 4200, 3.0),
}

_BANDS = ((0, 350, 0.95), (350, 1100, 1.0), (1100, 3500, 0.8), (3500, 16000, 0.0))
"""Low and high edge (hertz) and decay time as a part of the whole; 0: the room's ``dark``."""


def impulse_response(room: str, seconds: float, seed: int) -> Floats:
    """(2, frames) with an energy of 1 in each channel; ``seconds`` is the time to fall 60 dB."""
    kind = ROOMS[room]
    rng = rng_for("reverb", room, seed)
    seconds = min(max(seconds, 0.15), kind.longest)
    count = frames(seconds * 1.05)
    tail = np.zeros((2, count), np.float32)
    for low, high, part in _BANDS:
        noise = band_noise(rng, count, max(low, 20), high, 2)
        tail += noise * decay(count, seconds * (part or kind.dark))
    rise = min(frames(kind.build), count)
    tail[:, :rise] *= fade_in(rise)
    tail[:, -frames(0.02) :] *= fade_in(frames(0.02))[::-1]
    if kind.early:
        _strew(tail, rng, kind)
    if room == "spring":
        tail = _boing(tail, rng)
    tail = filtered(tail, highpass(kind.low_hz), lowpass(kind.high_hz))
    tail /= np.sqrt(np.square(tail).sum(axis=1, keepdims=True))
    return np.concatenate((np.zeros((2, frames(kind.predelay)), np.float32), tail), axis=1)


def _strew(tail: Floats, rng: np.random.Generator, kind: Room) -> None:
    """Distinct first echoes, weaker the later they come."""
    power = float(np.sqrt(np.square(tail).sum(axis=1).mean()))
    for channel in tail:
        times = np.sort(rng.uniform(0.002, kind.spread, 14))
        levels = rng.choice((-1.0, 1.0), 14) * np.exp(-2.2 * times / kind.spread)
        levels *= kind.early * power * 0.5 / np.sqrt(np.square(levels).sum())
        for time, level in zip(times, levels, strict=True):
            channel[min(frames(time), len(channel) - 1)] += np.float32(level)


def _boing(tail: Floats, rng: np.random.Generator) -> Floats:
    """A spring: chirps that return every few hundredths of a second, over a dense wash."""
    count = tail.shape[1]
    out = tail * np.float32(0.35)
    length = min(frames(0.055), count)
    time = seconds_axis(length)
    # High frequencies arrive first in one line, low first in the other.
    sweep = 300.0 * time + (3800.0 - 300.0) / (2 * time[-1]) * time**2
    chirp = np.sin(2 * np.pi * sweep).astype(np.float32)
    chirp *= fade_in(length) * fade_in(length)[::-1]
    level = float(np.sqrt(np.square(tail).mean())) * 9.0
    for channel, period in zip(out, (0.041, 0.047), strict=True):
        for turn in range(int(count / frames(period))):
            at = frames(turn * period * rng.uniform(0.985, 1.015))
            part = chirp[: count - at]
            channel[at : at + len(part)] += part * np.float32(level * 0.72**turn)
    return out


class Reverb:
    """Convolves one send with a room, block by block.

    Both are cut into pieces; the spectra of the latest pieces of sound are kept, and each meets the
    piece of the room that answers that much later, so a long room costs few transforms, and short
    ones, which are quicker in fours.
    """

    _PIECES = 4
    """To a block."""

    def __init__(self, response: Floats, block: int) -> None:
        """``block``: the most frames that one call will bring; a whole number of pieces."""
        self._size = size = block // self._PIECES
        count = -(-response.shape[1] // size)
        padded = np.zeros((2, count * size), np.float32)
        padded[:, : response.shape[1]] = response
        self._room = rfft(padded.reshape(2, count, size), 2 * size, axis=2)
        # The latest piece last.
        self._heard = np.zeros((count - 1 + self._PIECES, size + 1), np.complex64)
        self._before = np.zeros(size, np.float32)
        self._clean = Filter(highpass(90))

    def __call__(self, send: Floats) -> Floats:
        """(frames,) to (2, frames)."""
        pieces, size = self._PIECES, self._size
        line = np.zeros((pieces + 1) * size, np.float32)
        line[:size] = self._before
        line[size : size + len(send)] = self._clean(send)
        self._before = line[-size:]
        self._heard[:-pieces] = self._heard[pieces:]
        self._heard[-pieces:] = rfft(sliding_window_view(line, 2 * size)[::size], axis=1)
        wet = np.zeros((2, pieces, size + 1), np.complex64)
        last = len(self._heard) - pieces
        for late in range(self._room.shape[1]):
            sound = self._heard[last - late : last - late + pieces]
            wet += self._room[:, late, None] * sound
        # The first half of each transform is what has gone round.
        out = irfft(wet, axis=2, overwrite_x=True)[:, :, size:].reshape(2, -1)
        return np.asarray(out[:, : len(send)], np.float32)
