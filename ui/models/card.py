"""One model on a card: what it is, what its licence forbids, and how to get it or be rid of it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout

from app.models import ModelEntry
from ui.models.words import abilities, about, download_state, licence
from ui.shared.engine_words import in_own_words
from ui.shared.text import size
from ui.shared.theme import Theme
from ui.shared.tokens import Space
from ui.shared.widgets import Button, as_role, label

__all__ = ["ModelCard"]

_STEPS = 1000
"""Of the progress bar: bytes of large models do not fit into its whole numbers."""


class ModelCard(QFrame):
    """Shows an entry and announces what is wanted; the licence stands above the button."""

    download_wanted = Signal(str)
    pause_wanted = Signal(str)
    remove_wanted = Signal(str)
    chosen = Signal(str)
    """Make music with this one."""

    def __init__(self, theme: Theme, entry: ModelEntry) -> None:
        super().__init__()
        as_role(self, "card")
        self.entry = entry
        self.title = label("", "title")
        self.about, self.abilities = label("", "small"), label("", "small")
        self.licence, self.caution = label("", "caution-small"), label("", "problem")
        self.bar = QProgressBar()
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.state = label("", "small")
        self.state.setFont(theme.font(tabular=True))
        self.fetch, self.pause = Button(""), Button(self.tr("Pause"))
        self.use, self.remove = Button(self.tr("Use")), Button(self.tr("Remove"))
        self.fetch.clicked.connect(lambda: self.download_wanted.emit(self.entry.id))
        self.pause.clicked.connect(lambda: self.pause_wanted.emit(self.entry.id))
        self.use.clicked.connect(lambda: self.chosen.emit(self.entry.id))
        self.remove.clicked.connect(lambda: self.remove_wanted.emit(self.entry.id))
        self._lay_out()
        self.show_entry(entry)

    def show_entry(self, entry: ModelEntry) -> None:
        """Take a new snapshot of the same model."""
        self.entry = entry
        running, begun = entry.progress is not None, entry.state in ("partial", "damaged")
        self.title.setText(entry.name)
        self._say(self.about, about(entry))
        self._say(self.abilities, abilities(entry))
        self._say(self.licence, "" if entry.commercial else licence(entry))
        self._say(self.caution, "" if running else self._obstacle(entry))
        self._show_progress(entry)
        self.fetch.setText(self._verb(entry))
        buttons = (self.pause, self.fetch, self.use, self.remove)
        focused = self.window().focusWidget() in buttons
        self.fetch.setVisible(not running and not entry.installed and not entry.needs)
        self.pause.setVisible(running)
        self.use.setVisible(entry.installed and not running and not entry.needs)
        self.remove.setVisible(not running and not entry.built_in and (entry.installed or begun))
        for button in buttons:
            button.setAccessibleName(f"{button.text()}: {entry.name}")
            button.setAccessibleDescription(licence(entry))
        if focused:  # a button that hides would hand it to the next card's
            next(button for button in buttons if not button.isHidden()).setFocus()

    def _show_progress(self, entry: ModelEntry) -> None:
        progress = entry.progress
        self.bar.setVisible(progress is not None)
        self._say(self.state, download_state(progress) if progress else "")
        if progress is not None:
            share = progress.done / progress.total if progress.total else 0.0
            self.bar.setValue(round(share * _STEPS))
            self.bar.setAccessibleName(self.tr("Download of {name}").format(name=entry.name))

    def _verb(self, entry: ModelEntry) -> str:
        match entry.state:
            case "partial":
                return self.tr("Go on downloading")
            case "damaged":
                return self.tr("Mend")
        return self.tr("Download")

    def _obstacle(self, entry: ModelEntry) -> str:
        """What stands in the way of having it."""
        missing = (entry.download_bytes or 0) - entry.present_bytes
        if entry.needs:
            needs = in_own_words(entry.needs)
            return self.tr("Can't be played yet: it needs {what}.").format(what=needs)
        if entry.state == "damaged":
            return self.tr("Files of it are damaged or missing.")
        if not entry.installed and missing > entry.free_bytes:
            return self.tr("There is not enough room: {size} free.").format(
                size=size(entry.free_bytes)
            )
        return ""

    @staticmethod
    def _say(where: QLabel, text: str) -> None:
        where.setText(text)
        where.setVisible(bool(text))

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(Space.TIGHT)
        for widget in (self.title, self.abilities, self.about, self.licence, self.caution):
            widget.setWordWrap(True)
            words.addWidget(widget)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.HALF)
        for button in (self.remove, self.use, self.pause, self.fetch):
            buttons.addWidget(button)
        head = QHBoxLayout()
        head.setSpacing(Space.EDGE)
        head.addLayout(words, 1)
        head.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.EDGE, Space.EDGE, Space.EDGE, Space.EDGE)
        column.setSpacing(Space.HALF)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addWidget(self.state)
