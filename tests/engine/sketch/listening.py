"""Ears for the tests: tempo, key and likeness of audio, knowing nothing of the score."""

from __future__ import annotations

import librosa
import numpy as np
from numpy.typing import NDArray

from engine.generators.base import Samples

RATE = 22_050
_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
# How well listeners find each degree to fit a key: Krumhansl and Kessler (1982), the profiles
# that a textbook key finder takes.
_PROFILES = {
    "major": (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    "minor": (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
}

Mono = NDArray[np.float32]


def mono(samples: Samples, rate: int) -> Mono:
    """One channel at 22.05 kHz."""
    return librosa.resample(samples.mean(axis=1), orig_sr=rate, target_sr=RATE, res_type="soxr_mq")


def onsets(audio: Mono) -> NDArray[np.float32]:
    return librosa.onset.onset_strength(y=audio, sr=RATE)


def tempo(audio: Mono) -> float:
    """Beats per minute: the slope of one line through all the beats of librosa's tracker.

    Nothing is tuned and no beat is left out: one change over to the off-beat bends the line.
    """
    _, beats = librosa.beat.beat_track(y=audio, sr=RATE, units="time")
    return float(60 / np.polyfit(np.arange(len(beats)), beats, 1)[0])


def chroma(audio: Mono) -> NDArray[np.float32]:
    """(12, frames): energy of the pitch classes."""
    return librosa.feature.chroma_stft(
        y=audio, sr=RATE, hop_length=2048, n_fft=8192, tuning=0.0, norm=None, ctroct=4.0
    )


def key(audio: Mono) -> str:
    """The key whose profile the mean constant-Q chroma is most like, for example "D minor"."""
    heard = librosa.feature.chroma_cqt(y=audio, sr=RATE).mean(axis=1)
    fits = {
        f"{_NAMES[tonic]} {mode}": _likeness(np.roll(profile, tonic), heard)
        for mode, profile in _PROFILES.items()
        for tonic in range(12)
    }
    return max(fits, key=lambda name: fits[name])


def _likeness(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    return float(np.corrcoef(one, other)[0, 1])
