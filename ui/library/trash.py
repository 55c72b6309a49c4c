"""Deleting takes, and taking it back: the last deletion first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from app.notices import Action, Notice
from app.studio import Studio

__all__ = ["Trash"]

_SECONDS = 10.0


class Trash(QObject):
    KEY = "deleted"
    noticed = Signal(Notice)
    undo_possible = Signal(bool)

    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(parent)
        self._studio = studio
        self._deletions: list[list[str]] = []

    def delete(self, ids: Sequence[str]) -> None:
        self._deletions.append(list(ids))
        self._studio.delete(ids)
        self.undo_possible.emit(True)
        self.noticed.emit(
            Notice(
                self.tr("%n job(s) deleted.", "", len(ids)),
                actions=(Action("undo", self.tr("Undo")),),
                key=self.KEY,
                seconds=_SECONDS,
            )
        )

    def undo(self) -> None:
        if self._deletions:
            self._studio.restore(self._deletions.pop())
        self.undo_possible.emit(bool(self._deletions))
