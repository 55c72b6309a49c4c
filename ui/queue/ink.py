"""What rows are painted with: fonts that are measured and colours that are looked up once."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QObject, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter

from ui.queue import words
from ui.shared.theme import Theme
from ui.shared.tokens import Size

__all__ = ["CENTER", "LEFT", "RIGHT", "Ink"]

LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
CENTER = int(Qt.AlignmentFlag.AlignCenter)


class Ink(QObject):
    """Fonts go by the names below, colours by the theme's roles."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self.fonts = {
            "title": theme.font(Size.TITLE, QFont.Weight.DemiBold),
            "small": theme.font(Size.SMALL, tabular=True),
            "step": theme.font(Size.SECTION, tabular=True),
            "now": theme.font(Size.SECTION, QFont.Weight.DemiBold),
            "time": theme.font(Size.BODY, tabular=True),
            "button": theme.font(Size.BODY),
        }
        self._metrics = {name: QFontMetrics(font) for name, font in self.fonts.items()}
        self._colors: dict[str, QColor] = {}
        self._elided = lru_cache(maxsize=512)(self._elide)
        theme.changed.connect(self._forget)

    def color(self, role: str) -> QColor:
        color = self._colors.get(role)
        if color is None:
            color = self._colors[role] = self._theme.color(role)
        return color

    def width(self, text: str, font: str) -> int:
        """Pixels."""
        return self._metrics[font].horizontalAdvance(text)

    def text(
        self, painter: QPainter, area: QRect, text: str, font: str, role: str, align: int = LEFT
    ) -> None:
        """On one line, cut to the area: whole facts from the end first, then letters."""
        painter.setFont(self.fonts[font])
        painter.setPen(self.color(role))
        painter.drawText(area, align, self._elided(text, area.width(), font))

    def icon(self, painter: QPainter, area: QRect, icon: str, role: str, px: int) -> None:
        """In the middle of the area."""
        pixmap = self._theme.pixmap(icon, role, px, painter.device().devicePixelRatioF())
        corner = area.center() - QPoint(px // 2 - 1, px // 2 - 1)
        painter.drawPixmap(corner, pixmap)

    def _forget(self) -> None:
        self._colors.clear()

    def _elide(self, text: str, width: int, font: str) -> str:
        metrics = self._metrics[font]
        while words.DOT in text and metrics.horizontalAdvance(text) > width:
            text = text.rpartition(words.DOT)[0]
        return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
