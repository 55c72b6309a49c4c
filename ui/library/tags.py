"""Tags of a take: press one to take it off, type one to add it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.shared.flow_layout import FlowLayout
from ui.shared.widgets import Button, as_role, in_tab_order

__all__ = ["Tags"]

_LONGEST = 40


class Tags(QWidget):
    edited = Signal(tuple)
    """tuple[str, ...]: all tags as they should be."""

    def __init__(self) -> None:
        super().__init__()
        self._tags: tuple[str, ...] = ()
        self._buttons: list[Button] = []
        self._flow = FlowLayout(self, gap=6)
        self.field = as_role(QLineEdit(), "tag")
        self.field.setPlaceholderText(self.tr("Add a tag"))
        self.field.setAccessibleName(self.tr("Add a tag"))
        self.field.setMaxLength(_LONGEST)
        self.field.setFixedWidth(92)
        # Also when it is left: what was typed for one take must not wait to be put on another.
        self.field.editingFinished.connect(self._add)
        self._flow.addWidget(self.field)

    def set_tags(self, tags: Sequence[str]) -> None:
        if tuple(tags) == self._tags and len(self._buttons) == len(tags):
            return
        self._tags = tuple(tags)
        for button in self._buttons:
            self._flow.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._flow.removeWidget(self.field)
        self._buttons = [self._button(tag) for tag in self._tags]
        for widget in (*self._buttons, self.field):
            self._flow.addWidget(widget)
        in_tab_order(self, *self._buttons, self.field)
        self.updateGeometry()

    def _button(self, tag: str) -> Button:
        button = Button(tag.replace("&", "&&"), "tag")
        button.setAccessibleName(self.tr("Tag {tag}").format(tag=tag))
        button.setToolTip(self.tr("Press to take this tag off"))
        button.clicked.connect(lambda: self._remove(tag))
        return button

    def _add(self) -> None:
        tag = " ".join(self.field.text().split())
        self.field.clear()
        if tag and tag not in self._tags:
            self._edit((*self._tags, tag))

    def _remove(self, tag: str) -> None:
        self._edit(tuple(other for other in self._tags if other != tag))
        self.field.setFocus()

    def _edit(self, tags: tuple[str, ...]) -> None:
        self.set_tags(tags)
        self.edited.emit(tags)
