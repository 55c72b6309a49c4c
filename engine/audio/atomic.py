"""Files that are there whole or not at all, and disk errors in a musician's words."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import DiskFull, FolderNotWritable, StorageError

__all__ = ["in_plain_words", "linked", "part_of", "passing", "replacing"]


def part_of(path: Path) -> Path:
    """The temporary name under which ``path`` is written: hidden, in the same folder."""
    return path.with_name(f".{path.name}.part")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Write ``path`` under a temporary name, which becomes ``path`` when all went well.

    The bytes are on disk before the name is, and the name before this ends; whatever dies in
    between leaves the old file, or none. The folder is made when it is missing. Raises DiskFull,
    FolderNotWritable or StorageError; the temporary file is gone after any failure.

    >>> with replacing(Path("takes/calm piano.wav")) as part:
    ...     part.write_bytes(data)
    """
    part = part_of(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield part
            with part.open("rb+" if os.name == "nt" else "rb") as file:  # it may be read-only
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise in_plain_words(error, path.parent) from error


@contextmanager
def passing(path: Path) -> Iterator[Path]:
    """A file on its way: its folder is made, and it is gone at the end, however that comes.
    Raises what ``replacing`` does."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise in_plain_words(error, path.parent) from error


def linked(source: Path, target: Path) -> None:
    """A second name for the same file, or a copy where the disk has no links; whole or not.
    Raises what ``replacing`` does."""
    with replacing(target) as part:
        part.unlink(missing_ok=True)
        try:
            part.hardlink_to(source)
        except OSError:
            shutil.copyfile(source, part)


def in_plain_words(error: OSError, folder: Path) -> StorageError:
    """What a failed write into ``folder`` means."""
    detail = str(error)
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return DiskFull(f"The disk that holds {folder} is full.", detail=detail)
        case errno.EACCES | errno.EPERM | errno.EROFS | errno.ENOTDIR | errno.EEXIST:
            return FolderNotWritable(f"Nothing can be written into {folder}.", detail=detail)
    return StorageError(f"Writing into {folder} failed.", hint="Check the disk.", detail=detail)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open folders, and keeps names safe by itself
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
