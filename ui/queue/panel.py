"""The middle of the window: filter, list, and words where the list is empty."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.peak_loader import PeakLoader
from engine.jobs import Job
from ui.queue.filter_bar import FilterBar
from ui.queue.model import QueueModel
from ui.queue.order import Show
from ui.queue.thumbnails import Thumbnails
from ui.queue.view import QueueView
from ui.shared.theme import Theme
from ui.shared.tokens import Space
from ui.shared.widgets import as_role, label

__all__ = ["QueuePanel"]


class QueuePanel(QWidget):
    """The list with all that belongs to it; ``intents`` says what the musician wants.

    >>> panel = QueuePanel(theme, loader, file_of)
    >>> studio.loaded.connect(panel.model.set_jobs)
    >>> studio.changed.connect(panel.model.apply)
    >>> panel.intents.cancel_requested.connect(studio.cancel)
    """

    def __init__(
        self,
        theme: Theme,
        peaks: PeakLoader,
        file_of: Callable[[Job], Path],
        between: QWidget | None = None,
        welcome: QWidget | None = None,
    ) -> None:
        """``file_of`` gives the file that is dragged out for a job with a take; ``between`` is
        put under the filter, over the list; ``welcome`` takes the list's place while there is
        no job at all."""
        super().__init__()
        as_role(self, "ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.model = QueueModel()
        self.model.setParent(self)
        thumbnails = Thumbnails(peaks, theme)
        thumbnails.setParent(self)
        self.view = QueueView(self.model, thumbnails, theme, file_of)
        self.filter = FilterBar(theme)
        self.intents = self.view.intents
        self._welcome = welcome
        self._empty = label("", "muted", self.view.viewport())
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.filter, between, self.view, welcome):
            if widget is not None:
                column.addWidget(widget, 1 if widget in (self.view, welcome) else 0)
        if welcome is not None:
            welcome.hide()
        peaks.loaded.connect(self._show_peaks)
        self.view.viewport().installEventFilter(self)
        self._empty.hide()  # until it is known that there is nothing
        self._connect()

    def put_above(self, widget: QWidget) -> None:
        """Show this under the filter, over the list."""
        self._column.insertWidget(1, widget)

    def search(self) -> None:
        """Put the cursor into the search field."""
        self.filter.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.search.selectAll()

    def reveal(self, job_id: str) -> None:
        """Bring a job's row into sight, whatever the filter shows now."""
        if not self.view.selection.go_to(job_id):
            self.filter.show_only(Show.ALL)
            self.view.selection.go_to(job_id)

    def _connect(self) -> None:
        model = self.model
        self.filter.changed.connect(model.set_filter)
        self.filter.left.connect(lambda: self.view.setFocus(Qt.FocusReason.OtherFocusReason))
        model.counted.connect(self.filter.set_counts)
        model.counted.connect(self._show_welcome)
        for signal in (model.rowsInserted, model.rowsRemoved, model.modelReset):
            signal.connect(self._show_words)

    def _show_peaks(self) -> None:
        self.view.viewport().update()

    def _show_welcome(self, counts: dict[Show, int]) -> None:
        if self._welcome is not None:
            nothing = counts[Show.ALL] == 0
            goes, comes = (self.view, self._welcome) if nothing else (self._welcome, self.view)
            focused = self.window().focusWidget()
            held = goes is focused or goes.isAncestorOf(focused) if focused else False
            self._welcome.setVisible(nothing)
            self.view.setVisible(not nothing)
            self.filter.setVisible(not nothing)
            if held:  # else the keyboard is at whatever stands next
                comes.setFocus(Qt.FocusReason.OtherFocusReason)
            self._column.setContentsMargins(0, Space.EDGE if nothing else 0, 0, 0)

    def _show_words(self) -> None:
        empty = self.model.rowCount() == 0
        self._empty.setVisible(empty)
        if empty:
            self._empty.setText(self._words())

    def _words(self) -> str:
        if self.model.filter.words:
            return self.tr("No take has all of these words.")
        match self.model.filter.show:
            case Show.QUEUE:
                return self.tr("Nothing waits.")
            case Show.FAVOURITES:
                return self.tr("Takes that you keep (M) or rate with four stars (4) come here.")
            case Show.FAILED:
                return self.tr("Nothing failed.")
            case Show.ALL:
                return self.tr(
                    "Takes appear here. Describe one on the left, or open a prompt list."
                )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if watched is self.view.viewport() and event.type() == QEvent.Type.Resize:
            self._empty.setGeometry(self.view.viewport().rect().adjusted(32, 0, -32, 0))
        return super().eventFilter(watched, event)
