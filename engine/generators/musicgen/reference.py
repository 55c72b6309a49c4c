"""Audio that a musician gives to a model: a melody to follow, or a beginning to go on from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from engine.audio.files import probe, read_audio
from engine.errors import AudioError

__all__ = ["read_reference"]

Samples = NDArray[np.float32]

SHORTEST = 0.5
"""Seconds."""
LONGEST = 600.0
"""Seconds that are read; a longer file is refused unless it is to end before."""
SILENCE = 1e-4
"""Full scale being 1; -80 dB."""
BLOCK = 1 << 20
"""Frames that are read at once."""
MOST_CHANNELS = 8
MOST_RATE = 384_000


def read_reference(
    path: Path, sample_rate: int, channels: int, *, until: float | None = None
) -> Samples:
    """Samples (frames, ``channels``) at ``sample_rate``, up to ``until`` seconds.

    Raises AudioError, in plain words, for what is no audio, too short, too long or empty of sound.
    """
    info = probe(path)
    seconds = min(info.duration, until) if until is not None else info.duration
    if seconds < SHORTEST:
        raise AudioError(
            f"“{path.name}” is too short to build on: {seconds:.2g} s.",
            hint=f"Give at least {SHORTEST:g} s of sound.",
        )
    if seconds > LONGEST:
        raise AudioError(
            f"“{path.name}” is too long to build on: {seconds / 60:.0f} minutes.",
            hint=f"Cut out the part that matters; up to {LONGEST / 60:g} minutes work.",
        )
    if info.channels > MOST_CHANNELS or info.sample_rate > MOST_RATE:
        raise AudioError(
            f"“{path.name}” has {info.channels} channels at {info.sample_rate} Hz.",
            hint=f"Up to {MOST_CHANNELS} channels and {MOST_RATE // 1000} kHz can be read.",
        )
    samples = _read(path, round(seconds * info.sample_rate), sample_rate, channels)
    if np.abs(samples).max() < SILENCE:
        raise AudioError(
            f"“{path.name}” is silent as far as it is used.",
            hint="Choose another file, or go on from a later moment.",
        )
    return samples


def _read(path: Path, frames: int, sample_rate: int, channels: int) -> Samples:
    """Block by block: ten minutes of eight channels at 384 kHz are 7 GB."""
    parts: list[Samples] = []
    stream: soxr.ResampleStream | None = None
    for start in range(0, frames, BLOCK):
        block, rate = read_audio(path, start, min(BLOCK, frames - start))
        if not np.isfinite(block).all():
            raise AudioError(f"“{path.name}” holds samples that are no numbers.")
        part = _with_channels(block, channels)
        if rate != sample_rate:
            stream = stream or soxr.ResampleStream(rate, sample_rate, channels, dtype="float32")
            part = stream.resample_chunk(part, last=start + BLOCK >= frames)
        parts.append(part)
    return np.concatenate(parts)


def _with_channels(samples: Samples, channels: int) -> Samples:
    """Mixed down to one channel, or brought to two: the first two of many are left and right."""
    if channels == 1:
        return np.ascontiguousarray(samples.mean(axis=1, keepdims=True))
    if samples.shape[1] == 1:
        return np.repeat(samples, channels, axis=1)
    return np.ascontiguousarray(samples[:, :channels])
