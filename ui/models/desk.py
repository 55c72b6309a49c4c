"""Models in the window: the picker offers what is here, a card and a sheet offer what is not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.models import ModelEntry, Models
from app.notices import Action, Level, Notice
from ui.compose.model_picker import ModelPicker
from ui.compose.models import ModelOption
from ui.compose.welcome import Welcome
from ui.models.card import ModelCard
from ui.models.words import as_option
from ui.shared.theme import Theme
from ui.shared.widgets import Button

__all__ = ["ModelDesk"]

_OFFERED = "facebook/musicgen-small"
"""What the welcome offers: the smallest there is."""


class ModelDesk(QObject):
    KEY = "models"
    """Of its notices; their action is the id of the model to use."""

    noticed = Signal(Notice)

    def __init__(
        self, theme: Theme, folder: Path, picker: ModelPicker, welcome: Welcome, window: QWidget
    ) -> None:
        super().__init__(window)
        self._theme, self._picker, self._welcome, self._window = theme, picker, welcome, window
        self._entries: dict[str, ModelEntry] = {}
        self._options: list[ModelOption] = []
        self._offer: ModelCard | None = None
        self.models = Models(folder, self)
        self.models.loaded.connect(self._load)
        self.models.changed.connect(self._show)
        self.models.arrived.connect(self._welcome_model)
        self.models.noticed.connect(self.noticed)
        picker.more_wanted.connect(self.open)

    def look(self) -> None:
        """See which models are here, and offer them."""
        self.models.refresh()

    def open(self) -> None:
        """Show the sheet of all models."""
        from ui.models.sheet import ModelsSheet  # late: few starts of the window need it

        sheet = ModelsSheet(self._theme, self.models, self._window)
        sheet.chosen.connect(self._picker.select)
        sheet.open()

    def able_to(self, ability: str) -> list[str]:
        """Names of all models with an ability, here or not, the smallest first."""
        able = [entry for entry in self._entries.values() if ability in entry.abilities]
        able.sort(key=lambda entry: entry.download_bytes or 0)
        return [entry.name for entry in able]

    def close(self) -> None:
        """Stop the downloads; the next start of one goes on where it was."""
        self.models.close()

    def _load(self, entries: Sequence[ModelEntry]) -> None:
        for entry in entries:
            self._show(entry)

    def _show(self, entry: ModelEntry) -> None:
        self._entries[entry.id] = entry
        here = [item for item in self._entries.values() if item.installed and not item.needs]
        options = [as_option(item) for item in here]
        if options != self._options:
            self._options = options
            self._picker.set_options(options)
        if entry.id == _OFFERED:
            self._show_offer(entry)

    def _show_offer(self, entry: ModelEntry) -> None:
        if self._offer is not None:
            self._offer.show_entry(entry)
        elif not entry.installed and not entry.needs:  # what can't be played is no offer
            self._offer = card = ModelCard(self._theme, entry)
            card.download_wanted.connect(self.models.download)
            card.pause_wanted.connect(self.models.pause)
            card.remove_wanted.connect(self.models.remove)
            card.chosen.connect(self._picker.select)
            self._welcome.set_offer(self._with_more(card))

    def _with_more(self, card: ModelCard) -> QWidget:
        offer = QWidget()
        more = Button(self.tr("Other models…"), "link")
        more.clicked.connect(self.open)
        column = QVBoxLayout(offer)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)
        column.addWidget(more)
        return offer

    def _welcome_model(self, entry: ModelEntry) -> None:
        """It has arrived while the musician did something else."""
        text = self.tr("{name} is here.").format(name=entry.name)
        use = Action(entry.id, self.tr("Use it"))
        actions = () if entry.needs else (use,)
        self.noticed.emit(Notice(text, Level.GOOD, actions=actions, key=self.KEY))
