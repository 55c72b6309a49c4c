"""The small parts that panels are made of."""

from __future__ import annotations

import itertools
from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from ui.shared.theme import Theme
from ui.shared.tokens import Size

__all__ = [
    "SCROLL_BAR",
    "Button",
    "ElidedLabel",
    "IconButton",
    "LeaveWheel",
    "OverlaidBar",
    "as_role",
    "hairline",
    "in_tab_order",
    "label",
    "scrolling",
    "set_flag",
]

W = TypeVar("W", bound=QWidget)

SCROLL_BAR = 10
"""Width of a scroll bar in pixels, as the style sheet says it."""


def as_role(widget: W, role: str) -> W:
    """Give a widget its looks in the style sheet."""
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)  # plain QWidgets need it
    widget.setProperty("role", role)
    return widget


def set_flag(widget: QWidget, name: str, value: bool) -> None:
    """Set a property that the style sheet asks for, such as ``invalid``; repaints if it changed."""
    if bool(widget.property(name)) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def label(text: str, role: str = "", parent: QWidget | None = None) -> QLabel:
    """A label; never rich text, because prompts and file names are shown as they are."""
    made = QLabel(text, parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    return as_role(made, role) if role else made


def hairline(*, vertical: bool = False) -> QFrame:
    line = as_role(QFrame(), "line")
    if vertical:
        line.setFixedWidth(1)
    else:
        line.setFixedHeight(1)
    return line


def in_tab_order(*widgets: QWidget) -> None:
    """Let Tab go from each to the next: for what comes into a window later than its neighbours.

    The first may be one that does not take the keyboard itself.
    """
    for one, other in itertools.pairwise(widgets):
        policy = one.focusPolicy()
        if policy == Qt.FocusPolicy.NoFocus:  # Qt would leave the order as it is, and say nothing
            one.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        QWidget.setTabOrder(one, other)
        one.setFocusPolicy(policy)


class OverlaidBar(QObject):
    """Lays an area's vertical scroll bar over its content's margin, so that nothing moves aside
    when it appears."""

    def __init__(self, area: QAbstractScrollArea) -> None:
        super().__init__(area)
        self._area = area
        area.verticalScrollBar().rangeChanged.connect(self._make_way)

    def _make_way(self, least: int, most: int) -> None:
        over = SCROLL_BAR if most > least else 0
        self._area.setViewportMargins(0, 0, -over, 0)


def scrolling(body: QWidget) -> QScrollArea:
    """``body`` in a frame that scrolls up and down where there is no room for all of it.

    The body keeps a margin of ``SCROLL_BAR`` pixels or more at its right: the bar goes there.
    """
    area = QScrollArea()
    OverlaidBar(area)
    area.setWidget(body)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.viewport().setAutoFillBackground(False)
    body.setAutoFillBackground(False)
    return area


class LeaveWheel(QObject):
    """Lets the wheel scroll the panel, where it would change a value under it by accident."""

    def __init__(self, *fields: QWidget) -> None:
        super().__init__(fields[0])
        for field in fields:
            field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return super().eventFilter(watched, event)


class Button(QPushButton):
    """A push button that takes the focus by keyboard only, and Enter as well as Space."""

    def __init__(self, text: str, role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        if role:
            as_role(self, role)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAutoDefault(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter presses it also where it must not be a dialog's default; and once, however long it
        is held down, as Space does."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            self.click()


class IconButton(QToolButton):
    """A button that is only an icon: its tip is its name, and it keeps step with the theme."""

    def __init__(
        self,
        theme: Theme,
        icon: str,
        name: str,
        *,
        checked_icon: str = "",
        role: str = "muted",
        checked_role: str = "text",
    ) -> None:
        super().__init__()
        self._theme, self._icons, self._roles = (
            theme,
            (icon, checked_icon or icon),
            (role, checked_role),
        )
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setIconSize(QSize(Size.ICON, Size.ICON))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCheckable(bool(checked_icon))
        self.toggled.connect(self._refresh)
        theme.changed.connect(self._refresh)
        self._refresh()

    def set_icon(self, icon: str) -> None:
        """Another icon, for another state."""
        self._icons = (icon, icon)
        self._refresh()

    def _refresh(self) -> None:
        checked = self.isChecked()
        self.setIcon(self._theme.icon(self._icons[checked], self._roles[checked]))


class ElidedLabel(QLabel):
    """One line with "…" where there is no room; the whole text is its tip."""

    def __init__(
        self, text: str = "", role: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight
    ) -> None:
        """``mode``: where the "…" is; of a path, both ends tell more than the middle."""
        super().__init__(text)
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        if role:
            as_role(self, role)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        text = self.fontMetrics().elidedText(self.text(), self._mode, self.contentsRect().width())
        painter.drawText(self.contentsRect(), int(self.alignment()), text)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        fits = self.fontMetrics().horizontalAdvance(self.text()) <= self.contentsRect().width()
        self.setToolTip("" if fits else self.text())

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        self.update()
