"""The picker at the window's top: which model makes the takes, and where."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy

from engine.jobs import LOCAL
from engine.places import PlaceStatus
from engine.status import EngineStatus
from ui.compose.models import SKETCH, ModelOption
from ui.queue.words import model_name
from ui.servers.words import light_of as server_light
from ui.servers.words import starts
from ui.shared.light import Light
from ui.shared.status_bar import light_of
from ui.shared.text import size
from ui.shared.theme import Theme
from ui.shared.widgets import Button, ElidedLabel, label

__all__ = ["ModelPicker"]

_LEAST = 240
"""Pixels of its width; beyond them it takes what room there is."""


class ModelPicker(Button):
    """Its menu groups the models by the place where they run."""

    chosen = Signal(ModelOption)
    more_wanted = Signal()
    """The sheet with all models."""

    def __init__(self, theme: Theme, options: Sequence[ModelOption] = (SKETCH,)) -> None:
        super().__init__("", "picker")
        self._theme = theme
        self._options = list(options)
        self._elsewhere: list[ModelOption] = []
        self._awaited: tuple[str, str] | None = None
        self._bound: str | None = None
        self.current = self._options[0]
        self._status = EngineStatus()
        self._places: dict[str, PlaceStatus] = {}
        self._menu = QMenu(self)
        self._group = QActionGroup(self)
        self._text = ElidedLabel()
        self._text.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._arrow = label("")
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 8, 0)
        row.setSpacing(8)
        self._light = Light(theme, "muted")
        for widget in (self._light, self._text, self._arrow):
            widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            row.addWidget(widget)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._open)
        theme.changed.connect(self._refresh)
        self.select(self.current.id)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(self._row.sizeHint().width(), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Long names give way to the menus beside it."""
        return QSize(min(self.sizeHint().width(), _LEAST), self.sizeHint().height())

    @property
    def options(self) -> list[ModelOption]:
        """What can be had, of all places; this computer's first."""
        return self._options + self._elsewhere

    def set_options(self, options: Sequence[ModelOption]) -> None:
        """Offer these from now on; what is chosen stays so."""
        self._options = list(options)
        self._choose_again()

    def set_server_options(self, options: Sequence[ModelOption]) -> None:
        """Offer these beside those of this computer."""
        self._elsewhere = list(options)
        self._choose_again()

    @property
    def wanted(self) -> tuple[str, str]:
        """The model that is chosen, or to be, and its place."""
        return self._awaited or (self.current.id, self.current.place)

    def await_option(self, model_id: str, place: str) -> None:
        """Choose this one when it is offered, unless another is chosen or used before: models
        are looked for after the start, and a server has to answer first."""
        self._awaited = (model_id, place)
        self._choose_again()

    def settle(self) -> None:
        """What is chosen is used now, and no other is awaited any more."""
        self._awaited = None

    def bind(self, place: str | None) -> None:
        """Offer only what is there (None: everywhere), for a job that will be made there."""
        if place != self._bound:
            self._bound = place
            self._choose(self.current.id, self.current.place)

    def show_status(self, status: EngineStatus) -> None:
        """How the places are where takes are made, and when a new one would start in each."""
        self._status = status
        self._places = {each.place: each for each in status.places}
        self._show_light()

    def _show_light(self) -> None:
        server = self._places.get(self.current.place)
        self._light.set_role(server_light(server) if server else light_of(self._status))

    def _heading(self, option: ModelOption) -> str:
        server = self._places.get(option.place)
        seconds = server.starts_in if server else self._status.starts_in
        when = starts(seconds) if seconds is not None else ""
        return " · ".join(filter(None, (self._place_name(option), when)))

    def select(self, model_id: str, place: str | None = None) -> None:
        """Choose a model, in this place if it is there (None: where the last one was), else where
        it can be had; one that is not offered is shown as not installed."""
        self._awaited = None
        self._choose(model_id, place)

    def _choose_again(self) -> None:
        """Of what is offered now."""
        offered = ((each.id, each.place) for each in self._options + self._elsewhere)
        if self._awaited is not None and self._awaited in offered:
            self.select(*self._awaited)
        else:
            self._choose(self.current.id, self.current.place)

    def _choose(self, model_id: str, place: str | None) -> None:
        wanted = self.current.place if place is None else place
        known = [each for each in self._offered() if each.id == model_id]
        there = (each for each in known if each.place == wanted)
        self.current = next(there, next(iter(known), self._not_offered(model_id)))
        self._refresh()
        self._show_light()
        self.chosen.emit(self.current)

    def _offered(self) -> list[ModelOption]:
        by_place = sorted(self._elsewhere, key=self._place_name)
        bound = self._bound
        return [each for each in self._options + by_place if bound in (None, each.place)]

    def _not_offered(self, model_id: str) -> ModelOption:
        """A model that an older request is for: nothing of that request is hidden or refused."""
        place = self._bound or LOCAL
        server = self._places.get(place)
        return ModelOption(
            model_id,
            model_name(model_id),
            place,
            "" if place == LOCAL else server.name if server else place,
            installed=False,
            follows_melody=True,
            continues=True,
            samples=True,
            loops=True,
        )

    def _place_name(self, option: ModelOption) -> str:
        return option.place_name or self.tr("This computer")

    def _refresh(self) -> None:
        text = f"{self._place_name(self.current)} · {self.current.name}"
        if not self.current.installed:
            text += " · " + self.tr("not installed")
        self._text.setText(text)
        self.setAccessibleName(self.tr("Model: {model}").format(model=text))
        self.setToolTip(text)
        self._arrow.setPixmap(
            self._theme.pixmap("chevron-down", "muted", 12, self.devicePixelRatioF())
        )
        self.updateGeometry()

    def _fill(self) -> None:
        self._menu.clear()
        place = None
        for option in self._offered():
            if option.place != place:
                place = option.place
                self._add(self._heading(option)).setEnabled(False)  # a heading
            action = self._add(f"{option.name}\t{self._about(option)}")
            action.setCheckable(True)
            action.setChecked((option.id, option.place) == (self.current.id, self.current.place))
            action.triggered.connect(lambda _checked, it=option: self.select(it.id, it.place))
            self._group.addAction(action)
        if self._bound in (None, LOCAL):
            self._menu.addSeparator()
            self._menu.addAction(self.tr("More models…")).triggered.connect(self.more_wanted)

    def _add(self, text: str) -> QAction:
        return self._menu.addAction(text.replace("&", "&&"))

    def _about(self, option: ModelOption) -> str:
        if option.place != LOCAL:
            return option.licence
        if not option.size_bytes:
            return self.tr("built in, nothing to download")
        parts = [size(option.size_bytes), option.licence]
        if not option.installed:
            parts.append(self.tr("not installed"))
        return " · ".join(filter(None, parts))

    def _open(self) -> None:
        self._fill()
        left = self.width() - self._menu.sizeHint().width()
        self._menu.popup(self.mapToGlobal(QPoint(left, self.height() + 4)))
