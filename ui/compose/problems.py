"""What is wrong with a request, told in plain words at the field that it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QLabel, QScrollArea, QWidget

from engine.errors import InvalidRequest
from ui.shared.engine_words import in_own_words
from ui.shared.widgets import label, set_flag

__all__ = ["Problems"]

_ELSEWHERE = ""  # for fields that have no place of their own


class Problems:
    """A label for each field of a request that has one, and one for all others."""

    def __init__(self, fields: Mapping[str, QWidget], keyboard: Mapping[str, QWidget]) -> None:
        """``fields``: by the request's field, the widget to mark while it is wrong; ``keyboard``:
        the one that takes the keyboard, where that is another."""
        self._fields, self._keyboard = fields, {**fields, **keyboard}
        self.labels = {name: _problem_label() for name in (*fields, _ELSEWHERE)}

    def told(self, field: str) -> str:
        """What is told of a field; empty when nothing is."""
        shown = self.labels[field]
        return "" if shown.isHidden() else shown.text()

    def tell(self, field: str, text: str) -> None:
        self.labels[field].setText(text[:1].upper() + text[1:])
        self.labels[field].show()
        if field in self._fields:
            set_flag(self._fields[field], "invalid", True)

    def tell_all(self, error: InvalidRequest, instead: Mapping[str, str]) -> None:
        """Every problem of an error; ``instead`` has better words for some fields."""
        for problem in error.problems:
            said = instead.get(problem.field) or in_own_words(problem.message)
            if problem.field in self._fields:
                self.tell(problem.field, said)
            else:
                self.tell(_ELSEWHERE, f"{problem.field}: {said}")

    def say(self, field: str, text: str) -> None:
        """Tell it, to a screen reader too."""
        self.tell(field, text)
        self._announce()

    def point_out(self, tell: Callable[[], None], area: QScrollArea) -> None:
        """Tell it, to a screen reader too, with the keyboard where the first of it is wrong;
        ``area`` is where the fields are."""
        tell()
        wrong = next((at for name, at in self._keyboard.items() if self.told(name)), None)
        if wrong is not None:
            wrong.setFocus(Qt.FocusReason.OtherFocusReason)
            area.ensureWidgetVisible(wrong)
            tell()  # again: what stood in the field that was left is taken up, and all reviewed
        self._announce()

    def clear(self) -> None:
        for shown in self.labels.values():
            shown.hide()
        for field in self._fields.values():
            set_flag(field, "invalid", False)

    def _announce(self) -> None:
        wrong = [name for name in self.labels if self.told(name)]
        said = "\n".join(map(self._spoken, wrong))
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.labels[wrong[0]], said))

    def _spoken(self, name: str) -> str:
        field = self._fields.get(name)
        title = field.accessibleName() if field is not None else ""
        return f"{title}: {self.told(name)}" if title else self.told(name)


def _problem_label() -> QLabel:
    shown = label("", "problem")
    shown.setWordWrap(True)
    shown.hide()
    return shown
