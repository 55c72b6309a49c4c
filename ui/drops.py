"""What is dropped on the window: prompt lists, and takes that bring their settings back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from ui.compose.list_intake import ListIntake
from ui.library.reopener import Reopener
from ui.shared.drop_veil import DropVeil
from ui.shared.theme import Theme

__all__ = ["Drops"]


class Drops(QObject):
    """Only what no widget of the window takes for itself comes here."""

    def __init__(
        self, theme: Theme, window: QWidget, lists: ListIntake, reopener: Reopener
    ) -> None:
        super().__init__(window)
        self._lists, self._reopener = lists, reopener
        self.veil = DropVeil(theme, window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QDragEnterEvent):
            self._enter(event)
        elif event.type() == QEvent.Type.DragLeave:
            self.veil.hide()
        elif isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            self._drop(event)
        else:
            return super().eventFilter(watched, event)
        return True

    def _enter(self, event: QDragEnterEvent) -> None:
        text = self._promise(event)
        event.setAccepted(bool(text))
        if text:
            self.veil.say(text)

    def _promise(self, event: QDropEvent) -> str:
        """What dropping it here would do; empty when it would do nothing."""
        if event.source() is not None:  # a take on its way out of this window
            return ""
        if self._reopener.path_of(event.mimeData()):
            return self.tr("Drop to bring back the settings of this take")
        if self._lists.accepts(event.mimeData()):
            return self.tr("Drop to see these prompts before they are queued")
        return ""

    def _drop(self, event: QDropEvent) -> None:
        self.veil.hide()
        event.acceptProposedAction()
        take = self._reopener.path_of(event.mimeData())
        if take is not None:
            self._reopener.read(take)
        else:
            self._lists.take(event.mimeData())
