"""Copies in the cache leave the room that takes need: whoever asks for them could else fill it."""

from __future__ import annotations

import shutil
from pathlib import Path

from engine.audio.atomic import in_plain_words
from engine.errors import DiskFull

__all__ = ["check_room_for", "free_bytes"]


def check_room_for(size: int, folder: Path, floor: int) -> None:
    """Before a file of so many bytes is written into ``folder``, of whose disk ``floor`` bytes are
    for takes. Raises DiskFull, StorageError."""
    try:
        free = free_bytes(folder)
    except OSError as error:
        raise in_plain_words(error, folder) from error
    if free - size < floor:
        raise DiskFull("The disk is nearly full.", detail=f"{free:,} bytes free, {size:,} asked")


def free_bytes(folder: Path) -> int:
    """Of the disk that a folder is on, or will be. Raises OSError."""
    return shutil.disk_usage(next(f for f in (folder, *folder.parents) if f.is_dir())).free
