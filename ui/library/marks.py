"""What the musician says of takes: names, stars, tags, notes, what is kept; each can be undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from app.studio import Studio
from engine.jobs import Job

__all__ = ["Marks"]

Fields = dict[str, Any]

_NOTES = 1
"""Notes are saved bit by bit as they are written, and undone whole: commands of this id join."""


class Marks(QObject):
    """The one way in which the window changes them.

    >>> marks.set(["gen_1", "gen_2"], {"stars": 4})
    >>> stack.undo()                                   # both are as they were
    """

    brought_back = Signal(list)
    """Ids of the jobs that an undo or a redo has changed."""

    def __init__(
        self,
        studio: Studio,
        find: Callable[[str], Job | None],
        stack: QUndoStack,
        parent: QObject,
    ) -> None:
        """``find`` gives a job by its id, as it stands."""
        super().__init__(parent)
        self._studio, self._find, self._stack = studio, find, stack

    def set(self, ids: Sequence[str], fields: Fields) -> None:
        """Give all these jobs these fields: ``name``, or of their takes ``stars``, ``kept``,
        ``tags`` or ``notes``."""
        jobs = [job for id_ in ids if (job := self._find(id_)) is not None]
        if jobs:
            before = {job.id: _fields_of(job, fields) for job in jobs}
            self._stack.push(_Marking(self, self._name_of(fields), before, fields))

    def write(self, each: Mapping[str, Fields], *, back: bool) -> None:
        """Pass them on; ``back``: they have been so before."""
        for id_, fields in each.items():
            self._studio.annotate(id_, **fields)
        if back:
            self.brought_back.emit(list(each))

    def _name_of(self, fields: Fields) -> str:
        """What is undone, as the menu calls it."""
        names = {
            "name": self.tr("name"),
            "stars": self.tr("stars"),
            "tags": self.tr("tags"),
            "notes": self.tr("notes"),
            "kept": self.tr("keep or reject"),
        }
        return names[next(iter(fields))]


class _Marking(QUndoCommand):
    def __init__(self, marks: Marks, name: str, before: dict[str, Fields], after: Fields) -> None:
        super().__init__(name)
        self._marks, self.before, self.after = marks, before, after
        self._done = False

    def redo(self) -> None:
        again, self._done = self._done, True
        self._marks.write(dict.fromkeys(self.before, self.after), back=again)

    def undo(self) -> None:
        self._marks.write(self.before, back=True)

    def id(self) -> int:
        return _NOTES if set(self.after) == {"notes"} else -1

    def mergeWith(self, other: QUndoCommand) -> bool:  # noqa: N802
        if not isinstance(other, _Marking) or other.before.keys() != self.before.keys():
            return False
        self.after = other.after
        self.setObsolete(all(fields == self.after for fields in self.before.values()))
        return True


def _fields_of(job: Job, wanted: Fields) -> Fields:
    """These fields as they stand."""
    return {name: getattr(job if name == "name" else job.take, name) for name in wanted}
