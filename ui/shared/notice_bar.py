"""The one calm place where the program speaks up: a bar with the notice that matters most."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.notices import Level, Notice
from ui.shared.engine_words import in_own_words
from ui.shared.light import Light
from ui.shared.theme import Theme
from ui.shared.tokens import Space
from ui.shared.widgets import Button, IconButton, as_role, in_tab_order, label

__all__ = ["NoticeBar"]

_ROLES = {
    Level.INFO: "muted",
    Level.GOOD: "good",
    Level.CAUTION: "caution",
    Level.BAD: "bad",
}
_GRAVITY = list(_ROLES)
_WIDE = 480  # pixels that words and buttons need beside each other


class NoticeBar(QWidget):
    """Shows one notice at a time and says how many more there are.

    First those that soon go by themselves, for they answer what was done just now and may offer
    to undo it; then the gravest and newest.
    """

    acted = Signal(str, str)
    """A notice's key, and the id of its action that was pressed. The notice is gone then."""

    def __init__(self, theme: Theme, *, left: int = Space.EDGE) -> None:
        """``left`` is the pixels that it stands in from the left."""
        super().__init__()
        self._theme = theme
        self._notices: dict[str, Notice] = {}
        self._timers: dict[str, QTimer] = {}
        self._card: _Card | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(left, 0, Space.EDGE, Space.HALF)
        self.hide()

    def tell(self, notice: Notice) -> None:
        """Show it, in place of an earlier one with the same key."""
        key = notice.key or notice.text
        self._notices.pop(key, None)
        self._notices[key] = notice
        self._stop_timer(key)
        if notice.seconds is not None:
            timer = self._timers[key] = QTimer(self, singleShot=True)
            timer.timeout.connect(lambda: self.dismiss(key))
            timer.start(round(notice.seconds * 1000))
        event = QAccessibleAnnouncementEvent(self, in_own_words(notice.text))
        QAccessible.updateAccessibility(event)
        self._show()

    def dismiss(self, key: str) -> None:
        """Take a notice away; one that is not there is none the worse."""
        self._stop_timer(key)
        if self._notices.pop(key, None) is not None:
            self._show()

    def keys(self) -> list[str]:
        """Of all notices, the one that is shown last."""
        return sorted(self._notices, key=lambda key: _rank(self._notices[key]))

    def _show(self) -> None:
        """The card stays where its notice does: someone may be reading or pressing it."""
        keys = self.keys()
        if not keys:
            self._put_away()
            self.hide()
        elif self._card is None or self._card.notice != self._notices[keys[-1]]:
            held = self._put_away()
            self._lay_out(keys[-1])
            if held and self._card is not None:  # the keyboard stays here, on what does no harm
                self._card.buttons()[-1].setFocus(Qt.FocusReason.OtherFocusReason)
        if self._card is not None:
            self._card.show_more(len(keys) - 1)

    def _put_away(self) -> bool:
        """The card, if there is one; whether it had the keyboard."""
        card, self._card = self._card, None
        if card is None:
            return False
        focused = self.window().focusWidget()
        held = focused is not None and card.isAncestorOf(focused)
        self._column.removeWidget(card)
        card.hide()
        card.deleteLater()
        return held

    def _lay_out(self, key: str) -> None:
        card = self._card = _Card(self._theme, self._notices[key])
        card.closed.connect(lambda: self.dismiss(key))
        card.acted.connect(lambda action: self._act(key, action))
        self._column.addWidget(card)
        card.show()
        self.show()
        in_tab_order(self, *card.buttons())

    def _act(self, key: str, action: str) -> None:
        self.dismiss(key)
        self.acted.emit(key, action)

    def _stop_timer(self, key: str) -> None:
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.stop()
            timer.deleteLater()


def _rank(notice: Notice) -> tuple[bool, int]:
    return notice.seconds is not None, _GRAVITY.index(notice.level)


class _Card(QFrame):
    closed = Signal()
    acted = Signal(str)

    def __init__(self, theme: Theme, notice: Notice) -> None:
        super().__init__()
        self.notice = notice
        as_role(self, "notice").setProperty("level", notice.level.value)
        text = label("\n".join(map(in_own_words, (notice.text, *notice.problems))))
        text.setWordWrap(True)
        words = QHBoxLayout()
        words.setSpacing(Space.HALF + 2)
        words.addWidget(Light(theme, _ROLES[notice.level], 9))
        words.addWidget(text, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.HALF)
        self._more = label("", "small")
        self._more.hide()
        buttons.addWidget(self._more)
        for action in notice.actions:
            button = Button(action.label, "small")
            button.clicked.connect(lambda _checked, id_=action.id: self.acted.emit(id_))
            buttons.addWidget(button)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._line.setSpacing(Space.HALF)
        self._line.addLayout(words, 1)
        self._line.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 7, 7, 7)
        column.setSpacing(Space.HALF)
        column.addLayout(self._line)
        if notice.detail:
            buttons.addWidget(self._fold(notice.detail, column))
        buttons.addStretch()
        close = IconButton(theme, "close", self.tr("Dismiss"))
        close.clicked.connect(self.closed)
        buttons.addWidget(close)

    def show_more(self, count: int) -> None:
        """How many notices there are beside this one."""
        self._more.setText(self.tr("%n more", "", count))
        self._more.setVisible(count > 0)

    def buttons(self) -> list[QWidget]:
        """From left to right."""
        return [*self.findChildren(Button), *self.findChildren(IconButton)]

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Where there is little room, the buttons go beneath the words."""
        super().resizeEvent(event)
        wide = self.width() >= _WIDE
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._line.setDirection(across if wide else down)

    def _fold(self, detail: str, column: QVBoxLayout) -> Button:
        """The details beneath, folded at first; the button that unfolds them."""
        box = QWidget()
        shown = QPlainTextEdit(detail)
        shown.setReadOnly(True)
        shown.setTabChangesFocus(True)
        shown.setAccessibleName(self.tr("Details"))
        shown.setFixedHeight(92)
        copy = Button(self.tr("Copy"), "small")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(detail))
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(shown, 1)
        row.addWidget(copy)
        column.addWidget(box)
        box.hide()
        fold = Button(self.tr("Details"), "small")
        fold.setCheckable(True)
        fold.toggled.connect(box.setVisible)
        return fold
