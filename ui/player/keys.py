"""The player by keyboard from everywhere: keys that nothing else in the window wants."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.player import Player
from ui.player.bar import PlayerBar

__all__ = ["LEAP", "PlayerKeys"]

LEAP = 5.0
"""Seconds that J and L go back and forth."""


class PlayerKeys(QObject):
    """Space plays and pauses, J K L go back, stop and go on, B compares, R repeats; the list and
    text fields see their keys first, for what they leave over comes to the window."""

    def __init__(self, window: QWidget, bar: PlayerBar, player: Player) -> None:
        super().__init__(window)
        self._acts: dict[Qt.Key, Callable[[], object]] = {
            Qt.Key.Key_Space: bar.play_or_pause,
            Qt.Key.Key_K: player.toggle,
            Qt.Key.Key_J: lambda: player.nudge(-LEAP),
            Qt.Key.Key_L: lambda: player.nudge(LEAP),
            Qt.Key.Key_B: bar.compare,
            Qt.Key.Key_R: bar.repeat,
        }
        self._moving = (Qt.Key.Key_J, Qt.Key.Key_L)  # these go on while they are held down
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            plain = event.modifiers() in (
                Qt.KeyboardModifier.NoModifier,
                Qt.KeyboardModifier.KeypadModifier,
            )
            act = self._acts.get(Qt.Key(event.key())) if plain else None
            if act is not None:
                if not event.isAutoRepeat() or event.key() in self._moving:
                    act()
                return True
        return super().eventFilter(watched, event)
