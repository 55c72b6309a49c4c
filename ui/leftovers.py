"""Jobs that ended without a take: tried again, or cleared away, all at once."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.studio import Studio
from engine.jobs import Status
from ui.library.trash import Trash
from ui.menus import Menus
from ui.queue.model import QueueModel

__all__ = ["Leftovers"]


class Leftovers(QObject):
    def __init__(
        self, studio: Studio, model: QueueModel, trash: Trash, menus: Menus, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._studio, self._model, self._trash, self._menus = studio, model, trash, menus
        menus.retry_failed.triggered.connect(self.retry_failed)
        menus.clear_failed.triggered.connect(lambda: self.clear(Status.FAILED))
        menus.clear_cancelled.triggered.connect(lambda: self.clear(Status.CANCELLED))
        model.counted.connect(self._show)

    def retry_failed(self) -> None:
        """Put all that failed back into the queue."""
        ids = self._ids(Status.FAILED)
        if ids:
            self._studio.retry(ids)

    def clear(self, status: Status) -> None:
        """To the trash with all rows that ended so; like every deletion it can be undone."""
        ids = self._ids(status)
        if ids:
            self._trash.delete(ids)

    def _ids(self, status: Status) -> list[str]:
        return [job.id for job in self._model.jobs.standing(status)]

    def _show(self) -> None:
        self._menus.set_leftovers(
            failed=self._model.jobs.number(Status.FAILED),
            cancelled=self._model.jobs.number(Status.CANCELLED),
        )
