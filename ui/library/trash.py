"""Deleting takes: a notice says so and offers to undo it, and so does the menu."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from app.notices import Action, Notice
from app.studio import Studio

__all__ = ["Trash"]

_SECONDS = 10.0


class Trash(QObject):
    KEY = "deleted"
    """Of its notice. That offers to undo what was done last, so it goes when something else is."""

    noticed = Signal(Notice)

    def __init__(self, studio: Studio, stack: QUndoStack, parent: QObject) -> None:
        super().__init__(parent)
        self._studio, self._stack = studio, stack

    def delete(self, ids: Sequence[str]) -> None:
        self._stack.push(_Deletion(self, self.tr("delete"), ids))

    def put_in(self, ids: Sequence[str]) -> None:
        self._studio.delete(ids)
        self.noticed.emit(
            Notice(
                self.tr("%n job(s) deleted.", "", len(ids)),
                actions=(Action("undo", self.tr("Undo")),),
                key=self.KEY,
                seconds=_SECONDS,
            )
        )

    def take_out(self, ids: Sequence[str]) -> None:
        self._studio.restore(ids)


class _Deletion(QUndoCommand):
    def __init__(self, trash: Trash, name: str, ids: Sequence[str]) -> None:
        super().__init__(name)
        self._trash, self._ids = trash, list(ids)

    def redo(self) -> None:
        self._trash.put_in(self._ids)

    def undo(self) -> None:
        self._trash.take_out(self._ids)
