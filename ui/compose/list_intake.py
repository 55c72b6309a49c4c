"""Where prompt lists come in: dropped, opened or pasted; each opens a sheet."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from ui.compose.usual import Usual
from ui.shared.background import Background
from ui.shared.theme import Theme

if TYPE_CHECKING:
    from engine.promptlist import PromptList

__all__ = ["LIST_SUFFIXES", "ListIntake"]

LIST_SUFFIXES = (".txt", ".csv", ".tsv", ".jsonl", ".ndjson")


class ListIntake(QObject):
    submitted = Signal(list)
    """list[Order], after the musician saw them."""
    as_one_wanted = Signal(str)
    """A text of several lines that is one prompt."""

    def __init__(self, theme: Theme, usual: Callable[[], Usual], parent: QWidget) -> None:
        """``usual`` gives what stands in Compose."""
        super().__init__(parent)
        self._theme, self._usual, self._window = theme, usual, parent
        self._background = Background(self)

    def accepts(self, mime: QMimeData) -> bool:
        """Whether a drag brings something that may be a prompt list."""
        return self._path(mime) is not None or (mime.hasText() and not mime.hasUrls())

    def take(self, mime: QMimeData) -> None:
        """A list was dropped."""
        path = self._path(mime)
        if path is not None:
            self.open_file(path)
        elif mime.hasText():
            self.open_text(mime.text())

    def open_file(self, path: Path) -> None:
        self._open(path.name, path)

    def open_text(self, text: str) -> None:
        self._open(self.tr("Pasted prompts"), text)

    def open_clipboard(self) -> None:
        """A text, or a list's file; the addresses of other files are no prompts."""
        mime = QGuiApplication.clipboard().mimeData()
        if self.accepts(mime):
            self.take(mime)
        else:
            self.open_text("")

    def browse(self) -> None:
        patterns = " ".join(f"*{suffix}" for suffix in LIST_SUFFIXES)
        dialog = QFileDialog(self._window, self.tr("Open a prompt list"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("Prompt lists ({patterns})").format(patterns=patterns))
        dialog.fileSelected.connect(lambda path: self.open_file(Path(path)))
        dialog.open()

    def wait(self) -> None:
        """Until all lists are read; for leaving."""
        self._background.wait()

    def _open(self, title: str, source: Path | str) -> None:
        from ui.compose.list_sheet import ListSheet  # late: most starts of the window need none

        usual = self._usual()
        sheet = ListSheet(
            self._theme,
            title,
            partial(_parse, source, usual),
            self._background,
            pasted=source if isinstance(source, str) else "",
            usual=usual,
            parent=self._window,
        )
        sheet.submitted.connect(self.submitted)
        sheet.as_one_wanted.connect(self.as_one_wanted)
        sheet.open()

    @staticmethod
    def _path(mime: QMimeData) -> Path | None:
        """The first local file that looks like a list."""
        paths = (Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())
        return next((path for path in paths if path.suffix.lower() in LIST_SUFFIXES), None)


def _parse(source: Path | str, usual: Usual) -> PromptList:
    from engine.promptlist import parse

    return parse(source, usual=usual.settings())
