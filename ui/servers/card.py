"""One server on a card: how it is, what it is, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout

from engine.places import PlaceState, PlaceStatus
from ui.servers.words import facts, light_of, state, trouble
from ui.shared.light import Light
from ui.shared.theme import Theme
from ui.shared.tokens import Space
from ui.shared.widgets import Button, as_role, label

__all__ = ["ServerCard"]


class ServerCard(QFrame):
    retry_wanted = Signal(str)
    remove_wanted = Signal(str)
    token_given = Signal(str, str)
    """The server's id and a new token."""

    def __init__(self, theme: Theme, status: PlaceStatus) -> None:
        super().__init__()
        as_role(self, "card")
        self.status = status
        self.light = Light(theme, "muted", 9)
        self.title, self.state = label("", "title"), label("", "small")
        self.address, self.facts = label("", "small"), label("", "small")
        self.trouble = label("", "problem")
        self.token = QLineEdit()
        self.token.setEchoMode(QLineEdit.EchoMode.Password)
        self.token.setPlaceholderText(self.tr("Token"))
        self.token.hide()
        self.new_token = Button(self.tr("Token…"), "small")
        self.retry = Button(self.tr("Retry now"), "small")
        self.remove = Button(self.tr("Remove"), "small")
        for button in (self.new_token, self.retry, self.remove):
            button.setAutoDefault(False)  # else Enter in a field would press the first one
        self.new_token.clicked.connect(self.ask_token)
        self.token.returnPressed.connect(self._give_token)
        self.retry.clicked.connect(lambda: self.retry_wanted.emit(self.status.place))
        self.remove.clicked.connect(lambda: self.remove_wanted.emit(self.status.place))
        self._lay_out()
        self.show_status(status)

    def show_status(self, status: PlaceStatus) -> None:
        """Take a new snapshot of the same server."""
        self.status = status
        self.light.set_role(light_of(status))
        self.title.setText(status.name)
        self.state.setText(state(status))
        parts = [status.address, self.tr("version {v}").format(v=status.version)]
        self.address.setText(" · ".join(parts[: 2 if status.version else 1]))
        for where, text in ((self.facts, facts(status)), (self.trouble, trouble(status))):
            where.setText(text)
            where.setVisible(bool(text))
        self.retry.setVisible(status.state not in (PlaceState.READY, PlaceState.CONNECTING))
        self.token.setAccessibleName(self.tr("Token for {name}").format(name=status.name))
        for button in (self.new_token, self.retry, self.remove):
            button.setAccessibleName(f"{button.text()}: {status.name}")

    def ask_token(self) -> None:
        """Open the field for a new token."""
        self.token.show()
        self.token.setFocus()

    def _give_token(self) -> None:
        text = self.token.text().strip()
        self.token.clear()
        self.token.hide()
        if text:
            self.token_given.emit(self.status.place, text)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(Space.HALF)
        head.addWidget(self.light)
        head.addWidget(self.title)
        head.addWidget(self.state)
        head.addStretch(1)
        for button in (self.retry, self.new_token, self.remove):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.EDGE, Space.EDGE, Space.EDGE, Space.EDGE)
        column.setSpacing(Space.TIGHT)
        column.addLayout(head)
        for widget in (self.address, self.facts, self.trouble):
            widget.setWordWrap(True)
            column.addWidget(widget)
        column.addWidget(self.token)
