"""The dialog of servers: those that are used, on cards, and a form for another."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.servers import Servers
from engine.places import PlaceStatus
from engine.status import EngineStatus
from ui.servers.card import ServerCard
from ui.servers.form import ServerForm
from ui.shared.notice_bar import NoticeBar
from ui.shared.theme import Theme
from ui.shared.tokens import Space
from ui.shared.widgets import Button, hairline, label, scrolling

__all__ = ["ServersDialog"]


class ServersDialog(QDialog):
    fallback_wanted = Signal(bool)
    """Whether takes of a server that is away are made here instead."""

    def __init__(
        self, theme: Theme, servers: Servers, status: EngineStatus, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Servers"))
        self._theme, self._servers = theme, servers
        self.cards: dict[str, ServerCard] = {}
        self.none = label(
            self.tr("A server makes takes for you, on its own GPU. None is added yet."), "muted"
        )
        self.none.setWordWrap(True)
        self.form = ServerForm(theme)
        self.notices = NoticeBar(theme, left=0)  # the window's own is behind this dialog
        self.fallback = QCheckBox(
            self.tr("While a server is away, make its takes on this computer")
        )
        self.fallback.setToolTip(
            self.tr("By the same model, else an identical earlier take, else as a sketch.")
        )
        self.session = label(
            self.tr("This system has no keyring: the token is asked for again next time."),
            "caution-small",
        )
        self.session.setWordWrap(True)
        self.session.hide()
        self._lay_out()
        self.fallback.clicked.connect(self.fallback_wanted)
        self.form.test_wanted.connect(servers.test)
        self.form.add_wanted.connect(self._add)
        servers.tested.connect(self.form.show_tested)
        servers.test_failed.connect(self.form.show_failure)
        servers.for_this_session.connect(self.session.show)
        servers.noticed.connect(self.notices.tell)
        self.show_status(status)

    def show_status(self, status: EngineStatus) -> None:
        """How the servers are now."""
        self.fallback.setChecked(status.fallback)
        known = {each.place: each for each in status.places}
        for entry in self._servers.known:  # added a moment ago, or not connected yet
            known.setdefault(entry.id, PlaceStatus(entry.id, entry.name, entry.address))
        for place in set(self.cards) - set(known):
            self._take_away(place)
        for place, each in known.items():
            if place in self.cards:
                self.cards[place].show_status(each)
            else:
                self.cards[place] = self._card(each)
        self.none.setVisible(not known)

    def _take_away(self, place: str) -> None:
        """Its card goes; the keyboard, if it was there, goes on to what does no harm."""
        at = list(self.cards).index(place)
        card, focused = self.cards.pop(place), self.focusWidget()
        if focused is not None and card.isAncestorOf(focused):
            left = list(self.cards.values())
            near = left[min(at, len(left) - 1)].new_token if left else self.form.address
            near.setFocus(Qt.FocusReason.OtherFocusReason)
        self._list.removeWidget(card)
        card.deleteLater()

    def _card(self, status: PlaceStatus) -> ServerCard:
        card = ServerCard(self._theme, status)
        card.retry_wanted.connect(self._servers.retry_now)
        card.remove_wanted.connect(self._servers.remove)
        card.token_given.connect(self._servers.set_token)
        self._list.insertWidget(self._list.count() - 1, card)
        return card

    def _add(self, name: str, address: str, token: str) -> None:
        before = self._servers.known
        self._servers.add(name, address, token)
        if self._servers.known != before:
            self.form.clear()

    def _lay_out(self) -> None:
        body = QWidget()
        self._list = QVBoxLayout(body)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(Space.HALF)
        self._list.addWidget(self.none)
        self._list.addStretch(1)
        close = Button(self.tr("Close"))
        close.setAutoDefault(False)
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addWidget(self.fallback, 1)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE)
        column.setSpacing(Space.EDGE)
        column.addWidget(self.notices)
        column.addWidget(scrolling(body), 1)
        column.addWidget(hairline())
        column.addWidget(label(self.tr("Add a server"), "section"))
        column.addWidget(self.form)
        column.addWidget(self.session)
        column.addWidget(hairline())
        column.addLayout(foot)
        self.resize(620, 700)
