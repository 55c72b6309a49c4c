"""What lies over the window while something is dragged over it: says what dropping it does."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui.shared.theme import Theme
from ui.shared.tokens import Size, Space

__all__ = ["DropVeil"]


class DropVeil(QWidget):
    """Lets mouse and drags through to what lies beneath, which may take the drop itself."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._over, self._text = theme, parent, ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def say(self, text: str) -> None:
        """Cover the parent with ``text``."""
        self._text = text
        self.setGeometry(self._over.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self._theme.color("ground", 0.72))
        frame = QRectF(self.rect()).adjusted(
            Space.HALF + 0.5, Space.HALF + 0.5, -Space.HALF - 0.5, -Space.HALF - 0.5
        )
        painter.setPen(QPen(self._theme.color("accent"), 1, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(frame, Size.RADIUS, Size.RADIUS)
        painter.setPen(self._theme.color("text"))
        painter.setFont(self._theme.font(Size.HEADING, QFont.Weight.DemiBold))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        area = QRect(self.rect()).adjusted(Space.WIDE, 0, -Space.WIDE, 0)
        painter.drawText(area, flags, self._text)
