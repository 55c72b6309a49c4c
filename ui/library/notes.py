"""Notes on a take: plain words on the panel, a field only once they are written on."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy

from ui.shared.widgets import as_role

__all__ = ["Notes"]

_MOST_ROWS = 8
"""Beyond these it scrolls."""
_ASIDE = 7
"""Pixels from the border, which is there while they are written on, to the text."""
_AROUND = 12
"""Pixels above and below the text, together."""


class Notes(QPlainTextEdit):
    """As high as its text."""

    def __init__(self) -> None:
        super().__init__()
        as_role(self, "notes")
        self.setPlaceholderText(self.tr("Add notes"))
        self.setAccessibleName(self.tr("Notes"))
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(0)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().documentLayout().documentSizeChanged.connect(self.updateGeometry)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusInEvent(event)
        self.setViewportMargins(_ASIDE, 0, _ASIDE, 0)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self.setViewportMargins(0, 0, 0, 0)

    def sizeHint(self) -> QSize:  # noqa: N802
        rows = min(max(int(self.document().size().height()), 1), _MOST_ROWS)
        return QSize(120, rows * self.fontMetrics().lineSpacing() + _AROUND)

    minimumSizeHint = sizeHint  # noqa: N815
