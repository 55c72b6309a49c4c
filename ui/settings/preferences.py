"""What the window remembers: its looks, its place on the screen, the musician's choices."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, Signal
from PySide6.QtWidgets import QMainWindow, QSplitter

from app.notices import Notice
from app.paths import Paths
from app.settings import SettingsFile
from engine.jobs import Failure
from ui.settings.takes_folder import FolderLook, look_at
from ui.shared.background import Background
from ui.shared.theme import Appearance, Theme

__all__ = ["Preferences"]


class Preferences(QObject):
    appearance_changed = Signal(Appearance)
    noticed = Signal(Notice)

    def __init__(
        self, settings: SettingsFile, paths: Paths, theme: Theme, window: QMainWindow
    ) -> None:
        super().__init__(window)
        self._settings, self._theme, self._window = settings, theme, window
        self._background = Background(self)
        self._paths = paths
        self.takes_folder = paths.takes_for(settings.current.takes_folder)
        """Where takes are kept, until the next start."""

    def open(self) -> None:
        """Show the settings; what is changed there takes effect at once."""
        from ui.settings.settings_dialog import SettingsDialog  # late: few starts need it

        folder = self._paths.takes_for(self._settings.current.takes_folder)
        dialog = SettingsDialog(self._settings.current, folder, self._look, self._window)
        dialog.changed.connect(self._change)
        dialog.open()

    def _look(self, folder: Path, tell: Callable[[FolderLook], object]) -> None:
        self._background.run(partial(look_at, folder), tell, self._fail)

    def _fail(self, failure: Failure) -> None:
        self.noticed.emit(Notice.of(failure))

    def wait(self) -> None:
        """Until the disk has answered."""
        self._background.wait()

    def set_appearance(self, appearance: Appearance) -> None:
        self._change("appearance", appearance.value)

    def keep_snapping(self, on: bool) -> None:
        """Whether regions and branches begin on beats."""
        self._settings.update(snap=on)

    def restore_layout(self, splitter: QSplitter) -> None:
        self._window.restoreGeometry(_state(self._settings.current.geometry))
        splitter.restoreState(_state(self._settings.current.layout))

    def keep_layout(self, splitter: QSplitter) -> None:
        self._settings.update(
            geometry=_text(self._window.saveGeometry()), layout=_text(splitter.saveState())
        )

    def _change(self, name: str, value: object) -> None:
        self._settings.update(**{name: value})
        if name == "appearance":
            appearance = Appearance(str(value))
            self._theme.set_appearance(appearance)
            self.appearance_changed.emit(appearance)


def _text(state: QByteArray) -> str:
    return bytes(state.toBase64().data()).decode("ascii")


def _state(text: str) -> QByteArray:
    return QByteArray.fromBase64(text.encode("ascii"))
