"""The calm line that says that a server can't be used now, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from engine.places import PlaceState, PlaceStatus
from ui.servers.words import banner, countdown, light_of
from ui.shared.light import Light
from ui.shared.theme import Theme
from ui.shared.tokens import Space
from ui.shared.widgets import Button, as_role, label

__all__ = ["ServerBanner"]

_SECOND = 1_000  # milliseconds
_TROUBLE = (PlaceState.BUSY, PlaceState.AWAY, PlaceState.CLOSED)


class ServerBanner(QWidget):
    """Shows the server whose trouble holds up the most takes. It is not a notice: it stays as
    long as the trouble does, and its countdown is told to no screen reader each second."""

    run_here_wanted = Signal(str)
    """Id of the server whose takes are to be made here."""
    retry_wanted = Signal(str)
    token_wanted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._status: PlaceStatus | None = None
        card = as_role(QFrame(), "notice")
        card.setProperty("level", "caution")
        self._light = Light(theme, "caution", 9)
        self.text = label("")
        self.text.setWordWrap(True)
        self.text.setFont(theme.font(tabular=True))
        self.run_here = Button(self.tr("Run here"), "small")
        self.retry = Button(self.tr("Retry now"), "small")
        self.token = Button(self.tr("Enter token…"), "small")
        row = QHBoxLayout(card)
        row.setContentsMargins(12, 7, 7, 7)
        row.setSpacing(Space.HALF + 2)
        row.addWidget(self._light)
        row.addWidget(self.text, 1)
        for button, wanted in (
            (self.token, self.token_wanted),
            (self.run_here, self.run_here_wanted),
            (self.retry, self.retry_wanted),
        ):
            row.addWidget(button)
            button.clicked.connect(lambda _checked, signal=wanted: self._want(signal))
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.EDGE, 0, Space.EDGE, Space.HALF)
        column.addWidget(card)
        self._clock = QTimer(self, interval=_SECOND)
        self._clock.timeout.connect(self._say)
        self.hide()

    def show_places(self, places: tuple[PlaceStatus, ...]) -> None:
        """How the servers are now."""
        troubled = [each for each in places if each.state in _TROUBLE]
        # One that nobody waits for is told in the status line alone, unless a person must act.
        troubled = [e for e in troubled if e.waiting or e.state is PlaceState.CLOSED]
        before = self._status
        self._status = max(troubled, key=lambda each: each.waiting, default=None)
        if self._status is None:
            self._clock.stop()
            self.hide()
            return
        closed = self._status.failure is not None and self._status.failure.code == "server_login"
        self._light.set_role(light_of(self._status))
        self.token.setVisible(closed)
        self.run_here.setVisible(self._status.waiting > 0)
        self._say()
        self.show()
        if countdown(self._status) is None:
            self._clock.stop()
        else:
            self._clock.start()
        if before is None or (before.place, before.state) != (
            self._status.place,
            self._status.state,
        ):
            event = QAccessibleAnnouncementEvent(self, self.text.text())
            QAccessible.updateAccessibility(event)

    def _say(self) -> None:
        if self._status is not None:
            takes = self.tr("%n take(s) wait and go on by themselves.", "", self._status.waiting)
            self.text.setText(banner(self._status, takes))

    def _want(self, signal: Signal) -> None:
        if self._status is not None:
            signal.emit(self._status.place)  # type: ignore[attr-defined]
