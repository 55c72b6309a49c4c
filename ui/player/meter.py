"""The level meter: two sides, peak and mean, with the highest peak marked."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.playback.meter import FLOOR, Reading
from ui.shared.theme import Theme

__all__ = ["LevelMeter"]

_BAR, _GAP, _TALL = 6, 3, 28
_HOT = -1.0
"""dBFS: above this, what plays comes close to clipping."""


class LevelMeter(QWidget):
    """Shows Readings; silence is an empty track."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._readings = (Reading(), Reading())
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Level"))
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(2 * _BAR + _GAP, _TALL)

    def show_levels(self, readings: tuple[Reading, Reading]) -> None:
        if readings != self._readings:
            self._readings = readings
            self.update()
            left, right = readings
            self.setToolTip(
                self.tr("Peak %1 dB").replace("%1", f"{max(left.peak, right.peak):.1f}")
            )

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for side, reading in enumerate(self._readings):
            left = side * (_BAR + _GAP)
            self._fill(painter, left, 0.0, self.height(), "line", 0.6)
            role = "bad" if reading.peak > _HOT else "good"
            self._fill(painter, left, self._y(reading.peak), self.height(), role, 0.55)
            self._fill(painter, left, self._y(reading.rms), self.height(), role, 1.0)
            if reading.hold > FLOOR:
                y = min(self._y(reading.hold), self.height() - 2.0)
                hot = reading.hold > _HOT
                painter.fillRect(
                    QRectF(left, y, _BAR, 2), self._theme.color("bad" if hot else "good")
                )

    def _fill(
        self, painter: QPainter, left: int, top: float, bottom: float, role: str, alpha: float
    ) -> None:
        if bottom - top >= 1:
            painter.setBrush(self._theme.color(role, alpha))
            painter.drawRoundedRect(QRectF(left, top, _BAR, bottom - top), 2, 2)

    def _y(self, decibels: float) -> float:
        return self.height() * decibels / FLOOR
