"""A queue at rest says so until it goes on: its menu may be far from the mind."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from app.notices import Action, Notice
from engine.status import EngineStatus
from ui.shared.notice_bar import NoticeBar

__all__ = ["Resting"]


class Resting(QObject):
    """Keeps the menu's mark and the notice in step with whether the queue is paused."""

    KEY = "paused"

    def __init__(self, notices: NoticeBar, mark: QAction, parent: QObject) -> None:
        super().__init__(parent)
        self._notices, self._mark = notices, mark
        self._paused = False

    def show_status(self, status: EngineStatus) -> None:
        self._mark.setChecked(status.paused)
        if status.paused == self._paused:
            return
        self._paused = status.paused
        if status.paused:
            go_on = Action("go-on", self.tr("Go on"))
            self._notices.tell(
                Notice(self.tr("The queue is paused."), actions=(go_on,), key=self.KEY)
            )
        else:
            self._notices.dismiss(self.KEY)
