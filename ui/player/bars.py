"""A waveform as rounded bars: how high they are, and how they are drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from engine.audio.peaks import Peaks

__all__ = ["heights", "paint_bars", "pixmap_of"]

_FINE = 4
"""Peaks looked at for each bar: their mean shows the dynamics that their maximum hides."""

_QUIET = 0.25
"""The highest bar fills the height, unless the music is softer than this."""
_OVERVIEW = 128
"""Bars of the whole take, at least, that say which is the highest, wherever one has zoomed in."""

Heights = NDArray[np.float32]
"""One number for each bar, 0 to 1."""


def heights(peaks: Peaks, bars: int, start: int = 0, end: int | None = None) -> Heights:
    """How high ``bars`` bars are that show the frames from ``start`` to ``end``."""
    loudest = max(float(_means(peaks, max(bars, _OVERVIEW), 0, None).max()), _QUIET)
    shares: Heights = np.minimum(_means(peaks, bars, start, end) / loudest, np.float32(1.0))
    return shares


def _means(peaks: Peaks, bars: int, start: int, end: int | None) -> Heights:
    columns = np.abs(peaks.columns(bars * _FINE, start, end)).max(axis=1)
    means: Heights = columns.reshape(bars, _FINE).mean(axis=1)
    return means


def paint_bars(
    painter: QPainter, area: QRectF, values: Heights, color: QColor, bar: float, pitch: float
) -> None:
    """Bars of width ``bar``, one every ``pitch`` pixels, grown from the middle of ``area``."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    middle, left = area.center().y(), area.left()
    tall = np.maximum(values * area.height(), bar).tolist()
    for index, height in enumerate(tall):
        rect = QRectF(left + index * pitch, middle - height / 2, bar, height)
        painter.drawRoundedRect(rect, bar / 2, bar / 2)


def pixmap_of(
    values: Heights, size: QSize, color: QColor, bar: float, pitch: float, ratio: float
) -> QPixmap:
    """The bars on a transparent ground, for a screen of that device pixel ratio."""
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    paint_bars(painter, QRectF(0, 0, size.width(), size.height()), values, color, bar, pitch)
    painter.end()
    return pixmap
