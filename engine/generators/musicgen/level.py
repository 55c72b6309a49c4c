"""The level of a take: even over the windows of a long piece, and sensible as a whole.

Each window goes on from the end of the last one, and may do so a little louder or softer; over
many windows that adds up. As every window is told the same prompt, nobody wrote such a swell: it
is taken back by a gain that changes too slowly to be heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.audio.loudness import integrated_loudness, true_peak
from engine.generators.base import Samples

__all__ = ["even_out", "level"]

TARGET_LUFS, CEILING_DBTP = -14.0, -1.0
MOST_DB = 12.0
"""A window that is further off is not drifting: the music has stopped, or begun."""
SHORTEST = 3.0
"""Seconds; a shorter last window belongs to the one before, as an ending may fade."""
ROUNDS = 3
"""A gain that glides from window to window reaches each window's goal by and by."""
CHUNK = 1 << 17


def even_out(sound: Samples, rate: int, starts: Sequence[int]) -> Samples:
    """Sound (frames, channels) with all windows at the loudness of the first.

    ``starts``: the frame at which each window's new music begins; what lies before the first one
    is left as it is. Gives the same array where there is only one window.
    """
    edges = [start for start in starts if start < len(sound)]
    if len(edges) > 1 and len(sound) - edges[-1] < SHORTEST * rate:
        edges.pop()
    spans = list(pairwise([*edges, len(sound)]))
    centres = [(begin + end) / 2 for begin, end in spans]
    gains = np.zeros(len(spans))
    evened = sound
    for _ in range(ROUNDS if len(spans) > 1 else 0):
        loudness = np.array([integrated_loudness(evened[a:b], rate) for a, b in spans])
        heard = np.isfinite(loudness)
        if not heard.any():
            return sound
        change = np.where(heard, loudness[heard][0] - loudness, 0.0)
        gains = np.clip(gains + change, -MOST_DB, MOST_DB)
        evened = _amplified(sound, centres, gains)
    return evened


def level(sound: Samples, rate: int) -> Samples:
    """At -14 LUFS, or as near as its true peak allows without a limiter."""
    loudness, peak = integrated_loudness(sound, rate), true_peak(sound)
    if not np.isfinite(loudness) or not np.isfinite(peak):
        return sound
    gain = min(TARGET_LUFS - loudness, CEILING_DBTP - peak)
    return sound * np.float32(10 ** (gain / 20))


def _amplified(sound: Samples, places: Sequence[float], gains: NDArray[np.float64]) -> Samples:
    """With gains in dB at some places, gliding between them and constant outside."""
    out = np.empty_like(sound)
    for begin in range(0, len(sound), CHUNK):
        end = min(begin + CHUNK, len(sound))
        curve = np.interp(np.arange(begin, end), places, gains)
        out[begin:end] = sound[begin:end] * (10 ** (curve / 20)).astype(np.float32)[:, None]
    return out
