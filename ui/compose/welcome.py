"""What the list's place shows before there is any take: an invitation, one press from music."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui.shared.theme import Theme
from ui.shared.tokens import Space
from ui.shared.widgets import Button, as_role, in_tab_order, label, scrolling

__all__ = ["Welcome"]

_EXAMPLES = (
    "melancholic lo-fi hip hop, 84 bpm, in D minor",
    "calm piano with strings, slow, rain outside",
    "bright bossa nova guitar, 120 bpm",
    "dark synthwave at night, 104 bpm, F♯ minor",
)
_WIDTH = 408  # pixels at most


class Welcome(QWidget):
    chosen = Signal(str)
    """An example prompt: put it into Compose and generate."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._mark = QLabel()
        self._mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title = label(self.tr("Words in, music out"), "heading")
        text = label(
            self.tr(
                "Describe what you want to hear and press Ctrl+Enter, or begin with one of these. "
                "The built-in sketch generator answers within seconds, without a download."
            ),
            "muted",
        )
        text.setWordWrap(True)
        for centred in (title, text):
            centred.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._offer = QVBoxLayout()
        tip = label(self.tr("A .txt, .csv or .jsonl of prompts can be dropped anywhere."), "small")
        tip.setAlignment(Qt.AlignmentFlag.AlignCenter)
        tip.setWordWrap(True)
        column = QVBoxLayout()
        column.setContentsMargins(0, Space.WIDE, 0, Space.WIDE)
        column.setSpacing(Space.HALF)
        column.addStretch()
        column.addWidget(self._mark)
        column.addSpacing(Space.HALF)
        column.addWidget(title)
        column.addWidget(text)
        column.addSpacing(Space.EDGE)
        self.examples = [self._example(prompt) for prompt in _EXAMPLES]
        for button in self.examples:
            column.addWidget(button)
        self.setFocusProxy(self.examples[0])
        column.addSpacing(Space.EDGE)
        column.addLayout(self._offer)
        column.addWidget(tip)
        column.addStretch()
        middle = QWidget()
        middle.setLayout(column)
        middle.setMaximumWidth(_WIDTH)
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(Space.EDGE, 0, Space.EDGE, 0)
        row.addWidget(middle)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolling(body))
        theme.changed.connect(self._refresh)
        self._refresh()

    def set_offer(self, offer: QWidget) -> None:
        """Something to have beside the built-in generator, shown under the examples."""
        self._offer.addWidget(offer)
        in_tab_order(self.examples[-1], *offer.findChildren(Button))
        self._offer.addSpacing(Space.EDGE)

    def _example(self, prompt: str) -> Button:
        button = as_role(Button(prompt), "example")
        button.setAccessibleName(self.tr("Generate “{prompt}”").format(prompt=prompt))
        button.setIconSize(QSize(12, 12))
        button.clicked.connect(lambda: self.chosen.emit(prompt))
        return button

    def _refresh(self) -> None:
        self._mark.setPixmap(self._theme.pixmap("wave", "accent", 40, self.devicePixelRatioF()))
        for button in self.examples:
            button.setIcon(self._theme.icon("play"))
