"""A slider over usual lengths: even steps from stop to stop, its value in seconds."""

from __future__ import annotations

import bisect

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy

from engine.limits import MAX_DURATION, MIN_DURATION
from ui.shared.theme import Theme

__all__ = ["LengthSlider"]

_STOPS = (1, 2, 4, 6, 8, 10, 12, 16, 20, 24, 30, 45, 60, 90, 120, 180, 240, 300, 420, 600)
_HANDLE = 14  # pixels


class LengthSlider(QAbstractSlider):
    """Screen readers and scripts may set any second; mouse and keys go from stop to stop."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setRange(int(MIN_DURATION), int(MAX_DURATION))
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.valueChanged.connect(self.update)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(120, 24)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(60, 24)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton:
            self._go(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position().x())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        steps = {
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: 1,
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Down: -1,
            Qt.Key.Key_PageUp: 3,
            Qt.Key.Key_PageDown: -3,
            Qt.Key.Key_Home: -len(_STOPS),
            Qt.Key.Key_End: len(_STOPS),
        }
        if Qt.Key(event.key()) in steps:
            self._step(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle, x = self.height() / 2, self._x()
        painter.setBrush(self._theme.color("faint"))
        painter.drawRoundedRect(QRectF(0, middle - 2, self.width(), 4), 2, 2)
        painter.setBrush(self._theme.color("inverse"))
        painter.drawRoundedRect(QRectF(0, middle - 2, x, 4), 2, 2)
        painter.drawEllipse(QPointF(x, middle), _HANDLE / 2, _HANDLE / 2)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.color("accent"), 2))
            painter.drawEllipse(QPointF(x, middle), _HANDLE / 2 + 2, _HANDLE / 2 + 2)

    def _x(self) -> float:
        """The middle of the handle."""
        above = min(bisect.bisect_left(_STOPS, self.value()), len(_STOPS) - 1)
        below = max(above - 1, 0)
        low, high = _STOPS[below], _STOPS[above]
        part = (self.value() - low) / (high - low) if high > low else 0.0
        span = self.width() - _HANDLE - 4
        return _HANDLE / 2 + 2 + span * (below + part) / (len(_STOPS) - 1)

    def _go(self, x: float) -> None:
        share = (x - _HANDLE / 2 - 2) / max(self.width() - _HANDLE - 4, 1)
        index = round(min(max(share, 0.0), 1.0) * (len(_STOPS) - 1))
        self.setValue(_STOPS[index])

    def _step(self, steps: int) -> None:
        """From a length between two stops, the first step goes to the nearer side's stop."""
        at = bisect.bisect_left(_STOPS, self.value())
        if steps > 0 and (at == len(_STOPS) or _STOPS[at] != self.value()):
            at -= 1
        self.setValue(_STOPS[min(max(at + steps, 0), len(_STOPS) - 1)])
