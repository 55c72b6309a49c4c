"""The end of Compose: sends what it says, as new takes or in place of a waiting job."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.shared.main_button import MainButton
from ui.shared.tokens import Space
from ui.shared.widgets import Button

__all__ = ["Foot"]


class Foot(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.generate = MainButton(self.tr("Generate"), "Ctrl ⏎")
        self.generate.setToolTip(self.tr("Ctrl+Enter; with Shift in front of all that waits"))
        self.stop_editing = Button(self.tr("Leave it as it is"), "link")
        self.stop_editing.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.EDGE, Space.HALF, Space.EDGE, Space.EDGE)
        column.setSpacing(Space.TIGHT)
        column.addWidget(self.stop_editing, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.generate)

    def show_editing(self, editing: bool) -> None:
        """Whether a waiting job is changed."""
        generate, change = self.tr("Generate"), self.tr("Change the waiting job")
        self.generate.setText(change if editing else generate)
        self.stop_editing.setVisible(editing)
