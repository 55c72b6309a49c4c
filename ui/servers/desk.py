"""Servers in the window: their models in the picker, the banner, the status line, the dialog."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.notices import Notice
from app.servers import Servers
from app.studio import Studio
from engine.jobs import LOCAL, Change, Job, Order, Status
from engine.places import PlaceStatus
from engine.status import EngineStatus
from ui.compose.model_picker import ModelPicker
from ui.compose.models import ModelOption
from ui.servers.banner import ServerBanner
from ui.servers.line import ServerLine
from ui.servers.words import as_server_option
from ui.shared.theme import Theme

if TYPE_CHECKING:
    from ui.servers.dialog import ServersDialog

__all__ = ["ServerDesk"]


class ServerDesk(QObject):
    noticed = Signal(Notice)

    def __init__(
        self, theme: Theme, servers: Servers, studio: Studio, picker: ModelPicker, window: QWidget
    ) -> None:
        super().__init__(window)
        self._theme, self._servers, self._studio = theme, servers, studio
        self._picker, self._window = picker, window
        self._options: list[ModelOption] = []
        self._waiting: dict[str, str] = {}  # id of a waiting job to its place
        self.banner = ServerBanner(theme)
        self.line = ServerLine(theme)
        self.dialog: ServersDialog | None = None
        servers.noticed.connect(self.noticed)
        servers.changed.connect(self._show_known)
        studio.left_waiting.connect(self._tell_left)
        self.banner.retry_wanted.connect(servers.retry_now)
        self.banner.run_here_wanted.connect(self._run_here)
        self.banner.token_wanted.connect(self._ask_token)

    def show_status(self, status: EngineStatus) -> None:
        self.banner.show_places(status.places)
        self.line.show_places(status.places)
        self._offer(status.places)
        if self.dialog is not None:
            self.dialog.show_status(status)

    def take(self, jobs: Sequence[Job]) -> None:
        """Remember which jobs wait for which place."""
        for job in jobs:
            if job.status is Status.PENDING and job.place != LOCAL:
                self._waiting[job.id] = job.place
            else:
                self._waiting.pop(job.id, None)

    def follow(self, changes: Sequence[Change]) -> None:
        """Jobs came, changed or went."""
        self.take([change.job for change in changes])

    def placed(self, orders: Sequence[Order]) -> list[Order]:
        """Orders for the place that was chosen, as far as their model runs there."""
        chosen = self._picker.current
        return [
            replace(order, place=chosen.place) if order.request.model == chosen.id else order
            for order in orders
        ]

    def open(self) -> None:
        """Show the dialog."""
        from ui.servers.dialog import ServersDialog  # late: few starts of the window need it

        self.dialog = ServersDialog(self._theme, self._servers, self._studio.status, self._window)
        self.dialog.fallback_wanted.connect(self._studio.set_fallback)
        self.dialog.finished.connect(self._closed)
        self.dialog.open()

    def _show_known(self) -> None:
        """One was added, or taken away."""
        self.show_status(self._studio.status)

    def _closed(self) -> None:
        self.dialog = None

    def _offer(self, places: Sequence[PlaceStatus]) -> None:
        options = [as_server_option(model, place) for place in places for model in place.models]
        if options != self._options:
            self._options = options
            self._picker.set_server_options(options)

    def _run_here(self, place: str) -> None:
        self._studio.run_here([job_id for job_id, at in self._waiting.items() if at == place])

    def _ask_token(self, place: str) -> None:
        self.open()
        if self.dialog is not None and place in self.dialog.cards:
            self.dialog.cards[place].ask_token()

    def _tell_left(self, count: int) -> None:
        text = self.tr("%n take(s) wait on: their model is not on this computer.", "", count)
        self.noticed.emit(Notice(text, key="left-waiting", seconds=8))
