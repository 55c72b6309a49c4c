"""Several pieces of audio joined into one, each fading into the next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soxr

from engine.audio.files import probe, read_audio
from engine.audio.levels import limit
from engine.errors import InvalidRequest, Problem
from engine.generators.base import Samples

__all__ = ["stitch", "stitched_seconds"]

CEILING = -1.0
"""dBTP."""


def stitched_seconds(durations: Sequence[float], crossfade: float) -> float:
    """Length of the whole. Raises InvalidRequest for a fade longer than half of a piece: it would
    meet the next one."""
    if crossfade > min(durations) / 2:
        message = f"must be {min(durations) / 2:g} or less: half of the shortest piece"
        raise InvalidRequest((Problem("crossfade_seconds", message),))
    return sum(durations) - crossfade * (len(durations) - 1)


def stitch(paths: Sequence[Path], crossfade: float) -> tuple[Samples, int]:
    """The samples (float32, frames x channels) and the rate, which are the first piece's.

    Fades keep the power even: the pieces are different music. Where two are alike all the same they
    add up to 3 dB more, so true peaks are held at -1 dBTP. Raises AudioError.
    """
    first = probe(paths[0])
    rate, channels = first.sample_rate, first.channels
    whole: Samples = np.zeros((0, channels), np.float32)
    for path in paths:
        samples, own_rate = read_audio(path)
        if own_rate != rate:
            samples = soxr.resample(samples, own_rate, rate, quality="VHQ")
        samples = _with_channels(samples, channels)
        overlap = min(round(crossfade * rate), len(whole), len(samples))
        if overlap:
            angle = (np.arange(overlap, dtype=np.float32)[:, None] + 0.5) / overlap * (np.pi / 2)
            samples[:overlap] = samples[:overlap] * np.sin(angle) + whole[-overlap:] * np.cos(angle)
            whole = whole[:-overlap]
        whole = np.concatenate([whole, samples])
    return limit(whole, CEILING), rate


def _with_channels(samples: Samples, channels: int) -> Samples:
    """Mono for all channels, or the mean of all for mono."""
    if samples.shape[1] == channels:
        return samples
    mono = samples.mean(axis=1, keepdims=True)
    return np.repeat(mono, channels, axis=1)
