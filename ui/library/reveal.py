"""Folders and files in the system's file manager."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from app.notices import Level, Notice
from engine.jobs import Job
from ui.shared.background import Background

__all__ = ["Revealer"]

_KEY = "reveal"
_SECONDS = 12.0


class Revealer(QObject):
    noticed = Signal(Notice)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._background = Background(self)

    def show_folder(self, folder: Path) -> None:
        """Open it, or say why not. A disk that went away may take long to say so."""
        self._background.run(
            folder.is_dir,
            lambda there: self._open(folder) if there else self._miss(folder),
            lambda failure: self.noticed.emit(Notice.of(failure, key=_KEY)),
        )

    def show_take(self, job: Job) -> None:
        """The folder that a take's file is in."""
        if job.take is not None:
            self.show_folder(job.take.path.parent)

    def wait(self) -> None:
        self._background.wait()

    def _open(self, folder: Path) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            text = self.tr("There is no program here that shows folders. It is {path}.")
            self._tell(text.format(path=folder))

    def _miss(self, folder: Path) -> None:
        text = self.tr(
            "The folder {path} is not there: it comes with the first take, or its disk is away."
        )
        self._tell(text.format(path=folder))

    def _tell(self, text: str) -> None:
        self.noticed.emit(Notice(text, Level.CAUTION, key=_KEY, seconds=_SECONDS))
