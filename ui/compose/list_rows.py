"""The rows of a prompt list as a table: line, prompt, settings, and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from engine.limits import FORMATS, GUIDANCE
from engine.promptlist import Row
from ui.compose.usual import Usual
from ui.shared.engine_words import in_own_words
from ui.shared.text import clock, tidy
from ui.shared.theme import Theme

if TYPE_CHECKING:  # the first paint does not wait for it
    from engine.request import Request

__all__ = ["ListRows"]

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class ListRows(QAbstractTableModel):
    """Texts are made when a row is painted, so that 50,000 rows open at once."""

    LINE, PROMPT, SETTINGS = range(3)

    def __init__(self, theme: Theme, usual: Usual) -> None:
        super().__init__()
        self._theme, self._usual = theme, usual
        self._rows: Sequence[Row] = ()
        self._heads = (self.tr("Line"), self.tr("Prompt"), self.tr("Settings"))

    def set_rows(self, rows: Sequence[Row]) -> None:
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = _ROOT) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(self._heads)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return self._heads[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return self._text(row, column)
            case Qt.ItemDataRole.ForegroundRole:
                return self._theme.color(self._colour(row, column))
            case Qt.ItemDataRole.FontRole if column == self.LINE:
                return self._theme.font(tabular=True)
        return None

    def _text(self, row: Row, column: int) -> str:
        if column == self.LINE:
            return str(row.line)
        if row.order is None:
            # What is wrong takes the prompt's place: there is no prompt to show.
            wrong = "; ".join(
                f"{problem.field}: {in_own_words(problem.message)}".removeprefix(": ")
                for problem in row.problems
            )
            return wrong[:1].upper() + wrong[1:] if column == self.PROMPT else ""
        if column == self.PROMPT:
            return row.template or row.order.request.prompt
        return self._settings(row, row.order.request)

    def _settings(self, row: Row, request: Request) -> str:
        """Length and takes always; of the others what differs from the usual."""
        parts = [clock(request.duration)]
        if row.prompts:
            parts.append(self.tr("%n prompt(s)", "", len(row.prompts)))
        if row.takes > 1:
            parts.append(self.tr("%n take(s)", "", row.takes))
        if request.seed is not None:
            parts.append(self.tr("seed {seed}").format(seed=request.seed))
        if request.model != self._usual.model.id:
            parts.append(self._usual.name_of(request.model))
        if request.output_format != FORMATS[0]:
            parts.append(request.output_format.upper())
        if request.loop:
            parts.append(self.tr("loop"))
        if request.guidance != GUIDANCE.usual:
            parts.append(self.tr("guidance {value}").format(value=tidy(request.guidance)))
        if row.same_as:
            parts.append(self.tr("same as line {line}").format(line=row.same_as))
        return " · ".join(parts)

    def _colour(self, row: Row, column: int) -> str:
        if row.order is None and column == self.PROMPT:
            return "bad"
        return "text" if column == self.PROMPT else "muted"
