"""The list's item model: those jobs that the filter lets through, in order, as they change."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from enum import IntEnum
from itertools import groupby
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QByteArray,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from engine.jobs import Change, Job, Status, utc_now
from engine.status import EngineStatus
from ui.queue import words
from ui.queue.jobs import Jobs
from ui.queue.order import Filter, Key, in_tab, search_text, sort_key

__all__ = ["QueueModel", "Role"]

Index = QModelIndex | QPersistentModelIndex
_MANY = 16
"""Rows that move at once from which on the whole order is told anew, in place of each move."""


class Role(IntEnum):
    """What can be asked of a row, beside Qt's own roles."""

    JOB = Qt.ItemDataRole.UserRole + 1
    """The Job itself: the delegate needs no other."""
    ID = Qt.ItemDataRole.UserRole + 2
    STATUS = Qt.ItemDataRole.UserRole + 3
    PROGRESS = Qt.ItemDataRole.UserRole + 4
    STARS = Qt.ItemDataRole.UserRole + 5
    SECOND_LINE = Qt.ItemDataRole.UserRole + 6


class QueueModel(QAbstractListModel):
    """The rows; ``jobs`` are all there are, shown or not.

    >>> studio.loaded.connect(model.set_jobs)
    >>> studio.changed.connect(model.apply)
    """

    counted = Signal(dict)
    """How many jobs each tab holds: dict[Show, int]."""
    rename_requested = Signal(str, str)
    """A job's id and its new name, edited in place."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs = Jobs()
        self._order: dict[str, Key] = {}  # of all jobs
        self._keys: list[Key] = []  # of the rows shown, sorted
        self._filter = Filter()
        self._texts: dict[str, str] = {}  # for the search; made when first searched
        self._status = EngineStatus()

    def set_jobs(self, jobs: Iterable[Job]) -> None:
        """Begin anew with these."""
        self.beginResetModel()
        self.jobs = Jobs(jobs)
        self._order = {job.id: sort_key(job) for job in self.jobs.all()}
        self._texts.clear()
        self._sift()
        self.endResetModel()
        self.counted.emit(dict(self.jobs.counts))

    def apply(self, changes: Sequence[Change]) -> None:
        """Take in new snapshots; of several of one job, the last counts."""
        latest = {change.job.id: change for change in changes}
        gone: list[Key] = []
        fresh: list[Key] = []
        moved: list[tuple[Key, Key]] = []
        same: list[Key] = []
        for id_, change in latest.items():
            before, after = self.jobs.get(id_), None if change.removed else change.job
            old = self._key(before)
            self._texts.pop(id_, None)
            new = self._key(after)
            if old and new:
                if old == new:
                    same.append(new)
                else:
                    moved.append((old, new))
            elif old:
                gone.append(old)
            elif new:
                fresh.append(new)
            if after is not None:
                self.jobs.note(id_, before, after)
                self._order[id_] = sort_key(after)
        self._remove(gone)
        for id_, change in latest.items():
            if change.removed:  # not before: until its row is gone, views may ask for it
                self.jobs.note(id_, self.jobs.get(id_), None)
                self._order.pop(id_, None)
        self._move(moved)
        self._insert(fresh)
        self._touch([*same, *(new for _, new in moved)])
        if latest:
            self.counted.emit(dict(self.jobs.counts))

    def set_filter(self, filter_: Filter) -> None:
        """Show other rows. Views start anew; what was selected is theirs to find again."""
        if filter_ != self._filter:
            self.beginResetModel()
            self._filter = filter_
            self._sift()
            self.endResetModel()

    def set_status(self, status: EngineStatus) -> None:
        """What the engine measured says when the waiting ones begin."""
        self._status = status

    @property
    def filter(self) -> Filter:
        return self._filter

    @property
    def paused(self) -> bool:
        return self._status.paused

    def job_at(self, row: int) -> Job:
        return self.jobs[self._keys[row][-1]]

    def row_of(self, id_: str) -> int:
        """The row that shows this job; -1 when none does."""
        key = self._key(self.jobs.get(id_))
        return -1 if key is None else bisect_left(self._keys, key)

    def row_after(self, id_: str) -> int:
        """The row beneath this job's, or beneath where it would stand if it were shown."""
        return bisect_right(self._keys, self._order[id_]) if id_ in self._order else 0

    def second_line(self, job: Job) -> str:
        if job.status is not Status.PENDING:
            return words.meta(job, self._source_name(job))
        if job.cancelling:
            return words.time_left(job, paused=False)
        if job.retry_at is not None:
            return words.retrying((job.retry_at - utc_now()).total_seconds())
        number, starts_in = self.jobs.start_of(job, self._status)
        return words.waiting(job, number, starts_in, paused=self._status.paused)

    def _source_name(self, job: Job) -> str:
        source = self.jobs.source(job)
        return source.name if source is not None else ""

    # Qt's questions.

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self._keys)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        job = self.job_at(index.row())
        match role:
            case Role.JOB:
                return job
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return job.name
            case Role.SECOND_LINE | Qt.ItemDataRole.AccessibleDescriptionRole:
                return self.second_line(job)
            case Qt.ItemDataRole.AccessibleTextRole:
                return words.announcement(job, self.second_line(job), self._source_name(job))
            case Qt.ItemDataRole.ToolTipRole:
                return words.tip(job)
            case Role.ID:
                return job.id
            case Role.STATUS:
                return job.status
            case Role.PROGRESS:
                return job.progress
            case Role.STARS:
                return job.take.stars if job.take else 0
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802
        """Announces a new name; the row changes once the store has it."""
        name = " ".join(str(value).split())
        job = self.job_at(index.row())
        if role != Qt.ItemDataRole.EditRole or not name or name == job.name:
            return False
        self.rename_requested.emit(job.id, name)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        job = self.job_at(index.row())
        if job.take is not None or job.status is Status.PENDING:
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        return flags | Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemNeverHasChildren

    def roleNames(self) -> dict[int, QByteArray]:  # noqa: N802
        names = super().roleNames()
        return names | {int(role): QByteArray(role.name.lower().encode()) for role in Role}

    # How rows come, go and move.

    def _key(self, job: Job | None) -> Key | None:
        """Of the row that shows this job; None when no row does."""
        return sort_key(job) if job is not None and self._accepts(job) else None

    def _accepts(self, job: Job) -> bool:
        if not in_tab(job, self._filter.show):
            return False
        if not self._filter.words:
            return True
        text = self._texts.get(job.id)
        if text is None:
            text = self._texts[job.id] = search_text(job)
        return all(word in text for word in self._filter.words)

    def _sift(self) -> None:
        if self._filter == Filter():
            self._keys = sorted(self._order.values())
        else:
            shown = (job.id for job in self.jobs.all() if self._accepts(job))
            self._keys = sorted(self._order[id_] for id_ in shown)

    def _remove(self, keys: list[Key]) -> None:
        rows = sorted(bisect_left(self._keys, key) for key in keys)
        for first, last in reversed(_stretches(rows)):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._keys[first : last + 1]
            self.endRemoveRows()

    def _insert(self, keys: list[Key]) -> None:
        groups = [
            (row, list(group))
            for row, group in groupby(sorted(keys), lambda key: bisect_left(self._keys, key))
        ]
        for row, group in reversed(groups):
            self.beginInsertRows(QModelIndex(), row, row + len(group) - 1)
            self._keys[row:row] = group
            self.endInsertRows()

    def _move(self, moves: list[tuple[Key, Key]]) -> None:
        if len(moves) > _MANY:
            self._reorder(moves)
            return
        for old, new in moves:
            row = bisect_left(self._keys, old)
            target = bisect_left(self._keys, new)
            if target in (row, row + 1):
                self._keys[row] = new
                continue
            self.beginMoveRows(QModelIndex(), row, row, QModelIndex(), target)
            del self._keys[row]
            self._keys.insert(target - (target > row), new)
            self.endMoveRows()

    def _reorder(self, moves: list[tuple[Key, Key]]) -> None:
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        ids = [self._keys[index.row()][-1] for index in before]
        replaced = dict(moves)
        self._keys = sorted(replaced.get(key, key) for key in self._keys)
        rows = {key[-1]: row for row, key in enumerate(self._keys)}
        self.changePersistentIndexList(before, [self.index(rows[id_]) for id_ in ids])
        self.layoutChanged.emit()

    def _touch(self, keys: list[Key]) -> None:
        for first, last in _stretches(sorted(bisect_left(self._keys, key) for key in keys)):
            self.dataChanged.emit(self.index(first), self.index(last))


def _stretches(rows: list[int]) -> list[tuple[int, int]]:
    """Sorted rows as (first, last) of those that lie side by side."""
    stretches: list[tuple[int, int]] = []
    for row in rows:
        if stretches and row == stretches[-1][1] + 1:
            stretches[-1] = (stretches[-1][0], row)
        else:
            stretches.append((row, row))
    return stretches
