"""The small waveforms of the list: painted once, kept as pixmaps."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import QPixmap

from app.peak_loader import PeakLoader
from engine.jobs import Job
from ui.player.bars import heights, pixmap_of
from ui.shared.theme import Theme

__all__ = ["PITCH", "Thumbnails"]

PITCH = 3
"""Pixels from one bar to the next."""
_BAR = 2
_KEEP = 256

Key = tuple[Path, int, int, int, int, str, float]


class Thumbnails(QObject):
    """Pixmaps by job, size and colour; the least used make room."""

    def __init__(self, peaks: PeakLoader, theme: Theme) -> None:
        super().__init__()
        self._peaks, self._theme = peaks, theme
        self._kept: OrderedDict[Key, QPixmap] = OrderedDict()
        theme.changed.connect(self._forget)

    def get(self, job: Job, size: QSize, role: str, ratio: float) -> QPixmap | None:
        """The waveform of a take, or of what has grown so far; None while it is not known.

        ``role`` names the theme's colour, ``ratio`` is the device's pixel ratio.
        """
        if job.take is not None:
            path, version, share = job.take.path, None, 1.0
        elif job.preview is not None:
            path, version, share = job.preview, job.progress, job.progress
        else:
            return None
        peaks = self._peaks.get(path, version)
        bars = int(size.width() * share) // PITCH
        if peaks is None or bars < 1:
            return None
        key = (path, peaks.frames, bars, size.width(), size.height(), role, ratio)
        found = self._kept.get(key)
        if found is None:
            color = self._theme.color(role)
            found = pixmap_of(heights(peaks, bars), size, color, _BAR, PITCH, ratio)
            self._kept[key] = found
            if len(self._kept) > _KEEP:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return found

    def _forget(self) -> None:
        self._kept.clear()
