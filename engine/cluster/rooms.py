"""Folders of a worker's own: several on one computer must not touch each other's files."""

from __future__ import annotations

import itertools
from pathlib import Path

from filelock import FileLock

from engine.errors import StoreLocked
from engine.settings import EngineSettings
from engine.store.opening import lock_folder

__all__ = ["Room"]


class Room:
    """Held from ``take`` to ``leave``. The operating system frees it with the process, and who
    takes it next finds what was left."""

    def __init__(self, folder: Path, lock: FileLock) -> None:
        self.folder = folder
        self._lock = lock

    @classmethod
    def take(cls, settings: EngineSettings) -> Room:
        """The first that is free. Raises FolderNotWritable."""
        for number in itertools.count(1):
            folder = settings.data_folder / "workers" / str(number)
            try:
                return cls(folder, lock_folder(folder))
            except StoreLocked:
                continue
        raise AssertionError("they never end")

    @property
    def takes(self) -> Path:
        return self.folder / "takes"

    @property
    def cache(self) -> Path:
        """Previews and checkpoints."""
        return self.folder / "cache"

    def leave(self) -> None:
        self._lock.release()
