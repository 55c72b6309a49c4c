"""Which rows are selected, as jobs: they stay so, whatever happens to the order of the rows."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QObject, Signal
from PySide6.QtWidgets import QListView

from engine.jobs import Job
from ui.queue.intents import Intents
from ui.queue.model import QueueModel

__all__ = ["Selection"]

_Flag = QItemSelectionModel.SelectionFlag


class Selection(QObject):
    """Of a view whose rows are those of the model; announces the current job through ``intents``.

    >>> selection.go_to(job.id)
    >>> selection.jobs()
    """

    changed = Signal()
    """Other rows are selected, or what they show is another."""

    def __init__(self, view: QListView, model: QueueModel, intents: Intents) -> None:
        """``view``: has its model already."""
        super().__init__(view)
        self._view, self._model, self._intents = view, model, intents
        self._told = ""
        """Id of the current job, as it was announced."""
        self._kept: list[str] = []
        self._fresh = True
        """Whether something was selected since these were kept."""
        model.modelAboutToBeReset.connect(self._remember)
        model.modelReset.connect(self._find_again)
        model.dataChanged.connect(self._tell_changed)
        self._rows = view.selectionModel()
        self._rows.selectionChanged.connect(self._note_selected)
        self._rows.selectionChanged.connect(self.changed)
        self._rows.currentChanged.connect(self._tell_current)
        view.model().rowsRemoved.connect(self._select_next)

    def current(self) -> Job | None:
        """The job of the row that the keys are for."""
        return self._job(self._view.currentIndex())

    def jobs(self) -> list[Job]:
        """From top to bottom, the current row's first."""
        rows = sorted(index.row() for index in self._rows.selectedIndexes())
        current = self._view.currentIndex().row()
        if current in rows:
            rows = [current, *(row for row in rows if row != current)]
        return [self._model.job_at(row) for row in rows]

    def has(self, such: Callable[[Job], bool]) -> bool:
        """Whether one of the selected jobs is such; quicker than ``jobs`` where there are many."""
        selected = self._rows.selection()
        parts = (selected.at(number) for number in range(selected.count()))
        rows = (row for part in parts for row in range(part.top(), part.bottom() + 1))
        return any(such(self._model.job_at(row)) for row in rows)

    def go_to(self, job_id: str) -> bool:
        """Select a row and bring it into sight; False if no row shows this job."""
        row = self._model.row_of(job_id)
        if row >= 0:
            # Said in full: the view's own setCurrentIndex would heed a Ctrl that is held down.
            self._rows.setCurrentIndex(self._index(row), _Flag.ClearAndSelect | _Flag.Rows)
        return row >= 0

    def begin(self) -> None:
        """Where nothing is selected, the keys are for the current row, or the first."""
        if self._model.rowCount() and not self._rows.hasSelection():
            self.go_to(self._model.job_at(max(self._view.currentIndex().row(), 0)).id)

    def _index(self, row: int) -> QModelIndex:
        return self._view.model().index(row, 0)

    def _job(self, index: QModelIndex) -> Job | None:
        return self._model.job_at(index.row()) if index.isValid() else None

    def _tell_current(self, current: QModelIndex) -> None:
        job = self._job(current)
        self._told = job.id if job else ""
        self._intents.selected.emit(job)

    def _tell_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        rows = range(first.row(), last.row() + 1)
        if self._view.currentIndex().row() in rows:
            self._intents.selected.emit(self.current())
        if any(self._rows.isSelected(self._index(row)) for row in rows):
            self.changed.emit()

    def _note_selected(self) -> None:
        self._fresh = True

    def _remember(self) -> None:
        """What a search hides is selected again when the search is over."""
        if self._fresh:
            self._kept, self._fresh = [job.id for job in self.jobs()], False

    def _find_again(self) -> None:
        rows = [row for id_ in self._kept if (row := self._model.row_of(id_)) >= 0]
        for row in rows:
            self._rows.select(self._index(row), _Flag.Select)
        if rows:
            self._rows.setCurrentIndex(self._index(rows[0]), _Flag.NoUpdate)
            self._view.scrollTo(self._view.currentIndex())
        elif self._told:
            self._tell_current(QModelIndex())

    def _select_next(self, _parent: QModelIndex, first: int, _last: int) -> None:
        """Where what was selected is gone, the keys are for the row that took its place; not where
        a search hides it."""
        rows = self._model.rowCount()
        if rows and self._told and not self._rows.hasSelection():
            self.go_to(self._model.job_at(min(first, rows - 1)).id)
