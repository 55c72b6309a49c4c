"""The form for a new server: address, token, name; tested in plain words before it is added."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from engine.jobs import Failure
from engine.places import PlaceStatus, Server
from ui.servers.words import facts, light_of
from ui.shared.engine_words import in_own_words
from ui.shared.light import Light
from ui.shared.theme import Theme
from ui.shared.tokens import Space
from ui.shared.widgets import Button, label

__all__ = ["ServerForm"]


class ServerForm(QWidget):
    test_wanted = Signal(str, str)
    """Address and token."""
    add_wanted = Signal(str, str, str)
    """Name, address and token."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.address, self.token, self.name = QLineEdit(), QLineEdit(), QLineEdit()
        self.token.setEchoMode(QLineEdit.EchoMode.Password)
        self.address.setPlaceholderText("dgx01.example.org:8000")
        self.token.setPlaceholderText(self.tr("from who runs the server"))
        self.name.setPlaceholderText(self.tr("as you like to call it"))
        self.test, self.add = Button(self.tr("Test")), Button(self.tr("Add server"))
        for button in (self.test, self.add):
            button.setAutoDefault(False)  # Enter is for the field that it is pressed in
        self.light, self.result = Light(theme, "muted", 9), label("")
        self.result.setWordWrap(True)
        self.open_wire = label(
            self.tr("http:// is not encrypted: others on the network could read the token."),
            "caution-small",
        )
        self.open_wire.setWordWrap(True)
        self._lay_out()
        self.test.clicked.connect(self._test)
        self.add.clicked.connect(self._add)
        for field in (self.address, self.token):
            field.textChanged.connect(self._edited)
            field.returnPressed.connect(self._test)
        self._edited()

    def show_tested(self, server: Server, status: PlaceStatus) -> None:
        """It answered well; of no interest where another stands here by now."""
        if (server.address, server.token) != self._entered():
            return
        self.address.setText(status.address)
        if not self.name.text():
            self.name.setText(status.address.split("://")[-1].split(":")[0].split(".")[0])
        models = self.tr("%n model(s)", "", len(status.models))
        about = " · ".join(filter(None, (facts(status), models)))
        self._say(self.tr("It works."), light_of(status), about)

    def show_failure(self, server: Server, failure: Failure) -> None:
        """What was wrong, and what to do; of no interest where another stands here by now."""
        if (server.address, server.token) != self._entered():
            return
        words = " ".join(map(in_own_words, filter(None, (failure.message, failure.hint))))
        self._say(words, "bad", failure.detail)

    def clear(self) -> None:
        for field in (self.address, self.token, self.name):
            field.clear()

    def _entered(self) -> tuple[str, str]:
        """Address and token."""
        return self.address.text().strip(), self.token.text().strip()

    def _test(self) -> None:
        address, token = self._entered()
        if address:
            self._say(self.tr("Looking…"), "muted")
            self.test_wanted.emit(address, token)

    def _add(self) -> None:
        address, token = self._entered()
        name = " ".join(self.name.text().split()) or address.split("://")[-1]
        self.add_wanted.emit(name, address, token)

    def _edited(self) -> None:
        address, _ = self._entered()
        for button in (self.test, self.add):
            button.setEnabled(bool(address))
        near = address.startswith(("http://localhost", "http://127.", "http://[::1]"))
        self.open_wire.setVisible(address.startswith("http://") and not near)
        self._say("", "muted")

    def _say(self, words: str, light: str, detail: str = "") -> None:
        self.light.set_role(light)
        self.light.setVisible(bool(words))
        self.result.setText(f"{words}\n{detail}" if detail else words)
        self.result.setVisible(bool(words))

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.EDGE)
        grid.setVerticalSpacing(Space.HALF)
        grid.setColumnStretch(1, 1)
        for row, (name, field) in enumerate(
            (
                (self.tr("Address"), self.address),
                (self.tr("Token"), self.token),
                (self.tr("Name"), self.name),
            )
        ):
            field.setAccessibleName(name)
            grid.addWidget(label(name, "muted"), row, 0)
            grid.addWidget(field, row, 1)
        said = QHBoxLayout()
        said.setSpacing(Space.HALF)
        said.addWidget(self.light)
        said.addWidget(self.result, 1)
        said.addStretch()  # the buttons keep their size, also while nothing is said
        foot = QHBoxLayout()
        foot.setSpacing(Space.HALF)
        foot.addLayout(said, 1)
        foot.addWidget(self.test)
        foot.addWidget(self.add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.HALF)
        column.addLayout(grid)
        column.addWidget(self.open_wire)
        column.addLayout(foot)
