"""The line at the window's top: the name, the menus, and where the music is made."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.compose.model_picker import ModelPicker
from ui.menus import Menus
from ui.shared.tokens import Space
from ui.shared.widgets import as_role, hairline, label

__all__ = ["TopBar"]


class TopBar(QWidget):
    def __init__(self, menus: Menus, models: ModelPicker) -> None:
        super().__init__()
        as_role(self, "panel")
        row = QHBoxLayout()
        row.setContentsMargins(Space.EDGE, 4, Space.EDGE, 4)
        row.setSpacing(Space.HALF)
        row.addWidget(label("DGX Music Studio", "brand"))
        row.addWidget(menus, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(1)
        row.addWidget(models)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(hairline())
