"""The mouse over the list: what it points at, and what a click there asks for."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QListView

from engine.jobs import Job
from ui.queue.delegate import Hover, RowDelegate, star_at
from ui.queue.intents import Intents, playable
from ui.queue.layout import Zone, zone_at
from ui.queue.model import QueueModel

__all__ = ["Pointer"]

_BUTTONS = (Zone.PLAY, Zone.STARS, Zone.CANCEL, Zone.RETRY, Zone.MENU)
"""A press in one of these neither selects nor drags the row."""


class Pointer(QObject):
    """Sees the mouse before the list does, and leaves to it whatever is not a button's."""

    menu_wanted = Signal(int, QPoint)
    """A row, and where on the viewport its menu should open."""

    def __init__(
        self, view: QListView, model: QueueModel, rows: RowDelegate, intents: Intents
    ) -> None:
        super().__init__(view)
        self._view, self._model, self._rows, self._intents = view, model, rows, intents
        self._pressed: tuple[str, Zone] | None = None
        view.viewport().setMouseTracking(True)
        view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Leave:
            self._point_at(Hover())
        elif event.type() == QEvent.Type.ToolTip:
            return self._rows.hover.zone is not Zone.ROW  # tips are for the words of a row
        elif isinstance(event, QMouseEvent):
            hover = self._hover_at(event.position().toPoint())
            match event.type():
                case QEvent.Type.MouseButtonPress:
                    return self._press(event, hover)
                case QEvent.Type.MouseMove:
                    self._point_at(hover)
                    return self._holds_button()
                case QEvent.Type.MouseButtonRelease:
                    return self._release(event, hover)
                case QEvent.Type.MouseButtonDblClick:
                    return self._double_click(event, hover)
        return super().eventFilter(watched, event)

    def _hover_at(self, point: QPoint) -> Hover:
        index = self._view.indexAt(point)
        if not index.isValid():
            return Hover()
        area = self._view.visualRect(index)
        job, inside = self._model.job_at(index.row()), point - area.topLeft()
        zone = zone_at(self._rows.parts(job, area.width()), inside)
        if (zone is Zone.PLAY and not playable(job)) or (zone is Zone.WAVE and job.take is None):
            zone = Zone.ROW
        return Hover(index.row(), zone, inside)

    def _point_at(self, hover: Hover) -> None:
        before, self._rows.hover = self._rows.hover, hover
        if hover == before:
            return
        view = self._view
        for row in {before.row, hover.row} - {-1}:
            view.viewport().update(view.visualRect(view.model().index(row, 0)))
        hand = hover.zone is not Zone.ROW
        shape = Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor
        view.viewport().setCursor(shape)

    def _holds_button(self) -> bool:
        return self._pressed is not None and self._pressed[1] in _BUTTONS

    def _press(self, event: QMouseEvent, hover: Hover) -> bool:
        self._pressed = None
        if hover.row >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = self._model.job_at(hover.row).id, hover.zone
        if self._holds_button():
            self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        return self._holds_button()

    def _release(self, event: QMouseEvent, hover: Hover) -> bool:
        held = self._holds_button()
        pressed, self._pressed = self._pressed, None
        if pressed is not None and hover.row >= 0 and not event.modifiers():
            job = self._model.job_at(hover.row)
            if pressed == (job.id, hover.zone):
                self._click(job, hover)
        return held

    def _double_click(self, event: QMouseEvent, hover: Hover) -> bool:
        if hover.row >= 0 and hover.zone is Zone.ROW:
            job = self._model.job_at(hover.row)
            if playable(job):
                self._intents.seek_requested.emit(job.id, 0.0)
        return self._press(event, hover)

    def _click(self, job: Job, hover: Hover) -> None:
        parts = self._rows.parts(job, self._view.viewport().width())
        match hover.zone:
            case Zone.PLAY:
                self._intents.play(job)
            case Zone.WAVE if job.take is not None:
                share = (hover.at.x() - parts.wave.left()) / parts.wave.width()
                self._intents.seek_requested.emit(job.id, share * job.take.duration)
            case Zone.STARS:
                self._intents.rate([job], star_at(parts.stars, hover.at))
            case Zone.CANCEL:
                self._intents.cancel([job])
            case Zone.RETRY:
                self._intents.retry([job])
            case Zone.MENU:
                area = self._view.visualRect(self._view.model().index(hover.row, 0))
                self.menu_wanted.emit(hover.row, area.topLeft() + parts.menu.bottomLeft())
