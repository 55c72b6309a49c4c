"""The list itself: rows of jobs and takes, by mouse, by keyboard and by dragging."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPoint,
    QRect,
    QSortFilterProxyModel,
    Qt,
    QTimer,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView

from engine.errors import MusicError
from engine.jobs import Failure, Job
from ui.queue.delegate import Playing, RowDelegate
from ui.queue.dragging import ROWS, drop_row, row_mime
from ui.queue.intents import Intents
from ui.queue.keys import Keys
from ui.queue.layout import ROW_HEIGHT
from ui.queue.menu import RowMenu
from ui.queue.model import Index, QueueModel
from ui.queue.pointer import Pointer
from ui.queue.selection import Selection
from ui.queue.thumbnails import Thumbnails
from ui.shared.theme import Theme
from ui.shared.widgets import OverlaidBar, as_role

__all__ = ["QueueView"]

_TICK = 1_000  # milliseconds between two looks at the countdowns


class QueueView(QListView):
    """Shows a QueueModel and announces, through ``intents``, what the musician wants.

    Between the model and the view stands a proxy that changes nothing. The view asks for every
    row whenever one changes, and asking a model written in Python ten thousand times takes longer
    than a frame; the proxy knows the answers.

    ``file_of`` gives the file to drag out of the window for a job with a take; it may raise
    MusicError.
    """

    def __init__(
        self,
        model: QueueModel,
        thumbnails: Thumbnails,
        theme: Theme,
        file_of: Callable[[Job], Path],
    ) -> None:
        super().__init__()
        self._model, self._theme, self._file_of = model, theme, file_of
        self.intents = Intents(self)
        self._rows = RowDelegate(model, thumbnails, theme)
        self._rows.setParent(self)
        pointer = Pointer(self, model, self._rows, self.intents)
        pointer.menu_wanted.connect(self._show_menu)
        self._top = ("", 0)  # id of the row at the top, and how far it is scrolled out
        self._drop: int | None = None
        self._ticking = QTimer(self, interval=_TICK)
        self._ticking.timeout.connect(self.viewport().update)
        self._set_up()
        proxy = QSortFilterProxyModel(self)
        proxy.setSourceModel(model)
        self.setModel(proxy)
        self.selection = Selection(self, model, self.intents)
        self._keys = Keys(self.intents, model, self.selection.jobs)
        self._connect()

    def _set_up(self) -> None:
        self.setItemDelegate(self._rows)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        OverlaidBar(self)
        self.setAccessibleName(self.tr("Jobs and takes"))
        as_role(self, "ground")
        self.verticalScrollBar().setSingleStep(ROW_HEIGHT // 2)

    def _connect(self) -> None:
        model = self._model
        model.counted.connect(lambda _counts: self._tick_while_needed())
        model.rename_requested.connect(
            lambda id_, name: self.intents.annotate_requested.emit([id_], {"name": name})
        )
        self.verticalScrollBar().valueChanged.connect(self._note_top)
        self._theme.changed.connect(self.viewport().update)

    def set_playing(self, playing: Playing) -> None:
        """Which take is in the player, and how much of it was played."""
        before, self._rows.playing = self._rows.playing, playing
        if (before.id, before.on) != (playing.id, playing.on):
            self._repaint(before.id)
        elif before.share == playing.share:
            return
        self._repaint(playing.id)

    def _index(self, row: int) -> QModelIndex:
        return self.model().index(row, 0)

    def _repaint(self, job_id: str) -> None:
        row = self._model.row_of(job_id)
        if row >= 0:
            self.viewport().update(self.visualRect(self._index(row)))

    # The place in the list stays with its rows, too.

    def _note_top(self, value: int) -> None:
        row, over = divmod(value, ROW_HEIGHT)
        self._top = (self._model.job_at(row).id, over) if row < self._model.rowCount() else ("", 0)

    def doItemsLayout(self) -> None:  # noqa: N802
        """Rows that come, go or move above what is looked at do not push it away."""
        id_, over = self._top
        super().doItemsLayout()
        row = self._model.row_of(id_)
        if row >= 0 and self.verticalScrollBar().value() > 0:
            self.verticalScrollBar().setValue(row * ROW_HEIGHT + over)

    def dataChanged(  # noqa: N802
        self, first: Index, last: Index, roles: Sequence[int] = ()
    ) -> None:
        """Repaints the rows. QListView's own would lay out all of them, for their size might be
        another; here it never is."""
        QAbstractItemView.dataChanged(self, first, last, roles)

    def _tick_while_needed(self) -> None:
        if not self._model.jobs.under_way:
            self._ticking.stop()
        elif not self._ticking.isActive():
            self._ticking.start()

    # The keyboard and the menu.

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._keys.wants(event)
        ):
            event.accept()
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Who comes by keyboard finds a row that the keys are for, and sees it."""
        super().focusInEvent(event)
        if event.reason() is not Qt.FocusReason.MouseFocusReason:
            self.selection.begin()
            self.scrollTo(self.currentIndex())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        # Keys that an editor leaves over, such as Enter, are not the list's.
        editing = self.state() is QAbstractItemView.State.EditingState
        if editing or not self._keys.press(event):
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:  # noqa: N802
        """Letters are for the player and for sorting out takes; the search has a field."""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if index.isValid():
            self.scrollTo(index)
            self._show_menu(index.row(), self.visualRect(index).center() if by_key else event.pos())

    def _show_menu(self, row: int, at: QPoint) -> None:
        index = self._index(row)
        if not self.selectionModel().isSelected(index):
            self.setCurrentIndex(index)
        waiting = self._model.jobs.waiting()
        job = self._model.job_at(row)
        source = self._model.jobs.source(job)
        menu = RowMenu(
            self,
            self.selection.jobs(),
            self.intents,
            rename=lambda: self.edit(self.currentIndex()),
            first_waiting=waiting[0].id if waiting else None,
            playing=self._rows.playing.id == job.id,
            relatives=[*([source] if source else []), *self._model.jobs.made_from(job)],
        )
        menu.popup(self.viewport().mapToGlobal(at))

    # Dragging.

    def startDrag(self, actions: Qt.DropAction) -> None:  # noqa: ARG002, N802
        try:
            mime = row_mime(self.selection.jobs(), self._file_of)
        except MusicError as error:
            self.intents.failed.emit(Failure.of(error))
            return
        if mime is None:
            return
        files = mime.hasUrls()
        drag = QDrag(self)
        drag.setMimeData(mime)
        icon = "music" if files else "list"
        drag.setPixmap(self._theme.pixmap(icon, "accent", 24, self.devicePixelRatioF()))
        drag.exec(Qt.DropAction.CopyAction if files else Qt.DropAction.MoveAction)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        event.setAccepted(event.source() is self and event.mimeData().hasFormat(ROWS))

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:  # noqa: N802
        y = event.position().toPoint().y() + self.verticalScrollBar().value()
        self._set_drop(drop_row(self._model, round(y / ROW_HEIGHT)))
        event.setAccepted(self._drop is not None)
        self.startAutoScroll()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: ARG002, N802
        self._set_drop(None)
        self.stopAutoScroll()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        self.dragMoveEvent(event)  # type: ignore[arg-type]
        row = self._drop
        self._set_drop(None)
        self.stopAutoScroll()
        if row is None:
            return
        ids = bytes(event.mimeData().data(ROWS).data()).decode().split("\n")
        waiting = [job.id for job in self._model.jobs.waiting()]
        # Before the first row from there on that is not itself being moved.
        behind = waiting[row - self._model.row_of(waiting[0]) :]
        before = next((id_ for id_ in behind if id_ not in ids), None)
        self.intents.move(self._model.jobs.of(ids), before)
        event.setDropAction(Qt.DropAction.MoveAction)
        event.accept()

    def _set_drop(self, row: int | None) -> None:
        if row != self._drop:
            self._drop = row
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        super().paintEvent(event)
        if self._drop is not None:
            y = self._drop * ROW_HEIGHT - self.verticalScrollBar().value()
            line = QRect(0, max(y - 1, 0), self.viewport().width(), 2)
            QPainter(self.viewport()).fillRect(line, self._theme.color("accent"))
