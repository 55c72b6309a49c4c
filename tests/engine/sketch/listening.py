"""Ears for the tests: tempo, key and likeness of audio, knowing nothing of the score."""

from __future__ import annotations

import librosa
import numpy as np
from numpy.typing import NDArray

from engine.generators.base import Samples

RATE = 22_050
_HOP = 256
_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
# How often each degree of a key sounds: the corpus profiles of Albrecht and Shanahan (2013),
# the best of the Krumhansl kind on recordings.
_PROFILES = {
    "major": (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081),
    "minor": (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052),
}

Mono = NDArray[np.float32]


def mono(samples: Samples, rate: int) -> Mono:
    """One channel at 22.05 kHz."""
    return librosa.resample(samples.mean(axis=1), orig_sr=rate, target_sr=RATE, res_type="soxr_mq")


def onsets(audio: Mono) -> NDArray[np.float32]:
    return librosa.onset.onset_strength(y=audio, sr=RATE, hop_length=_HOP)


def tempo(audio: Mono) -> float:
    """Beats per minute: the slope of a line through the beat times.

    The median of lines through twelve beats each, because a tracker may change over to the
    off-beat and back, as a listener may.
    """
    _, beats = librosa.beat.beat_track(
        onset_envelope=onsets(audio), sr=RATE, hop_length=_HOP, units="time", tightness=400
    )
    count = min(12, len(beats))
    slopes = [
        np.polyfit(np.arange(count), beats[i : i + count], 1)[0]
        for i in range(len(beats) - count + 1)
    ]
    return float(60 / np.median(slopes))


def chroma(audio: Mono) -> NDArray[np.float32]:
    """(12, frames): energy of the pitch classes."""
    return librosa.feature.chroma_stft(
        y=audio, sr=RATE, hop_length=2048, n_fft=8192, tuning=0.0, norm=None, ctroct=4.0
    )


def key(audio: Mono) -> str:
    """The key whose profile the mean chroma is most like, for example "D minor"."""
    heard = chroma(audio).mean(axis=1)
    fits = {
        f"{_NAMES[tonic]} {mode}": _likeness(np.roll(profile, tonic), heard)
        for mode, profile in _PROFILES.items()
        for tonic in range(12)
    }
    return max(fits, key=lambda name: fits[name])


def _likeness(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    return float(np.corrcoef(one, other)[0, 1])
