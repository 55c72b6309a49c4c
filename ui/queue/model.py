"""The list's item model: job snapshots in order, upserted as they change."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
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

from engine.jobs import LOCAL, Change, Job, Status, utc_now
from engine.status import EngineStatus
from ui.queue import words
from ui.queue.lineage import Lineage, source_of
from ui.queue.order import Filter, Key, Places, Show, in_tab, search_text, sort_key

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
    """All jobs there are, and those among them that the filter lets through, in order.

    >>> studio.loaded.connect(model.set_jobs)
    >>> studio.changed.connect(model.apply)
    """

    counted = Signal(dict)
    """How many jobs each tab holds: dict[Show, int]."""
    rename_requested = Signal(str, str)
    """A job's id and its new name, edited in place."""

    def __init__(self) -> None:
        super().__init__()
        self._jobs: dict[str, Job] = {}
        self._order: dict[str, Key] = {}  # of all jobs
        self._keys: list[Key] = []  # of the rows shown, sorted
        self._filter = Filter()
        self._texts: dict[str, str] = {}  # for the search; made when first searched
        self._counts = dict.fromkeys(Show, 0)
        self._takes = 0
        self._running: set[str] = set()
        self._lineage = Lineage()
        self._standing: Counter[Status] = Counter()
        self._places: Places | None = None
        self._status = EngineStatus()

    def set_jobs(self, jobs: Iterable[Job]) -> None:
        """Begin anew with these."""
        self.beginResetModel()
        self._jobs = {job.id: job for job in jobs}
        self._order = {id_: sort_key(job) for id_, job in self._jobs.items()}
        self._running = {id_ for id_, job in self._jobs.items() if _runs(job)}
        self._places = None
        self._lineage = Lineage()
        for job in self._jobs.values():
            self._lineage.note(None, job)
        self._standing = Counter(job.status for job in self._jobs.values())
        self._texts.clear()
        self._counts = {s: sum(in_tab(job, s) for job in self._jobs.values()) for s in Show}
        self._takes = sum(job.take is not None for job in self._jobs.values())
        self._sift()
        self.endResetModel()
        self.counted.emit(dict(self._counts))

    def apply(self, changes: Sequence[Change]) -> None:
        """Take in new snapshots; of several of one job, the last counts."""
        latest = {change.job.id: change for change in changes}
        gone: list[Key] = []
        fresh: list[Key] = []
        moved: list[tuple[Key, Key]] = []
        same: list[Key] = []
        for id_, change in latest.items():
            before, after = self._jobs.get(id_), None if change.removed else change.job
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
            self._note(id_, before, after)
        self._remove(gone)
        for id_, change in latest.items():
            if change.removed:
                self._jobs.pop(id_, None)
                self._order.pop(id_, None)
        self._move(moved)
        self._insert(fresh)
        self._touch([*same, *(new for _, new in moved)])
        if latest:
            self.counted.emit(dict(self._counts))

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
    def total(self) -> int:
        """Jobs there are, shown or not."""
        return len(self._jobs)

    @property
    def takes(self) -> int:
        """Takes there are, shown or not."""
        return self._takes

    @property
    def paused(self) -> bool:
        return self._status.paused

    @property
    def under_way(self) -> bool:
        """Whether anything waits or runs."""
        return self._counts[Show.QUEUE] > 0

    def job(self, id_: str) -> Job | None:
        return self._jobs.get(id_)

    def job_at(self, row: int) -> Job:
        return self._jobs[self._keys[row][-1]]

    def jobs(self, ids: Iterable[str]) -> list[Job]:
        return [job for id_ in ids if (job := self._jobs.get(id_)) is not None]

    def jobs_in(self, show: Show) -> list[Job]:
        """Those that a tab would show without a search, in no order."""
        return [job for job in self._jobs.values() if in_tab(job, show)]

    def number(self, status: Status) -> int:
        """How many jobs stand so."""
        return self._standing[status]

    def standing(self, status: Status) -> list[Job]:
        """All jobs that stand so, shown or not, in no order."""
        return [job for job in self._jobs.values() if job.status is status]

    def waiting(self) -> list[Job]:
        """Those that wait, in the queue's order."""
        return sorted((j for j in self._jobs.values() if j.status is Status.PENDING), key=sort_key)

    def source(self, job: Job) -> Job | None:
        """The take that this job builds on, where it is in the library still."""
        id_ = source_of(job)
        return self._jobs.get(id_) if id_ is not None else None

    def made_from(self, job: Job) -> list[Job]:
        """What builds on this job, in the order in which it was asked for."""
        return self.jobs(self._lineage.made_from(job.id))

    def row_of(self, id_: str) -> int:
        """The row that shows this job; -1 when none does."""
        key = self._key(self._jobs.get(id_))
        return -1 if key is None else bisect_left(self._keys, key)

    def second_line(self, job: Job) -> str:
        if job.status is not Status.PENDING:
            return words.meta(job, self._source_name(job))
        if job.cancelling:
            return words.time_left(job, paused=False)
        if job.retry_at is not None:
            return words.retrying((job.retry_at - utc_now()).total_seconds())
        number, starts_in = self._start_of(job)
        return words.waiting(job, number, starts_in, paused=self._status.paused)

    def _source_name(self, job: Job) -> str:
        source = self.source(job)
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

    def _note(self, id_: str, before: Job | None, after: Job | None) -> None:
        for show in Show:
            self._counts[show] += bool(after and in_tab(after, show))
            self._counts[show] -= bool(before and in_tab(before, show))
        self._lineage.note(before, after)
        for job, by in ((before, -1), (after, 1)):
            if job is not None:
                self._standing[job.status] += by
        self._takes += bool(after and after.take) - bool(before and before.take)
        if any(job is not None and job.status is Status.PENDING for job in (before, after)):
            self._places = None
        self._running.discard(id_)
        if after is not None:
            self._jobs[id_] = after
            self._order[id_] = sort_key(after)
            if _runs(after):
                self._running.add(id_)

    def _sift(self) -> None:
        if self._filter == Filter():
            self._keys = sorted(self._order.values())
        else:
            shown = (id_ for id_, job in self._jobs.items() if self._accepts(job))
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

    def _start_of(self, job: Job) -> tuple[int, float | None]:
        """A waiting job's place, and the seconds until it begins if that can be told."""
        if self._places is None:
            self._places = Places(self.waiting())
        place = self._places.get(job.id)
        if place is None:
            return 0, None
        here = (each for each in self.jobs(self._running) if each.place == LOCAL)
        left = [running.eta_seconds for running in here]
        known = [seconds for seconds in left if seconds is not None]
        speed = self._status.speed
        if not speed or (left and not known) or job.place != LOCAL:
            return place.number, None
        return place.number, min(known, default=0.0) + place.ahead / speed


def _runs(job: Job) -> bool:
    return job.status is Status.PROCESSING


def _stretches(rows: list[int]) -> list[tuple[int, int]]:
    """Sorted rows as (first, last) of those that lie side by side."""
    stretches: list[tuple[int, int]] = []
    for row in rows:
        if stretches and row == stretches[-1][1] + 1:
            stretches[-1] = (stretches[-1][0], row)
        else:
            stretches.append((row, row))
    return stretches
