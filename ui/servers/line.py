"""The servers in the status line: a light and a few words for each."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from engine.places import PlaceStatus
from ui.servers.words import light_of, line, trouble
from ui.shared.light import Light
from ui.shared.theme import Theme
from ui.shared.tokens import Space
from ui.shared.widgets import label

__all__ = ["ServerLine"]


class ServerLine(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: dict[str, tuple[Light, QLabel]] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(Space.HALF)

    def show_places(self, places: tuple[PlaceStatus, ...]) -> None:
        gone = set(self._shown) - {each.place for each in places}
        for place in gone:
            for widget in self._shown.pop(place):
                self._row.removeWidget(widget)
                widget.deleteLater()
        for status in places:
            if status.place not in self._shown:
                made = self._shown[status.place] = (Light(self._theme), label("", "small"))
                for widget in made:
                    self._row.addWidget(widget)
            light, words = self._shown[status.place]
            light.set_role(light_of(status))
            words.setText(line(status))
            words.setToolTip(trouble(status))

    def text(self) -> str:
        return "  ".join(words.text() for _, words in self._shown.values())
