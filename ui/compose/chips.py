"""Chips beneath the prompt: words that are put in or taken out with one press."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from ui.compose.words import STARTERS, VOCABULARY, has_word, words_in
from ui.shared.flow_layout import FlowLayout
from ui.shared.theme import Theme
from ui.shared.widgets import Button, in_tab_order

__all__ = ["Chips"]

_MOST = 12  # chips shown; the menu has the others


class Chips(QWidget):
    """Active chips are those whose word the prompt has; "+" has the whole vocabulary."""

    toggled = Signal(str, bool)
    """A word, and whether the prompt should have it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._chips: dict[str, Button] = {}
        self._actions: dict[str, QAction] = {}
        self._prompt = ""
        self._layout = FlowLayout(self, gap=6)
        self._more = Button("", "chip")
        self._more.setIconSize(QSize(12, 12))
        self._more.setAccessibleName(self.tr("More words"))
        self._more.setToolTip(self.tr("More words"))
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._mark_words)
        self._more.setMenu(self._menu)
        self._layout.addWidget(self._more)
        for word in STARTERS:
            self._add(word)
        theme.changed.connect(self._refresh)
        self._refresh()

    def show_prompt(self, prompt: str) -> None:
        """Light the chips of the words in ``prompt``; words that are new get a chip."""
        self._prompt = prompt
        for word in words_in(prompt):
            if word not in self._chips and len(self._chips) < _MOST:
                self._add(word)
        for word, chip in self._chips.items():
            chip.setChecked(has_word(prompt, word))

    def _add(self, word: str) -> None:
        chip = Button(word, "chip")
        chip.setCheckable(True)
        chip.setAccessibleDescription(self.tr("Word of the prompt"))
        chip.clicked.connect(lambda checked: self.toggled.emit(word, checked))
        self._chips[word] = chip
        self._layout.removeWidget(self._more)
        self._layout.addWidget(chip)
        self._layout.addWidget(self._more)
        in_tab_order(self, *self._chips.values(), self._more)

    def _fill_menu(self) -> None:
        titles = {
            "mood": self.tr("Mood"),
            "genre": self.tr("Genre"),
            "instrument": self.tr("Instrument"),
            "tempo": self.tr("Tempo"),
            "key": self.tr("Key"),
        }
        for kind, words in VOCABULARY.items():
            submenu = self._menu.addMenu(titles[kind])
            for word in words:
                action = submenu.addAction(word)
                action.setCheckable(True)
                action.triggered.connect(lambda on, word=word: self.toggled.emit(word, on))
                self._actions[word] = action

    def _mark_words(self) -> None:
        if not self._actions:  # not before it is wanted
            self._fill_menu()
        for word, action in self._actions.items():
            action.setChecked(has_word(self._prompt, word))

    def _refresh(self) -> None:
        self._more.setIcon(self._theme.icon("plus"))
