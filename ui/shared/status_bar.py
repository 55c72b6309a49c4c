"""The line at the foot of the window: how the engine is, room on the disk, number of takes."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from engine.status import EngineState, EngineStatus
from ui.shared.light import Light
from ui.shared.speeds import loaded_name
from ui.shared.text import size, tidy
from ui.shared.theme import Theme
from ui.shared.tokens import Space
from ui.shared.widgets import ElidedLabel, as_role, label

__all__ = ["StatusBar", "light_of"]

_LOW_SPACE = 2 * 10**9  # bytes


class StatusBar(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        as_role(self, "panel")
        self._light = Light(theme, "muted")
        self._engine = ElidedLabel("", "small")
        self._disk_light = Light(theme, "caution")
        self._disk = label("", "small")
        self._takes = label("", "small")
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.EDGE, 0, Space.EDGE, 0)
        row.setSpacing(Space.HALF)
        row.addWidget(self._light)
        row.addWidget(self._engine, 1)
        row.addWidget(self._disk_light)
        row.addWidget(self._disk)
        row.addSpacing(Space.EDGE)
        row.addWidget(self._takes)
        self.setFixedHeight(30)
        self.show_status(EngineStatus())
        self.show_takes(0)

    def show_status(self, status: EngineStatus) -> None:
        self._light.set_role(light_of(status))
        parts = [self._state_text(status), status.device]
        if status.model:
            parts.insert(1, loaded_name(status))
        if status.speed:
            speed = tidy(status.speed) if status.speed < 10 else f"{status.speed:.0f}"
            parts.append(self.tr("{speed}× real time").format(speed=speed))
        self._engine.setText(" · ".join(filter(None, parts)))
        self._engine.setAccessibleDescription(status.model)
        free = status.free_bytes
        self._disk.setVisible(free is not None)
        self._disk_light.setVisible(free is not None and free < _LOW_SPACE)
        if free is not None:
            self._disk.setText(self.tr("{size} free").format(size=size(free)))

    def put(self, widget: QWidget) -> None:
        """Show this beside the engine."""
        row = self.layout()
        if isinstance(row, QHBoxLayout):
            row.insertWidget(2, widget)

    def show_takes(self, count: int) -> None:
        self._takes.setText(self.tr("%Ln take(s)", "", count))

    def _state_text(self, status: EngineStatus) -> str:
        if status.paused:
            return self.tr("Paused")
        return {
            EngineState.STARTING: self.tr("Engine starting…"),
            EngineState.READY: self.tr("Engine ready"),
            EngineState.WORKING: self.tr("Engine at work"),
            EngineState.RESTARTING: self.tr("Engine restarting…"),
            EngineState.STOPPED: self.tr("Engine stopped"),
        }[status.state]


def light_of(status: EngineStatus) -> str:
    """The token whose colour stands for how the engine is."""
    if status.paused:
        return "caution"
    return {
        EngineState.STARTING: "muted",
        EngineState.RESTARTING: "caution",
        EngineState.STOPPED: "bad",
    }.get(status.state, "good")
