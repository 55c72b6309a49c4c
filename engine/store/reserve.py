"""Room for a full disk: a file beside SQLite's database that is given up when nothing else can be.

On a full disk SQLite can't even change a row, so what runs could not be recorded. The reserve makes
room for that, and for that alone: while it is gone nothing new is taken in, and it is made again as
soon as it fits. What counts is whether the file is there, so nobody has to remember it: it is
the same for each program that uses the library, and after each start.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.audio.atomic import in_plain_words
from engine.errors import DiskFull, DiskStillFull, StorageError

__all__ = ["Reserve"]

log = logging.getLogger(__name__)

NOTHING = 128 * 1024
"""Bytes of free disk in which SQLite can't work: its index of the log and some pages."""


class Reserve:
    """The file, of ``size`` bytes; with none (0) nothing is ever held back."""

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._size = size

    def ready_to_open(self) -> None:
        """Before the database is opened: on a full disk that takes room too."""
        if self._size and self._free() < NOTHING:
            self._give_up()

    def make(self) -> None:
        """Once it is open. Raises StorageError where the folder can't be written to."""
        if not self._there() and not self._made():
            self._tell()

    def room_for_more(self) -> None:
        """Raises DiskStillFull while what room there is belongs to what has begun."""
        if self._there():
            return
        if not self._made():
            raise DiskStillFull("The disk is full: nothing new is taken in until there is room.")
        log.info("there is room on the disk again, and the reserve is made anew")

    @contextmanager
    def behind(self) -> Iterator[None]:
        """Around a transaction: one that finds the disk full finds room when it is tried again."""
        try:
            yield
        except StorageError as error:
            if self._size and (isinstance(error, DiskFull) or self._free() < NOTHING):
                self._give_up()
            raise

    def _there(self) -> bool:
        if not self._size:
            return True
        try:
            return self._path.stat().st_size >= self._size
        except FileNotFoundError:
            return False

    def _made(self) -> bool:
        """Make it where it leaves as much again. Raises StorageError."""
        if self._free() < 2 * self._size:
            return False
        try:
            with self._path.open("wb") as file:
                _fill(file.fileno(), self._size)
        except OSError as error:
            self._path.unlink(missing_ok=True)
            words = in_plain_words(error, self._path.parent)
            if isinstance(words, DiskFull):
                return False
            raise words from error
        return True

    def _give_up(self) -> None:
        try:
            self._path.unlink()
        except FileNotFoundError:
            return
        self._tell()

    def _tell(self) -> None:
        log.warning(
            "the disk is full: the reserve of %.1f MB is given up, so that what runs can be "
            "recorded; nothing new is taken in until there is room",
            self._size / 2**20,
        )

    def _free(self) -> int:
        return shutil.disk_usage(self._path.parent).free


def _fill(file: int, size: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, 0, size)
    else:
        os.write(file, os.urandom(size))  # zeros may take no room
