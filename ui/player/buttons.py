"""The round play button."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from ui.shared.theme import Theme

__all__ = ["PlayButton"]

_PX = 44
_GLYPH = 18
_RING = 3  # pixels around the disc, where the focus is shown


class PlayButton(QAbstractButton):
    """Play while paused, pause while playing."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._playing = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.update)
        self.set_playing(False)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(_PX + 2 * _RING, _PX + 2 * _RING)

    def set_playing(self, playing: bool) -> None:
        self._playing = playing
        name = self.tr("Pause") if playing else self.tr("Play")
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        disc = QRectF(_RING, _RING, _PX, _PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("inverse" if self.isEnabled() else "faint"))
        painter.setOpacity(0.85 if self.isDown() else 1.0)
        painter.drawEllipse(disc)
        icon = "pause" if self._playing else "play"
        ratio = self.devicePixelRatioF()
        pixmap = self._theme.pixmap(icon, "ground", _GLYPH, ratio)
        middle = disc.center().toPoint()
        # A triangle looks centred when its weight is, a little to the right.
        nudge = 0 if self._playing else 1
        painter.drawPixmap(middle - QPoint(_GLYPH // 2 - nudge, _GLYPH // 2), pixmap)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(disc.adjusted(-2, -2, 2, 2))
