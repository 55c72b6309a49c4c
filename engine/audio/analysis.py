"""Tempo and key by ear: for audio whose maker does not know them.

librosa takes seconds to load, so it is imported when it is used; the window's process never does.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import soxr
from numpy.typing import NDArray

from engine import compiling

if TYPE_CHECKING:
    from engine.generators.base import Samples

__all__ = ["estimate_key", "estimate_tempo", "get_ready", "to_hear"]

RATE = 22_050
"""Hz at which is listened; higher says no more about beats and keys."""
_LONGEST = 180.0
"""Seconds that are listened to, from the middle: enough, and saves half a gigabyte of memory for
ten minutes."""

# How well each degree of the scale belongs to its key: Krumhansl and Kessler, 1982.
_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
_MAJOR_NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")


def get_ready() -> None:
    """Load and compile now what the first call would: seconds of work."""
    noise = np.random.default_rng(1).normal(0.0, 0.1, 3 * RATE).astype(np.float32)
    with compiling.alone():
        estimate_tempo(noise)
        estimate_key(noise)


def to_hear(samples: Samples, sample_rate: int) -> NDArray[np.float32]:
    """What is listened to: one channel at ``RATE``, of a long piece the middle."""
    frames = min(len(samples), int(_LONGEST * sample_rate))
    start = (len(samples) - frames) // 2
    middle = samples[start : start + frames].mean(axis=1)
    resampled: NDArray[np.float32] = soxr.resample(middle, sample_rate, RATE)
    return resampled


def estimate_tempo(sound: NDArray[np.float32]) -> float | None:
    """Beats per minute of mono samples at ``RATE``, by a line fitted through the beats heard;
    perhaps half or double of what was meant, and None without a steady beat."""
    from librosa.beat import beat_track

    if len(sound) < 2 * RATE or not sound.any():
        return None
    _, times = beat_track(y=sound, sr=RATE, units="time", trim=False)
    return _fitted_tempo(times)


def _fitted_tempo(times: NDArray[np.float64]) -> float | None:
    """The tempo of beats at these times, in seconds; one that was missed leaves a gap."""
    if len(times) < 4:
        return None
    steps = np.diff(times)
    numbers = np.concatenate([[0], np.cumsum(np.maximum(np.rint(steps / np.median(steps)), 1))])
    beat, offset = np.polyfit(numbers, times, 1)
    errors = np.abs(times - offset - beat * numbers)
    near = errors <= max(2 * float(np.median(errors)), 0.02)
    beat, offset = np.polyfit(numbers[near], times[near], 1)
    unsteady = np.median(np.abs(times - offset - beat * numbers)) > beat / 8
    return None if unsteady else round(60 / float(beat), 2)


def estimate_key(sound: NDArray[np.float32]) -> str | None:
    """The key of mono samples at ``RATE`` whose profile its pitches fit best, for example
    "D minor"; None where nothing has a pitch."""
    from librosa.feature import chroma_cqt

    if len(sound) < 2 * RATE or not sound.any():  # of the lowest octave there would be too little
        return None
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Trying to estimate tuning")  # where nothing has a pitch
        # Only their mean counts: frames twice as far apart as usual do, for half of the time.
        chroma = chroma_cqt(y=sound, sr=RATE, hop_length=1024).mean(axis=1)
    if np.ptp(chroma) < 0.1 * chroma.max():  # noise: all pitches alike
        return None
    fits = [
        (float(np.corrcoef(np.roll(profile, tonic), chroma)[0, 1]), f"{names[tonic]} {mode}")
        for profile, names, mode in (
            (_MAJOR, _MAJOR_NAMES, "major"),
            (_MINOR, _MINOR_NAMES, "minor"),
        )
        for tonic in range(12)
    ]
    return max(fits)[1]
