"""The one main action of a panel: filled with the accent, its shortcut beside its name."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QStyle, QStyleOptionButton, QWidget

from ui.shared.tokens import Size, Space
from ui.shared.widgets import Button

__all__ = ["MainButton"]


class MainButton(Button):
    def __init__(self, text: str, shortcut: str, parent: QWidget | None = None) -> None:
        super().__init__(text, "main", parent)
        self._shortcut = shortcut

    def sizeHint(self) -> QSize:  # noqa: N802
        tail = self.fontMetrics().horizontalAdvance(self._shortcut) + Space.HALF
        return super().sizeHint() + QSize(tail, 0)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        painter = QPainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        pen = self.palette().color(self.foregroundRole())
        small = self.font()
        small.setPixelSize(Size.SMALL)
        small.setWeight(small.Weight.Normal)
        width = self.fontMetrics().horizontalAdvance(self.text())
        painter.setFont(small)
        tail = painter.fontMetrics().horizontalAdvance(self._shortcut)
        left = (self.width() - width - Space.HALF - tail) // 2
        painter.setPen(pen)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(
            QRect(left + width + Space.HALF, 0, tail + 1, self.height()), flags, self._shortcut
        )
        painter.setFont(self.font())
        painter.drawText(QRect(left, 0, width + 1, self.height()), flags, self.text())
