"""A take's file as stereo blocks at the output's rate, from any frame, without loading it whole."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from math import ceil, gcd
from pathlib import Path

import numpy as np
import soundfile
import soxr

from app.playback.frames import Frames
from app.playback.output import CHANNELS
from engine.errors import AudioError

__all__ = ["Source"]

_CHUNK = 65_536
"""Frames decoded at once: 1.5 s at 44.1 kHz, half a megabyte."""
_MARGIN = 4_096
"""Frames read on either side of a chunk, so that the resampler's edges fall outside of it."""

_NOTHING: Frames = np.zeros((0, CHANNELS), np.float32)


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
        file = _open(path)
        self.native_rate: int = file.samplerate
        self._frames: int = file.frames
        self._file: soundfile.SoundFile | None = file
        if growing:  # not held open: some systems would not let it be rewritten
            file.close()
            self._file = None
        self.rate = rate or self.native_rate
        common = gcd(self.rate, self.native_rate)
        self._up, self._down = self.rate // common, self.native_rate // common
        # A chunk begins where a frame of the file and a frame of the output fall together.
        self._per_chunk = ceil(_CHUNK / self._up) * self._up
        self._index = -1
        self._chunk: Frames = _NOTHING

    @property
    def frames(self) -> int:
        """Length so far, in frames at ``rate``."""
        rounded_up: int = -(-self._frames * self._up // self._down)
        return rounded_up

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
        stamp, before = _stamp(self.path), self._frames
        if stamp == self._stamp or stamp is None:
            return False
        # A file caught in the middle of being written is no news; the next look will do.
        with suppress(AudioError), _open(self.path) as fresh:
            if fresh.samplerate == self.native_rate:
                self._frames, self._stamp, self._index = fresh.frames, stamp, -1
        return self._frames > before

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _load(self, index: int) -> Frames:
        if index != self._index:
            try:
                self._chunk = self._decode(index)
            except AudioError:
                if self._file is not None:
                    raise
                # A preview that is gone became its take, or nothing; either is told soon.
                self._frames, self._chunk = 0, _NOTHING
            self._index = index
        return self._chunk

    def _decode(self, index: int) -> Frames:
        start = index * self._per_chunk
        wanted = min(self._per_chunk, self.frames - start)
        if wanted <= 0:
            return _NOTHING
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
        held = _open(self.path) if self._file is None else nullcontext(self._file)
        try:
            with held as file:
                file.seek(first)
                found: Frames = file.read(count, dtype="float32", always_2d=True)
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
