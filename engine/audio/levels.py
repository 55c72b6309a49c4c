"""Setting the level of a finished piece: to a loudness, with its true peaks under a ceiling."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import convolve1d, minimum_filter1d

from engine.audio.loudness import TruePeak, integrated_loudness, true_peak
from engine.generators.base import Samples

__all__ = ["limit", "to_loudness"]

_HOP = 32
"""Frames for which one gain is worked out."""
_REACH = 40
"""Hops over which the gain comes down before a peak, is held, and goes back: 29 ms at 44.1 kHz."""
_MOST_LIMITING = 6.0
"""dB; pressing peaks down further than this is heard."""
_CHUNK = _HOP << 12


def to_loudness(
    samples: Samples, sample_rate: int, target: float, ceiling: float, *, loops: bool = False
) -> Samples:
    """At ``target`` LUFS, with no true peak over ``ceiling`` dBTP.

    Music whose peaks stand too far out for both stays a little quieter than the target: the
    ceiling wins, and peaks are pressed down by 6 dB at most. Silence stays silence. ``loops``: as
    of ``limit``.
    """
    loudness, peak = integrated_loudness(samples, sample_rate), true_peak(samples)
    if not np.isfinite(loudness):
        return samples
    most = ceiling - peak + _MOST_LIMITING
    gain = 0.0
    for _ in range(3):  # limiting takes some loudness away; what it took is added and tried again
        gain = min(gain + target - loudness, most)
        levelled = limit(samples * np.float32(10 ** (gain / 20)), ceiling, loops=loops)
        loudness = integrated_loudness(levelled, sample_rate)
    return levelled


def limit(samples: Samples, ceiling: float, *, loops: bool = False) -> Samples:
    """With true peaks at or under ``ceiling`` dBTP; what lies lower stays as it is.

    ``loops``: its end is followed by its start, and the gain goes on from one to the other.
    """
    most = 10 ** (ceiling / 20)
    peaks = _peaks(samples, loops=loops)
    if peaks.max(initial=0) <= most:
        return samples
    needed = np.minimum(1, most / np.maximum(peaks, 1e-9))
    # The lowest gain within reach, then its mean over the same reach: smooth, and nowhere above
    # what is needed. One hop more, because gains are drawn as lines from hop to hop.
    beyond = "wrap" if loops else "nearest"
    held = minimum_filter1d(needed, 2 * _REACH + 3, mode=beyond)
    window = np.hanning(2 * _REACH + 3)[1:-1]
    smooth = convolve1d(held, window / window.sum(), mode=beyond)
    centres = (np.arange(len(smooth)) + 0.5) * _HOP
    lap = len(samples) if loops else None
    gain = np.interp(np.arange(len(samples)) + 0.5, centres, smooth, period=lap)
    limited: Samples = samples * gain.astype(np.float32)[:, None]
    return limited


def _peaks(samples: Samples, *, loops: bool) -> NDArray[np.float32]:
    """The true peak of each hop, as a factor of full scale."""
    meter, edge = TruePeak(_HOP), TruePeak.EDGE
    hops = -(-len(samples) // _HOP)
    beyond = ((edge, hops * _HOP - len(samples) + edge), (0, 0))
    padded = np.pad(samples, beyond, mode="wrap" if loops else "constant")
    chunks = [
        meter(padded[start : start + _CHUNK + 2 * edge].T)
        for start in range(0, hops * _HOP, _CHUNK)
    ]
    return np.concatenate([np.zeros(0, np.float32), *chunks])
