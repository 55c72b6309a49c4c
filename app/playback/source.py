"""A take's file as stereo blocks at the output's rate, from any frame, without loading it whole."""

from __future__ import annotations

from contextlib import suppress
from math import ceil, gcd
from pathlib import Path

import numpy as np
import soundfile
import soxr

from app.playback.output import CHANNELS, Frames
from engine.errors import AudioError

__all__ = ["Source"]

_CHUNK = 65_536
"""Frames decoded at once: 1.5 s at 44.1 kHz, half a megabyte."""
_MARGIN = 4_096
"""Frames read on either side of a chunk, so that the resampler's edges fall outside of it."""


class Source:
    """Reads one file. Frames count at ``rate``, which is the file's own unless one is given.

    A mono file is heard on both sides; of more than two channels the first two are heard.
    At the file's own rate the samples pass untouched. A file that grows is read anew by
    ``refresh`` as it is rewritten. Raises AudioError where the file cannot be read.
    """

    def __init__(self, path: Path, rate: int | None = None, *, growing: bool = False) -> None:
        self.path = path
        self.growing = growing
        self._stamp = _stamp(path)
        self._file = _open(path)
        self.rate: int = rate or self.native_rate
        common = gcd(self.rate, self.native_rate)
        self._up, self._down = self.rate // common, self.native_rate // common
        # A chunk begins where a frame of the file and a frame of the output fall together.
        self._per_chunk = ceil(_CHUNK / self._up) * self._up
        self._index = -1
        self._chunk: Frames = np.zeros((0, CHANNELS), np.float32)

    @property
    def frames(self) -> int:
        """Length so far, in frames at ``rate``."""
        frames: int = self._file.frames
        return -(-frames * self._up // self._down)  # rounded up

    @property
    def native_rate(self) -> int:
        return int(self._file.samplerate)

    def read(self, frame: int, out: Frames) -> int:
        """Fill ``out`` from ``frame`` on; how many were there."""
        filled = 0
        while filled < len(out):
            index, offset = divmod(frame + filled, self._per_chunk)
            piece = self._load(index)[offset : offset + len(out) - filled]
            if len(piece) == 0:
                break
            out[filled : filled + len(piece)] = piece
            filled += len(piece)
        return filled

    def refresh(self) -> bool:
        """Look whether a growing file was rewritten longer; True if there is more to read."""
        stamp = _stamp(self.path)
        if stamp == self._stamp or stamp is None:
            return False
        before = self._file.frames
        # A file caught in the middle of being written is no news; the next look will do.
        with suppress(AudioError):
            fresh = _open(self.path)
            if fresh.samplerate == self._file.samplerate:
                self._file.close()
                self._file, self._stamp, self._index = fresh, stamp, -1
            else:
                fresh.close()
        return bool(self._file.frames > before)

    def close(self) -> None:
        self._file.close()

    def _load(self, index: int) -> Frames:
        if index != self._index:
            self._chunk = self._decode(index)
            self._index = index
        return self._chunk

    def _decode(self, index: int) -> Frames:
        start = index * self._per_chunk
        wanted = min(self._per_chunk, self.frames - start)
        if wanted <= 0:
            return np.zeros((0, CHANNELS), np.float32)
        if self._up == self._down:
            return self._raw(start, wanted)
        # Whole multiples of the ratio, so that trimming the lead cuts between two frames.
        lead = min(index * self._per_chunk, ceil(_MARGIN / self._up) * self._up)
        first = (start - lead) // self._up * self._down
        count = ceil((lead + wanted) * self._down / self._up) + _MARGIN
        raw = self._raw(first, count)
        made = soxr.resample(raw, self._down, self._up, quality="HQ")[lead : lead + wanted]
        padded = np.zeros((wanted, CHANNELS), np.float32)
        padded[: len(made)] = made
        return padded

    def _raw(self, first: int, count: int) -> Frames:
        try:
            self._file.seek(first)
            found: Frames = self._file.read(count, dtype="float32", always_2d=True)
        except soundfile.SoundFileError as error:
            raise _unreadable(self.path, error) from error
        if found.shape[1] == 1:
            found = np.repeat(found, CHANNELS, axis=1)
        return np.ascontiguousarray(found[:, :CHANNELS])


def _open(path: Path) -> soundfile.SoundFile:
    try:
        return soundfile.SoundFile(path)
    except (soundfile.SoundFileError, OSError) as error:
        raise _unreadable(path, error) from error


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _unreadable(path: Path, error: Exception) -> AudioError:
    return AudioError(f"“{path.name}” cannot be played.", detail=f"{path}: {error}")
