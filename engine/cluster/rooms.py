"""Folders of a process's own: several on one computer must not touch each other's files."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from engine.errors import StoreLocked
from engine.server.settings import ServerSettings
from engine.store.opening import lock_folder

__all__ = ["own_room"]


@contextmanager
def own_room(settings: ServerSettings) -> Iterator[ServerSettings]:
    """The settings with folders that nobody else uses meanwhile, and that are empty: what an
    earlier process has left there, others have gone on with. Raises FolderNotWritable.

    The operating system frees them with the process.
    """
    folder, lock = _first_free(settings.data_folder / "processes")
    try:
        own = {"takes_folder": folder / "takes", "cache_folder": folder / "cache"}
        for each in own.values():
            shutil.rmtree(each, ignore_errors=True)
        yield settings.model_copy(update=own)
    finally:
        lock.release()


def _first_free(folders: Path) -> tuple[Path, FileLock]:
    for number in itertools.count(1):
        folder = folders / str(number)
        try:
            return folder, lock_folder(folder)
        except StoreLocked:
            continue
    raise AssertionError("they never end")
