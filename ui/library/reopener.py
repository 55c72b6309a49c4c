"""Files of earlier takes: their settings come back into Compose, wherever the file has been."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.notices import Level, Notice
from ui.compose.audio_drop import AUDIO_SUFFIXES
from ui.shared.background import Background

if TYPE_CHECKING:  # the first paint does not wait for it
    from engine.request import Request

__all__ = ["Reopener"]

_KEY = "reopen"
_SECONDS = 12.0


class Reopener(QObject):
    found = Signal(object)  # Request
    noticed = Signal(Notice)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self._background = Background(self)

    def path_of(self, mime: QMimeData) -> Path | None:
        """The first audio file of a drag; None when it brings none."""
        paths = (Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())
        return next((path for path in paths if path.suffix.lower() in AUDIO_SUFFIXES), None)

    def browse(self) -> None:
        patterns = " ".join(f"*{suffix}" for suffix in sorted(AUDIO_SUFFIXES))
        dialog = QFileDialog(self._window, self.tr("Settings of a take"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("Audio ({patterns})").format(patterns=patterns))
        dialog.fileSelected.connect(lambda path: self.read(Path(path)))
        dialog.open()

    def read(self, path: Path) -> None:
        """Look for the settings in a file; ``found`` brings them."""

        def request_in() -> Request | None:
            from engine.audio.embedded import read_request  # late: it brings the tag readers

            embedded = read_request(path)
            return embedded.request if embedded else None

        self._background.run(
            request_in,
            lambda request: self._answer(path, request),
            lambda failure: self.noticed.emit(Notice.of(failure, key=_KEY)),
        )

    def wait(self) -> None:
        self._background.wait()

    def _answer(self, path: Path, request: Request | None) -> None:
        if request is not None:
            self.found.emit(request)
            text = self.tr("Compose shows the settings of “{name}”.")
            level = Level.GOOD
        else:
            text = self.tr(
                "“{name}” has no settings of this program in it. To follow its sound, drop it on "
                "the audio field of Compose."
            )
            level = Level.CAUTION
        notice = Notice(text.format(name=path.name), level, key=_KEY, seconds=_SECONDS)
        self.noticed.emit(notice)
