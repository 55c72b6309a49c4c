"""The composition root: builds the window and all behind it, wires it, runs it, and ends it."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import qasync
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app import quick_start
from app.crash import catch_the_rest
from app.engine_thread import EngineThread, Opened
from app.journal import start_journal
from app.paths import Paths
from app.player import Player
from app.servers import Servers
from app.settings import SettingsFile
from app.signals import Signals
from app.studio import Studio
from app.takes_watch import TakesWatch
from engine.dispatch.feed import Feed
from ui.main_window import MainWindow
from ui.shared.theme import Appearance, Theme
from ui.shared.translation import install_language

__all__ = ["Program", "run"]

FIRST_PAINT_FILE = "DGX_MUSIC_FIRST_PAINT_FILE"
"""Names a file that gets the monotonic time of the first paint, for the start-up benchmark."""


def run(arguments: Sequence[str] | None = None, *, precision: str | None = None) -> int:
    """Open the window and stay until it is closed; returns the exit status.

    ``precision`` of the weights of models, if it is not to be as the settings say.
    """
    app = QApplication(list(sys.argv if arguments is None else arguments))
    app.setApplicationName("DGX Music Studio")
    app.setDesktopFileName("dgx-music-studio")
    app.setQuitOnLastWindowClosed(False)
    with qasync.QEventLoop(app) as loop:
        return int(loop.run_until_complete(Program(app, Paths.find(), precision).live()))


class Program:
    """The window, the player and the engine, put together; ``live`` runs them to the end."""

    def __init__(self, app: QApplication, paths: Paths, precision: str | None = None) -> None:
        self._paths = paths
        self._precision = precision
        self._settings = SettingsFile(paths.config)
        install_language(app, self._settings.current.language)
        theme = Theme(app, Appearance(self._settings.current.appearance))
        self._takes_folder = paths.takes_for(self._settings.current.takes_folder)
        self._engine = EngineThread(self._open_engine)
        self.studio = Studio(self._engine)
        self.servers = Servers(self._engine, self._settings)
        self._watch = TakesWatch(self._takes_folder, self.studio.find_takes, self.studio)
        self.player = Player(
            volume=self._settings.current.volume,
            device=self._settings.current.output_device or None,
        )
        with theme.building():
            self.window = MainWindow(
                self.studio, self.player, theme, self._settings, paths, self.servers
            )

    async def live(self) -> int:
        """Show the window, and stay until it is closed and everything behind it has ended."""
        catch_the_rest(self.studio.tell, self._paths.logs / "crash.log")
        closed = asyncio.Event()
        self.window.closed.connect(closed.set)
        signals = Signals(self.window.close)
        first_paint = _FirstPaint(self.window, self._begin)
        self.window.show()
        await closed.wait()

        self.window.removeEventFilter(first_paint)
        signals.close()
        self._settings.update(volume=self.player.volume, output_device=self.player.device or "")
        self.player.close()
        self._watch.close()
        await asyncio.get_running_loop().run_in_executor(None, self._engine.stop)
        return 0

    def _begin(self) -> None:
        quick_start.end()
        start_journal(self._paths.logs)
        self.window.begin()
        self._engine.start()
        self.studio.load()
        self._watch.start()
        self.servers.connect_all()

    def _open_engine(self, feed: Feed) -> AbstractAsyncContextManager[Opened]:
        # On the engine's thread, and imported there: the first paint does not wait for it.
        from app.engine_settings import engine_settings
        from engine.local import LocalEngine

        chosen = self._settings.current
        return LocalEngine(engine_settings(self._paths, chosen, precision=self._precision), feed)


class _FirstPaint(QObject):
    """Calls ``then`` once, after the window was painted for the first time."""

    def __init__(self, window: QWidget, then: Callable[[], None]) -> None:
        super().__init__(window)
        self._then: Callable[[], None] | None = then
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt
        if event.type() == QEvent.Type.Paint and self._then is not None:
            then, self._then = self._then, None
            # After this round of events: by then all widgets of the window are on the screen.
            QTimer.singleShot(0, lambda: self._painted(then))
        return super().eventFilter(watched, event)

    def _painted(self, then: Callable[[], None]) -> None:
        if FIRST_PAINT_FILE in os.environ:
            Path(os.environ[FIRST_PAINT_FILE]).write_text(f"{time.monotonic()}\n")
        then()
