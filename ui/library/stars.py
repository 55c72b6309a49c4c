"""Stars of a take: a slider from 0 to 5 to the keyboard and to screen readers."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy

from ui.shared.theme import Theme

__all__ = ["Stars"]

_PX, _STEP = 16, 20  # pixels: a star, and from one to the next


class Stars(QAbstractSlider):
    """Click a star, or press 0 to 5; the star that is there already takes them all away."""

    rated = Signal(int)
    """By the musician or a screen reader, not by ``show_stars``."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._showing = False
        self.setRange(0, 5)
        self.setPageStep(1)
        self.setAccessibleName(self.tr("Stars"))
        self.setToolTip(self.tr("Rate with a click, or with the keys 1 to 5"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.valueChanged.connect(self._value_changed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(5 * _STEP, _PX + 8)

    def show_stars(self, stars: int) -> None:
        self._showing = True
        self.setValue(stars)
        self._showing = False

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() != Qt.MouseButton.LeftButton:
            return
        star = int(event.position().x() // _STEP) + 1
        if 1 <= star <= 5:
            self.setValue(0 if star == self.value() else star)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        keys = {Qt.Key.Key_Right: self.value() + 1, Qt.Key.Key_Left: self.value() - 1}
        keys |= {Qt.Key(Qt.Key.Key_0 + number): number for number in range(6)}
        if Qt.Key(event.key()) in keys:
            self.setValue(keys[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        for star in range(5):
            role = "accent" if star < self.value() else "faint"
            pixmap = self._theme.pixmap("star", role, _PX, ratio)
            painter.drawPixmap(QRect(1 + star * _STEP, 4, _PX, _PX), pixmap)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.color("accent"), 1))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 6, 6)

    def _value_changed(self, stars: int) -> None:
        self.update()
        if not self._showing:
            self.rated.emit(stars)
