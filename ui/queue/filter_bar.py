"""Over the list: which rows it shows, and a search."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QHBoxLayout, QLineEdit, QWidget

from ui.queue.order import Filter, Show
from ui.shared.theme import Theme
from ui.shared.tokens import Space
from ui.shared.widgets import Button

__all__ = ["FilterBar"]

_SEARCH, _WIDEST_SEARCH = 144, 220  # pixels
_PAUSE = 80  # milliseconds without a key before the search is done


class FilterBar(QWidget):
    """Tabs with their counts, and a field to search in."""

    changed = Signal(Filter)
    left = Signal()
    """Enter or the down key in the search: on to the list."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._names = {
            Show.ALL: self.tr("All"),
            Show.QUEUE: self.tr("Queue"),
            Show.FAVOURITES: self.tr("Favourites"),
            Show.FAILED: self.tr("Failed"),
        }
        self._tabs = {show: Button(name, "tab") for show, name in self._names.items()}
        self._tabs[Show.FAVOURITES].setToolTip(self.tr("Kept, or rated with four stars or more"))
        self._group = QButtonGroup(self)
        self.search = QLineEdit()
        self._wait = QTimer(self, singleShot=True, interval=_PAUSE)
        self._wait.timeout.connect(self._tell)
        self._lay_out()
        self._set_up_search()
        theme.changed.connect(self._refresh)
        self._refresh()

    def _lay_out(self) -> None:
        self._tab_row = row = QHBoxLayout()
        row.setSpacing(Space.HALF)
        for show, tab in self._tabs.items():
            tab.setCheckable(True)
            tab.setChecked(show is Show.ALL)
            tab.clicked.connect(self._tell)
            self._group.addButton(tab)
            row.addWidget(tab)
        row.addStretch()
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(Space.EDGE, 10, Space.EDGE, 10)
        self._line.setSpacing(Space.HALF)
        self._line.addLayout(row, 1)
        self._line.addWidget(self.search, 2)

    def _set_up_search(self) -> None:
        self.search.setPlaceholderText(self.tr("Search takes"))
        self.search.setAccessibleName(self.tr("Search takes"))
        tip = self.tr("Words of the name, prompt, key, tags or notes; “seed 12”")
        sold = self.tr("“{nc}” finds takes that must not be sold, “{yours}” those that may be")
        self.search.setToolTip(f"{tip}\n{sold.format(nc='licence:nc', yours='licence:yours')}")
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(_SEARCH)
        self._lens = self.search.addAction(
            self._theme.icon("search"), QLineEdit.ActionPosition.LeadingPosition
        )
        self.search.textChanged.connect(lambda _text: self._wait.start())
        self.search.installEventFilter(self)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Where there is little room, the search goes beneath the tabs."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        needed = self._tab_row.sizeHint().width() + _SEARCH + 2 * Space.EDGE + Space.HALF
        wide = self.width() >= needed
        self._line.setDirection(across if wide else down)
        self.search.setMaximumWidth(_WIDEST_SEARCH if wide else self.width())

    def set_counts(self, counts: dict[Show, int]) -> None:
        """How many jobs each tab holds; told where it matters: what waits, and what failed."""
        for show in (Show.QUEUE, Show.FAILED):
            count = counts.get(show, 0)
            name = self._names[show]
            self._tabs[show].setText(f"{name} {count:,}" if count else name)
        self._fit()

    def show_only(self, show: Show) -> None:
        """Choose a tab and forget the search."""
        self._tabs[show].setChecked(True)
        self.search.clear()
        self._tell()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if watched is self.search and isinstance(event, QKeyEvent):
            pressed = event.type() == QEvent.Type.KeyPress
            match Qt.Key(event.key()):
                case Qt.Key.Key_Escape if pressed and self.search.text():
                    self.search.clear()
                    return True
                case Qt.Key.Key_Escape | Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Down if (
                    pressed
                ):
                    self._tell()
                    self.left.emit()
                    return True
        return super().eventFilter(watched, event)

    def _tell(self) -> None:
        self._wait.stop()
        shown = next(show for show, tab in self._tabs.items() if tab.isChecked())
        self.changed.emit(Filter.of(shown, self.search.text()))

    def _refresh(self) -> None:
        self._lens.setIcon(self._theme.icon("search"))
