"""What a take was made from and what was made from it: each a press away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.jobs import Job
from ui.shared.flow_layout import FlowLayout
from ui.shared.tokens import Space
from ui.shared.widgets import Button, in_tab_order, label

__all__ = ["Origin"]

_MOST = 6
"""Takes that are named; the row's menu has them all."""
_LONGEST = 30
"""Characters of a name."""


class Origin(QWidget):
    """Hidden where there is nothing to say."""

    job_wanted = Signal(str)
    """Id of the take to go to."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[tuple[str, str, str], ...] = ()
        self._rows: list[QWidget] = []
        self._lines = QVBoxLayout()
        self._lines.setSpacing(Space.TIGHT)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.HALF)
        column.addWidget(label(self.tr("MADE FROM"), "section"))
        column.addLayout(self._lines)
        self.hide()

    def show_family(self, job: Job, source: Job | None, children: Sequence[Job]) -> None:
        """Of ``job``: the take that it builds on, and those that build on it."""
        continues = job.request.continue_from is not None
        lines = []
        if source is not None:
            how = self.tr("continuation of") if continues else self.tr("on the melody of")
            lines.append((how, source.id, source.name))
        for child in children[:_MOST]:
            on = child.request.continue_from is not None
            how = self.tr("continued in") if on else self.tr("melody used in")
            lines.append((how, child.id, child.name))
        if tuple(lines) != self._shown:
            self._shown = tuple(lines)
            self._rebuild()
        self.setVisible(bool(lines))

    def _rebuild(self) -> None:
        for old in self._rows:
            self._lines.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._rows = []
        for how, id_, name in self._shown:
            line = QWidget()
            flow = FlowLayout(line, gap=6)
            link = Button(_short(name).replace("&", "&&"), "link")
            link.setAccessibleName(f"{how} {name}")
            link.setToolTip(name)
            link.clicked.connect(lambda _checked=False, id_=id_: self.job_wanted.emit(id_))
            caption = label(how, "muted")
            caption.setMinimumHeight(link.sizeHint().height())
            flow.addWidget(caption)
            flow.addWidget(link)
            self._lines.addWidget(line)
            self._rows.append(line)
        in_tab_order(self, *self.findChildren(Button))


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1].rstrip()}…"
