"""A waveform as rounded bars."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

__all__ = ["paint_bars", "pixmap_of"]


def paint_bars(
    painter: QPainter,
    area: QRectF,
    heights: Sequence[float],
    color: QColor,
    bar: float,
    pitch: float,
) -> None:
    """Bars of these heights, 0 to 1, and of width ``bar``, one every ``pitch`` pixels; they grow
    from the middle of ``area``."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    middle, left = area.center().y(), area.left()
    for index, share in enumerate(heights):
        height = max(share * area.height(), bar)
        rect = QRectF(left + index * pitch, middle - height / 2, bar, height)
        painter.drawRoundedRect(rect, bar / 2, bar / 2)


def pixmap_of(
    heights: Sequence[float], size: QSize, color: QColor, bar: float, pitch: float, ratio: float
) -> QPixmap:
    """The bars on a transparent ground, for a screen of that device pixel ratio."""
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    paint_bars(painter, QRectF(0, 0, size.width(), size.height()), heights, color, bar, pitch)
    painter.end()
    return pixmap
