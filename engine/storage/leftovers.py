"""Files of one computer that had their time: what broke off, what ended, what nobody asks for."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterable
from datetime import timedelta
from pathlib import Path

from engine.storage.copies import free_bytes

__all__ = ["DAY", "FETCHED", "TRANSCODED", "Leftovers"]

TRANSCODED, FETCHED = "transcoded", "fetched"
"""Folders of the cache."""
DAY = timedelta(days=1)
FORGOTTEN_SECONDS = 3600.0
"""A file this old of an ended job belongs to nobody who is about to tell of it."""


class Leftovers:
    """In the cache, and among what is on its way to the storage."""

    def __init__(self, cache: Path, outgoing: Path, *, floor: int = 0) -> None:
        """``floor``: bytes of the cache's disk that should be free."""
        self._floor = floor
        self._cache = cache
        self._outgoing = outgoing
        self._transcoded, self._fetched = cache / TRANSCODED, cache / FETCHED

    def of_the_last_run(self) -> None:
        """At the start: whoever wrote these copies has ended. Later each has a writer who removes
        it if it breaks off; its age would prove nothing, as clocks jump."""
        folders = (self._transcoded, *self._fetched.glob("*"))
        _remove(part for folder in folders for part in folder.glob(".*.part"))

    def sweep(self, open_ids: Collection[str]) -> int:
        """How many there were. ``open_ids``: jobs that wait or run."""
        return self._of_ended_jobs(open_ids) + self._not_asked_for()

    def _of_ended_jobs(self, open_ids: Collection[str]) -> int:
        """Previews and checkpoints that nobody goes on from, and takes that nobody stores; whole,
        or half written by who was killed."""
        folders = (self._cache / "previews", self._cache / "checkpoints", self._outgoing)
        names = ("gen_*", ".gen_*.part")
        files = (file for folder in folders for name in names for file in folder.glob(name))
        return _remove(
            file
            for file in files
            if _job_of(file) not in open_ids and _age(file) > FORGOTTEN_SECONDS
        )

    def _not_asked_for(self) -> int:
        """Copies of takes: transcoded, or fetched from the storage. They stay for less time while
        no take is begun for want of room."""
        files = (*self._transcoded.glob("[!.]*"), *self._fetched.glob("*/[!.]*"))
        low = free_bytes(self._cache) < self._floor
        longest = FORGOTTEN_SECONDS if low else DAY.total_seconds()
        return _remove(file for file in files if _age(file) > longest)


def _job_of(file: Path) -> str:
    return re.split("[-.]", file.name.removeprefix("."), maxsplit=1)[0]


def _age(file: Path) -> float:
    """Seconds since it was written, by this clock; 0 for what is gone already."""
    try:
        return max(0.0, time.time() - file.stat().st_mtime)
    except OSError:
        return 0.0


def _remove(files: Iterable[Path]) -> int:
    count = 0
    for file in files:
        file.unlink(missing_ok=True)
        count += 1
    return count
