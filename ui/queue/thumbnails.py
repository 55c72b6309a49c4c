"""The small waveforms of the list: painted once, kept as pixmaps."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import QPixmap

from app.peak_loader import PeakLoader
from engine.jobs import Job
from ui.player.bars import pixmap_of
from ui.shared.theme import Theme

if TYPE_CHECKING:
    from engine.audio.peaks import Peaks

__all__ = ["PITCH", "Thumbnails"]

PITCH = 3
"""Pixels from one bar to the next."""
_BAR = 2
_KEEP = 256
_LOOK = 0.05
"""Progress after which a preview is read again: it is rewritten much more rarely than told of."""

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
        path, peaks = self._find(job)
        bars = int(size.width() * self.grown(job)) // PITCH
        if path is None or peaks is None or bars < 1:
            return None
        key = (path, peaks.frames, bars, size.width(), size.height(), role, ratio)
        found = self._kept.get(key)
        if found is None:
            color = self._theme.color(role)
            found = pixmap_of(peaks.bars(bars), size, color, _BAR, PITCH, ratio)
            self._kept[key] = found
            if len(self._kept) > _KEEP:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return found

    def grown(self, job: Job) -> float:
        """How much of a job's music there is to hear, 0 to 1."""
        if job.take is not None:
            return 1.0
        peaks = self._find(job)[1]
        return min(peaks.duration / job.request.duration, 1.0) if peaks else 0.0

    def _find(self, job: Job) -> tuple[Path | None, Peaks | None]:
        if job.take is not None:
            return job.take.path, self._peaks.get(job.take.path)
        if job.preview is not None:
            return job.preview, self._peaks.get(job.preview, job.progress // _LOOK)
        return None, None

    def _forget(self) -> None:
        self._kept.clear()
