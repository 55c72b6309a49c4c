"""The handle that drags a take out of the window: into a DAW or a file manager."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Qt, Signal
from PySide6.QtGui import QDrag, QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QApplication

from engine.errors import MusicError
from engine.jobs import Failure, Job
from ui.shared.take_mime import carry
from ui.shared.theme import Theme
from ui.shared.widgets import Button

__all__ = ["DragHandle"]


class DragHandle(Button):
    """Offers a real file with a human name; pressed by keyboard, it copies that file instead."""

    failed = Signal(Failure)
    copied = Signal(str)
    """The take's name: its file is on the clipboard."""

    def __init__(self, theme: Theme, file_of: Callable[[Job], Path]) -> None:
        super().__init__("")
        self.setText(self.tr("Drag to DAW"))
        self.setToolTip(self.tr("Drag the take into another program; press to copy its file"))
        self._theme, self._file_of = theme, file_of
        self._job: Job | None = None
        self._pressed_at: QPoint | None = None
        self.clicked.connect(self._copy)
        theme.changed.connect(self._refresh)
        self._refresh()

    def set_job(self, job: Job | None) -> None:
        self._job = job

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._pressed_at is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        moved = event.position().toPoint() - self._pressed_at
        if moved.manhattanLength() < QApplication.startDragDistance():
            return
        self._pressed_at = None
        self.setDown(False)
        mime = self._offer()
        if mime is not None:
            drag = QDrag(self)
            drag.setMimeData(mime)
            drag.setPixmap(self._theme.pixmap("music", "accent", 24, self.devicePixelRatioF()))
            drag.exec(Qt.DropAction.CopyAction)

    def _copy(self) -> None:
        mime = self._offer()
        if mime is not None and self._job is not None:
            QGuiApplication.clipboard().setMimeData(mime)
            self.copied.emit(self._job.name)

    def _offer(self) -> QMimeData | None:
        if self._job is None:
            return None
        try:
            path = self._file_of(self._job)
        except MusicError as error:
            self.failed.emit(Failure.of(error))
            return None
        mime = QMimeData()
        carry(mime, [self._job], [path])
        return mime

    def _refresh(self) -> None:
        self.setIcon(self._theme.icon("grip"))
