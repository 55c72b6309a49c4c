"""Peaks: the lowest and highest sample of each stretch of a file, at several zooms, cached.

A waveform of any width is painted from a level with a few buckets for each pixel, so that
painting costs the same for ten seconds and for ten minutes.
"""

from __future__ import annotations

import hashlib
import logging
import os
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.audio.atomic import replacing
from engine.errors import AudioError, StorageError

__all__ = ["FINEST", "Peaks", "load_or_make", "prune"]

FINEST = 256
"""Frames in one bucket of the finest level."""
_FACTOR = 4
"""Buckets of one level in one of the next."""
_COARSEST = 64
"""Levels end when one has no more buckets than this."""
_BLOCK = FINEST * 1024
"""Frames read at once: what bounds the memory."""
_FULL_SCALE = 127
_FINE = 4
"""Columns looked at for each bar: their mean shows the dynamics that their maximum hides."""
_QUIET = 0.25
"""The highest bar has height 1, unless the music is softer than this."""
_OVERVIEW = 128
"""Bars of the whole take, at least, that say which is the highest."""
_DAY = 86_400.0
"""Seconds."""

Levels = tuple[NDArray[np.int8], ...]

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Peaks:
    """A pyramid of (lowest, highest) over all channels.

    >>> for x, (low, high) in enumerate(peaks.columns(width)):
    ...     painter.drawLine(x, middle - high * half, x, middle - low * half)
    """

    finest: NDArray[np.int8]
    """Shape (buckets, 2); full scale at -127 and 127. Rounded outwards: no peak looks smaller."""
    frames: int
    sample_rate: int

    @classmethod
    def of(cls, samples: NDArray[np.float32], sample_rate: int) -> Self:
        """Peaks of samples in memory, shape (frames, channels)."""
        return cls(_buckets(samples), len(samples), sample_rate)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Peaks of a file, read block by block. Raises AudioError when it is no audio."""
        import soundfile as sf  # here: painting needs the values only, and starts sooner without

        try:
            with sf.SoundFile(path) as file:
                frames, parts = 0, [_EMPTY]
                for block in file.blocks(_BLOCK, dtype="float32", always_2d=True):
                    frames += len(block)  # a file that is cut short has less than it says
                    parts.append(_buckets(block))
                return cls(np.concatenate(parts), frames, file.samplerate)
        except (sf.LibsndfileError, OSError) as error:
            message = f"“{path.name}” cannot be read as audio."
            raise AudioError(message, detail=str(error)) from error

    @cached_property
    def levels(self) -> Levels:
        """From the finest to the coarsest, each a quarter of the one before."""
        return tuple(_levels(self.finest))

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.frames / self.sample_rate

    @property
    def resolution(self) -> float:
        """Seconds of one bucket of the finest level."""
        return FINEST / self.sample_rate

    def columns(self, n: int, start: int = 0, end: int | None = None) -> NDArray[np.float32]:
        """``n`` (lowest, highest) pairs for the frames from ``start`` to ``end``.

        Shape (n, 2), within -1 and 1; exact but for the width of a bucket at each side. Where a
        column is narrower than ``FINEST`` frames, neighbours show the same bucket.
        """
        end = self.frames if end is None else end
        if n < 1 or end <= start or not len(self.finest):
            return np.zeros((max(n, 0), 2), np.float32)
        level, width = self._level((end - start) / n)
        edges = np.linspace(start / width, end / width, n + 1)
        first = np.clip(edges[:-1].astype(np.int64), 0, len(level) - 1)
        last = np.clip(np.ceil(edges[1:]).astype(np.int64), first + 1, len(level))
        # reduceat takes pairs: even results are [first, last), odd ones what lies between.
        pairs = np.stack([first, last], axis=1).ravel()
        padded = np.concatenate([level, level[-1:]])
        low = np.minimum.reduceat(padded[:, 0], pairs)[::2]
        high = np.maximum.reduceat(padded[:, 1], pairs)[::2]
        columns: NDArray[np.float32] = np.stack([low, high], axis=1).astype(np.float32)
        columns /= _FULL_SCALE
        return columns

    def bars(self, n: int, start: int = 0, end: int | None = None) -> list[float]:
        """How high ``n`` bars are that show the frames from ``start`` to ``end``, 0 to 1."""
        # The highest is that of the whole take, wherever one has zoomed in.
        loudest = max(float(self._means(max(n, _OVERVIEW), 0, None).max()), _QUIET)
        shares: list[float] = np.minimum(self._means(n, start, end) / loudest, 1.0).tolist()
        return shares

    def _means(self, n: int, start: int, end: int | None) -> NDArray[np.float32]:
        columns = np.abs(self.columns(n * _FINE, start, end)).max(axis=1)
        means: NDArray[np.float32] = columns.reshape(n, _FINE).mean(axis=1)
        return means

    def _level(self, frames_per_column: float) -> tuple[NDArray[np.int8], int]:
        """A level with at least four buckets in a column, where there is one, so that a column
        shows little of its neighbours; and its bucket in frames."""
        most = frames_per_column / (4 * FINEST)
        index = max((n for n in range(len(self.levels)) if _FACTOR**n <= most), default=0)
        return self.levels[index], FINEST * _FACTOR**index


def load_or_make(path: Path, cache_folder: Path) -> Peaks:
    """The peaks of a file, from the cache where they are fresh, else made and kept there.

    A damaged entry is made again; a cache that cannot be written costs time and nothing else.
    Raises AudioError when the file is no audio or not there.
    """
    try:
        entry = cache_folder / f"{_fingerprint(path)}.npz"
    except OSError as error:
        raise AudioError(f"“{path.name}” is not there any more.", detail=str(error)) from error
    peaks = _load(entry)
    if peaks is None:
        peaks = Peaks.read(path)
        try:
            with replacing(entry) as part, part.open("wb") as file:
                about = np.array([peaks.frames, peaks.sample_rate], np.int64)
                np.savez(file, finest=peaks.finest, about=about)
        except StorageError as error:
            log.warning("Peaks are not kept: %s %s", error.message, error.detail)
    return peaks


def prune(cache_folder: Path, *, most_bytes: int, most_days: float) -> int:
    """Remove entries that nothing asked for in ``most_days``, then those asked for longest ago
    until the others take ``most_bytes`` at most. Returns how many were removed.

    Nothing is lost by it: what is asked for again is made again.
    """
    oldest = time.time() - most_days * _DAY
    kept = removed = 0
    for used, size, path in sorted(_entries(cache_folder), reverse=True):  # the newest first
        if used >= oldest and kept + size <= most_bytes:
            kept += size
            continue
        try:
            path.unlink(missing_ok=True)
            removed += 1
        except OSError as error:  # another program may hold it open
            log.info("%s stays in the cache: %s", path.name, error)
    return removed


def _entries(cache_folder: Path) -> Iterator[tuple[float, int, Path]]:
    """When each was last asked for, in seconds since 1970; its size in bytes; and its path."""
    try:
        with os.scandir(cache_folder) as found:
            for entry in found:
                if entry.name.endswith(".npz"):
                    stat = entry.stat()
                    yield stat.st_mtime, stat.st_size, Path(entry.path)
    except OSError as error:  # no cache yet, or an entry that somebody else removed just now
        log.info("the cache is looked through no further: %s", error)


_EMPTY: NDArray[np.int8] = np.zeros((0, 2), np.int8)


def _fingerprint(path: Path) -> str:
    """Changes when the file does, or when buckets are made differently."""
    stat = path.stat()
    text = f"{path.absolute()}\n{stat.st_size}\n{stat.st_mtime_ns}\n{FINEST}"
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:32]


def _touch(entry: Path) -> None:
    """Note that it was asked for, once a day: more often would only cost."""
    if time.time() - entry.stat().st_mtime > _DAY:
        os.utime(entry)


def _load(entry: Path) -> Peaks | None:
    try:
        _touch(entry)
        with entry.open("rb") as file, np.load(file, allow_pickle=False) as data:
            finest, (frames, sample_rate) = data["finest"], data["about"].tolist()
        if finest.dtype != np.int8 or finest.shape != (-(-frames // FINEST), 2) or sample_rate < 1:
            raise ValueError("its parts do not belong together")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        log.warning("A cached waveform is damaged and is made again: %s", error)
        return None
    return Peaks(finest, frames, sample_rate)


def _buckets(samples: NDArray[np.float32]) -> NDArray[np.int8]:
    """The finest level of some samples, shape (frames, channels)."""
    whole = len(samples) // FINEST * FINEST
    # Rows of interleaved samples: the minimum of a row that lies in one piece is much quicker.
    parts = [samples[:whole].reshape(-1, FINEST * samples.shape[1])]
    if whole < len(samples):
        parts.append(samples[whole:].reshape(1, -1))
    low = np.concatenate([part.min(axis=1) for part in parts])
    high = np.concatenate([part.max(axis=1) for part in parts])
    scaled = np.stack([np.floor(low * _FULL_SCALE), np.ceil(high * _FULL_SCALE)], axis=1)
    clipped = np.clip(np.nan_to_num(scaled), -_FULL_SCALE, _FULL_SCALE)
    buckets: NDArray[np.int8] = clipped.astype(np.int8)
    return buckets


def _levels(finest: NDArray[np.int8]) -> Iterator[NDArray[np.int8]]:
    level = finest
    yield level
    while len(level) > _COARSEST:
        starts = np.arange(0, len(level), _FACTOR)
        low = np.minimum.reduceat(level[:, 0], starts)
        high = np.maximum.reduceat(level[:, 1], starts)
        level = np.stack([low, high], axis=1)
        yield level
