"""A take's name as a heading that can be changed: click, type, Enter; Escape takes it back."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QStyle, QStyleOptionFrame

from ui.shared.widgets import as_role

__all__ = ["NameEdit"]

_LONGEST = 200


class NameEdit(QLineEdit):
    renamed = Signal(str)
    """By the musician, to something else that is not empty."""
    left = Signal()
    """With Enter or Escape: where the keyboard goes now is for others to say."""

    def __init__(self) -> None:
        super().__init__()
        as_role(self, "rename")
        self.setAccessibleName(self.tr("Name of the take"))
        self.setMaxLength(_LONGEST)
        self._name = ""
        self.editingFinished.connect(self._finish)
        self.returnPressed.connect(self._leave)

    def set_name(self, name: str) -> None:
        """Show another name; what is being typed stays."""
        self._name = name
        self.setToolTip(name)
        if not (self.hasFocus() and self.isModified()):
            self.setText(name)
            self.setCursorPosition(0)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(80, super().minimumSizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self._name)
            self._leave()
        elif not (event.isAutoRepeat() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)):
            # Enter that is held down led here from the list, and would lead back at once.
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self.setCursorPosition(0)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        if self.hasFocus():
            super().paintEvent(event)
            return
        # A line edit cuts a long name off in the middle of a letter; a heading ends in "…".
        painter = QPainter(self)
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        style = self.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelLineEdit, option, painter, self)
        area = style.subElementRect(QStyle.SubElement.SE_LineEditContents, option, self)
        area.adjust(2, 0, -2, 0)  # QLineEdit's own margins
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, area.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def _leave(self) -> None:
        self.clearFocus()
        self.left.emit()

    def _finish(self) -> None:
        name = " ".join(self.text().split())
        if name and name != self._name:
            self.renamed.emit(name)
        else:
            self.setText(self._name)
