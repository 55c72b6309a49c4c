"""Help > Copy diagnostics: gathered in the background, put on the clipboard."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from app.notices import Level, Notice
from app.paths import Paths
from engine.status import EngineStatus
from ui.shared.background import Background

__all__ = ["Diagnostics"]

_KEY = "diagnostics"
_SECONDS = 8.0


class Diagnostics(QObject):
    noticed = Signal(Notice)

    def __init__(self, paths: Paths, parent: QObject) -> None:
        super().__init__(parent)
        self._paths = paths
        self._background = Background(self)

    def copy(self, status: EngineStatus) -> None:
        def gather() -> str:
            from app.diagnostics import gather  # it brings what only the terminal needs at start

            return gather(self._paths, status)

        self.noticed.emit(Notice(self.tr("Gathering diagnostics…"), key=_KEY))
        self._background.run(
            gather, self._put, lambda failure: self.noticed.emit(Notice.of(failure, key=_KEY))
        )

    def wait(self) -> None:
        self._background.wait()

    def _put(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        said = self.tr("Diagnostics are on the clipboard: paste them into your report.")
        self.noticed.emit(Notice(said, Level.GOOD, key=_KEY, seconds=_SECONDS))
