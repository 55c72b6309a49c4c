"""Takes of another program, such as ``dgx-music generate``: seen as soon as they are there.

A file in the takes folder is a take, whoever put it there (``engine.dispatch.files``), so nothing
has to be told between the two programs, and the library's database stays one program's own. The
system says when the folder changes; nothing is looked at again and again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QFileSystemWatcher, QObject, Qt, QTimer, Signal

from app.window_thread import WindowThread

__all__ = ["TakesWatch"]

_SETTLE = 300
"""Milliseconds from the first of many changes until they are looked at together."""
_PATIENCE = 1.0
"""Seconds that the thread gets to end."""


class TakesWatch(QObject):
    """Calls ``look``, where it was made, after the folder has changed, also where that is made or
    moved later.

    The folder may lie on another computer, and where that is away the plainest question about it
    is never answered. So a thread of its own asks, and the window waits for nothing.
    """

    _closing = Signal()

    def __init__(self, folder: Path, look: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._folder, self._look = folder, look
        self._here = WindowThread(self)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="takes watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Watch no longer. A thread that waits for its folder still is left to itself."""
        self._closed.set()
        self._closing.emit()
        if self._thread.is_alive():
            self._thread.join(_PATIENCE)

    def _run(self) -> None:
        loop = QEventLoop()
        self._closing.connect(loop.quit, Qt.ConnectionType.QueuedConnection)
        eye = _Eye(self._folder)
        eye.seen.connect(self._tell, Qt.ConnectionType.DirectConnection)
        eye.aim()
        if not self._closed.is_set():  # else the word to quit may have come too early
            loop.exec()

    def _tell(self) -> None:
        if not self._closed.is_set():
            self._here.call(self._look)


class _Eye(QObject):
    """Lives on the watching thread."""

    seen = Signal()
    """The folder is there, and changed."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._watcher = QFileSystemWatcher(self)
        self._soon = QTimer(self, singleShot=True, interval=_SETTLE)
        self._soon.timeout.connect(self._see)
        self._watcher.directoryChanged.connect(self._notice)

    def aim(self) -> bool:
        """Watch the folder, or the nearest one above it until it is there; whether it is."""
        nearest = self._nearest()
        wanted, watched = [str(nearest)] if nearest else [], self._watcher.directories()
        if watched != wanted:
            if watched:
                self._watcher.removePaths(watched)
            if wanted:
                # Holds Python's lock, unlike the question before, which was answered.
                self._watcher.addPaths(wanted)
            if self._nearest() != nearest:  # made before it was watched for
                return self.aim()
        return nearest == self._folder

    def _nearest(self) -> Path | None:
        return next((path for path in (self._folder, *self._folder.parents) if _there(path)), None)

    def _notice(self) -> None:
        # Not started anew by each change: what is written all the time would never be looked at.
        if not self._soon.isActive():
            self._soon.start()

    def _see(self) -> None:
        if self.aim():
            self.seen.emit()


def _there(path: Path) -> bool:
    """Whether this is a folder that can be watched."""
    try:
        return path.is_dir()
    except OSError:  # one that may not be looked at, or whose disk is gone
        return False
