"""Takes of another program, such as ``dgx-music generate``: seen as soon as they are there.

A file in the takes folder is a take, whoever put it there (``engine.dispatch.files``), so nothing
has to be told between the two programs, and the library's database stays one program's own. The
system says when the folder changes; nothing is looked at again and again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer

__all__ = ["TakesWatch"]

_SETTLE = 300
"""Milliseconds from the first of many changes until they are looked at together."""


class TakesWatch(QObject):
    """Calls ``look`` after the folder has changed, also where it is made or moved later."""

    def __init__(self, folder: Path, look: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._folder, self._look = folder, look
        self._watcher = QFileSystemWatcher(self)
        self._soon = QTimer(self, singleShot=True, interval=_SETTLE)
        self._soon.timeout.connect(self._see)
        self._watcher.directoryChanged.connect(self._notice)
        self._aim()

    def _notice(self) -> None:
        # Not started anew by each change: what is written all the time would never be looked at.
        if not self._soon.isActive():
            self._soon.start()

    def _see(self) -> None:
        there = self._aim()
        if there:
            self._look()

    def _aim(self) -> bool:
        """Watch the folder, or the nearest one above it until it is there; whether it is."""
        aimed: Path | None = None
        # And again: of what was made just before it was watched nobody hears.
        while (nearest := self._nearest()) != aimed:
            watched = self._watcher.directories()
            if watched != [str(nearest)]:
                if watched:
                    self._watcher.removePaths(watched)
                self._watcher.addPath(str(nearest))
            aimed = nearest
        return nearest == self._folder

    def _nearest(self) -> Path:
        return next(path for path in (self._folder, *self._folder.parents) if path.is_dir())
