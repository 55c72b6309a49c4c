"""A round light: the state of an engine, a server or a notice, in one colour."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.shared.theme import Theme

__all__ = ["Light"]


class Light(QWidget):
    """Decoration only: the state is also told in words beside it."""

    def __init__(self, theme: Theme, role: str = "good", px: int = 8) -> None:
        super().__init__()
        self._theme, self._role, self._px = theme, role, px
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def role(self) -> str:
        return self._role

    def set_role(self, role: str) -> None:
        """The token whose colour it shows."""
        self._role = role
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(self._px, self._px)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._theme.color(self._role, 0.0))
        painter.setBrush(self._theme.color(self._role))
        painter.drawEllipse(self.rect())
