"""The sheet of models: all of them on cards, while downloads go on with or without it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.models import ModelEntry, Models
from ui.models.card import ModelCard
from ui.shared.notice_bar import NoticeBar
from ui.shared.text import size
from ui.shared.theme import Theme
from ui.shared.tokens import Space
from ui.shared.widgets import Button, label, scrolling

__all__ = ["ModelsSheet"]


class ModelsSheet(QDialog):
    chosen = Signal(str)
    """Make music with this model."""

    def __init__(self, theme: Theme, models: Models, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Models"))
        self._theme, self._models = theme, models
        self.cards: dict[str, ModelCard] = {}
        self.room = label("", "muted")
        self.notices = NoticeBar(theme, left=0)  # the window's own is behind this sheet
        self.close_button = Button(self.tr("Close"))
        self.close_button.clicked.connect(self.accept)
        self._lay_out()
        models.loaded.connect(self._set_entries)
        models.changed.connect(self._show_entry)
        models.noticed.connect(self.notices.tell)
        models.refresh()

    def _set_entries(self, entries: Sequence[ModelEntry]) -> None:
        for entry in entries:
            self._show_entry(entry)

    def _show_entry(self, entry: ModelEntry) -> None:
        if entry.id in self.cards:
            self.cards[entry.id].show_entry(entry)
        else:
            self._add(entry)
        self.room.setText(self.tr("{size} free on the disk").format(size=size(entry.free_bytes)))

    def _add(self, entry: ModelEntry) -> None:
        self.cards[entry.id] = card = ModelCard(self._theme, entry)
        card.download_wanted.connect(self._models.download)
        card.pause_wanted.connect(self._models.pause)
        card.remove_wanted.connect(self._models.remove)
        card.chosen.connect(self._choose)
        self._column.insertWidget(self._column.count() - 1, card)

    def _choose(self, model_id: str) -> None:
        self.chosen.emit(model_id)
        self.accept()

    def _lay_out(self) -> None:
        body = QWidget()
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(0, 0, Space.EDGE, 0)
        self._column.setSpacing(Space.HALF)
        self._column.addStretch()
        head = QHBoxLayout()
        head.addWidget(label(self.tr("Models"), "heading"), 1)
        head.addWidget(self.room)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.EDGE)
        column.setSpacing(Space.EDGE)
        column.addLayout(head)
        column.addWidget(self.notices)
        column.addWidget(scrolling(body), 1)
        column.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignRight)
        self.resize(720, 620)
