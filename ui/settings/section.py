"""Settings that belong together: a head, and a card with a row for each."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui.shared.tokens import Space
from ui.shared.widgets import as_role, hairline, label

__all__ = ["Row", "Section"]


class Row(QWidget):
    """What is set and what it means at the left, where it is set at the right."""

    def __init__(self, name: str, control: QWidget, hint: str = "") -> None:
        super().__init__()
        self.control = control
        self.hint = _words(hint, "small")
        self.problem = _words("", "problem")
        self.later = _words(self.tr("Takes effect at the next start."), "caution-small")
        self.later.hide()
        control.setAccessibleName(name)
        control.setAccessibleDescription(hint)
        self._said = said = QVBoxLayout()
        said.setSpacing(2)
        for words in (label(name), self.hint, self.problem, self.later):
            said.addWidget(words)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.EDGE, 12, Space.EDGE, 12)
        row.setSpacing(Space.EDGE)
        row.addLayout(said, 1)
        row.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)

    def put_below(self, widget: QWidget) -> None:
        """Something else to be read, below the name."""
        self._said.insertWidget(1, widget)

    def refuse(self, problem: str) -> None:
        """Say why what was chosen can't be; empty: it can."""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.control.setAccessibleDescription(problem or self.hint.text())


class Section(QWidget):
    def __init__(self, title: str, *rows: Row) -> None:
        super().__init__()
        card = as_role(QFrame(), "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.setSpacing(0)
        for number, row in enumerate(rows):
            if number:
                inside.addWidget(hairline())
            inside.addWidget(row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.HALF)
        column.addWidget(label(title.upper(), "section"))
        column.addWidget(card)


def _words(text: str, role: str) -> QLabel:
    made = label(text, role)
    made.setWordWrap(True)
    made.setVisible(bool(text))
    return made
