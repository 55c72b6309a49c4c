"""The sheet that shows a prompt list before it is queued: every row, what is wrong, the totals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from engine.jobs import Failure, Order
from engine.promptlist import PromptList, Row
from ui.compose.list_rows import ListRows
from ui.compose.usual import Usual
from ui.shared.background import Background
from ui.shared.engine_words import in_own_words
from ui.shared.main_button import MainButton
from ui.shared.text import clock
from ui.shared.theme import Theme
from ui.shared.tokens import Space
from ui.shared.widgets import Button, as_role, label

__all__ = ["ListSheet"]

_ROW_HEIGHT = 32
_NAMED = 3
"""Models in the totals; of more there are no names."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """A list with its totals, counted on the thread that read it."""

    prompts: PromptList
    good: int
    """Right rows."""
    all_prompts: int
    """That they stand for."""
    bad: Sequence[Row]
    takes: int
    lengths: Mapping[str, float]
    """Seconds of music, by models."""

    @classmethod
    def of(cls, prompts: PromptList) -> _Reading:
        return cls(
            prompts, len(prompts.good), prompts.prompts, prompts.bad, prompts.takes, prompts.lengths
        )


class ListSheet(QDialog):
    """Reads in the background; queues all right rows with one press, or none."""

    submitted = Signal(list)
    """list[Order]"""
    as_one_wanted = Signal(str)
    """The pasted text is one prompt after all."""

    def __init__(
        self,
        theme: Theme,
        title: str,
        read: Callable[[], PromptList],
        background: Background,
        *,
        pasted: str = "",
        usual: Usual | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """``usual`` is what the list was read with."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Prompt list"))
        self._pasted, self._usual = pasted, usual or Usual()
        self._reading: _Reading | None = None
        self._background = background  # outlives the sheet: leaving it does not wait for a list
        self.title = label(title, "heading")
        self.totals = label(self.tr("Reading…"), "muted")
        self.notes = label("", "small")
        self.problem = label("", "problem")
        for text in (self.notes, self.problem):
            text.setWordWrap(True)
            text.hide()
        self.model = ListRows(theme, self._usual)
        self.model.setParent(self)
        self.table = _table(self.model)
        self.table.setAccessibleName(self.tr("Prompts of the list"))
        self.only_wrong = Button(self.tr("Only what is wrong"), "small")
        self.only_wrong.setCheckable(True)
        self.only_wrong.hide()
        self.as_one = Button(self.tr("Use as one prompt"))
        self.as_one.setVisible(bool(pasted))
        self.cancel = Button(self.tr("Cancel"))
        self.generate = MainButton(self.tr("Generate"), "⏎")
        self.generate.setEnabled(False)
        self.generate.setDefault(True)
        self._lay_out()
        self.only_wrong.toggled.connect(self._sift)
        self.as_one.clicked.connect(self._use_as_one)
        self.cancel.clicked.connect(self.reject)
        self.generate.clicked.connect(self._submit)
        self._background.run(lambda: _Reading.of(read()), self._show, self._fail)

    def _show(self, reading: _Reading) -> None:
        self._reading = reading
        prompts = reading.prompts
        self.model.set_rows(prompts.rows)
        self.totals.setText(self._totals(reading) if reading.good else "")
        self.totals.setVisible(bool(reading.good))
        self._say(self.notes, "\n".join(map(in_own_words, prompts.notes)))
        wrong = list(map(in_own_words, prompts.problems))
        if reading.bad:
            wrong.append(self.tr("%Ln line(s) cannot be used", "", len(reading.bad)))
        self._say(self.problem, "\n".join(wrong))
        self.only_wrong.setVisible(bool(reading.bad and reading.good))
        self.generate.setEnabled(bool(reading.good))
        (self.generate if reading.good else self.cancel).setFocus()
        if reading.bad and reading.good:
            self.generate.setText(self.tr("Generate the %Ln right one(s)", "", reading.good))
        elif reading.good:
            self.generate.setText(self.tr("Generate %Ln take(s)", "", reading.takes))
        self.table.setVisible(bool(prompts.rows))

    def _totals(self, reading: _Reading) -> str:
        parts = [self.tr("%Ln prompt(s)", "", reading.all_prompts)]
        if reading.takes != reading.all_prompts:
            parts.append(self.tr("%Ln take(s)", "", reading.takes))
        length = sum(reading.lengths.values())
        parts.append(self.tr("{time} of music").format(time=clock(length)))
        names = list(dict.fromkeys(map(self._usual.name_of, reading.lengths)))
        parts.append(", ".join([*names[:_NAMED], "…"] if len(names) > _NAMED else names))
        work = self._usual.work(reading.lengths)
        if work is not None:
            parts.append(self.tr("about {time} to make").format(time=clock(max(1.0, work))))
        return " · ".join(parts)

    def _fail(self, failure: Failure) -> None:
        self.totals.hide()
        said = map(in_own_words, (failure.message, failure.hint))
        self._say(self.problem, " ".join(filter(None, said)))
        self.problem.setToolTip(failure.detail)

    @staticmethod
    def _say(where: QLabel, text: str) -> None:
        where.setText(text)
        where.setVisible(bool(text))

    def _sift(self, only_wrong: bool) -> None:
        if self._reading is not None:
            rows = self._reading.bad if only_wrong else self._reading.prompts.rows
            self.model.set_rows(rows)

    def _submit(self) -> None:
        if self._reading is not None:
            self.generate.setEnabled(False)
            self._background.run(self._reading.prompts.orders, self._announce, self._fail)

    def _announce(self, orders: list[Order]) -> None:
        self.submitted.emit(orders)
        self.accept()

    def _use_as_one(self) -> None:
        self.as_one_wanted.emit(" ".join(self._pasted.split()))
        self.accept()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        words = QVBoxLayout()
        words.setSpacing(Space.TIGHT)
        for widget in (self.title, self.totals, self.notes, self.problem):
            words.addWidget(widget)
        words.addStretch()  # at the top, also where there is no table beneath
        head.addLayout(words, 1)
        head.addWidget(self.only_wrong, 0, Qt.AlignmentFlag.AlignBottom)
        foot = QHBoxLayout()
        foot.addWidget(self.as_one)
        foot.addStretch()
        foot.addWidget(self.cancel)
        foot.addWidget(self.generate)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.EDGE)
        column.setSpacing(Space.EDGE)
        column.addLayout(head)
        column.addWidget(self.table, 1)
        column.addLayout(foot)
        self.resize(820, 560)


def _table(model: ListRows) -> QTableView:
    table = as_role(QTableView(), "sheet")
    table.setModel(model)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    rows, columns = table.verticalHeader(), table.horizontalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setDefaultSectionSize(_ROW_HEIGHT)
    columns.setHighlightSections(False)
    columns.setSectionResizeMode(ListRows.PROMPT, QHeaderView.ResizeMode.Stretch)
    columns.resizeSection(ListRows.LINE, 64)
    columns.resizeSection(ListRows.SETTINGS, 240)
    return table
