"""What a storage must offer: finished files under keys, on whatever keeps them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from engine.errors import NotFound

__all__ = [
    "CHECKPOINTS",
    "MUSIC",
    "PREVIEWS",
    "UPLOADS",
    "Places",
    "Reader",
    "Storage",
    "Stored",
    "checked",
    "stored_name",
]

MUSIC, UPLOADS = "music", "uploads"
CHECKPOINTS, PREVIEWS = "checkpoints", "previews"
"""Of what grows on many machines; named by job, attempt and number."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What the storage says of one file."""

    key: str
    size: int
    """Bytes."""
    modified: datetime
    job: str = ""
    """The job whose take it is, or the library whose upload, where the storage can say."""


class Reader(Protocol):
    """A stored file, open for reading from any byte; it holds one block at a time."""

    async def seek(self, offset: int, /) -> object: ...

    async def read(self, size: int, /) -> bytes:
        """The next bytes: fewer than ``size`` only at the end."""
        ...


class Storage(Protocol):
    """Files under keys such as ``music/2024-09-01T00-45-30-123Z_calm_piano.wav``.

    A key is written once. Whatever waits does so off the event loop; whatever fails for a reason
    that may pass raises StorageError.
    """

    block: int
    """Bytes that are well read at once."""
    shared: bool
    """Whether other computers may write into it too, and know nothing of what is done here."""

    def places(self, key: str) -> tuple[Path, Path]:
        """How rows name the file: those of this storage, and those of the other kind, from which
        the files may have been moved here. Raises NotFound for what is no key."""
        ...

    def key_of(self, place: Path) -> str:
        """Raises NotFound for what neither kind would say."""
        ...

    async def put(self, file: Path, key: str, *, sha256: str, job: str = "") -> None:
        """Keep a copy of a finished file: durable, and of this digest, when this returns.
        A key that is there already holds the same file, and may be written again."""
        ...

    async def look(self, key: str) -> Stored:
        """Raises NotFound."""
        ...

    def open(self, stored: Stored) -> AbstractAsyncContextManager[Reader]: ...

    def at_hand(self, key: str) -> Path | None:
        """The file, if it lies on this computer already."""
        ...

    async def fetch(self, key: str) -> Path:
        """The file on this computer, for what needs a whole one; kept a while for the next
        who asks. Raises NotFound."""
        ...

    async def remove(self, key: str) -> None:
        """It is no error if it is gone already."""
        ...

    def list(self, prefix: str) -> AsyncIterator[Stored]:
        """What lies under one of the prefixes, in any order; ``job`` is left out."""
        ...

    async def sweep(self, before: datetime) -> int:
        """Remove what writes that began before this and never ended have left; returns how
        many."""
        ...

    async def prove(self) -> None:
        """Do once all that will have to be done, and leave nothing. Raises StorageError."""
        ...

    async def check(self) -> None:
        """Whether it answers. Raises StorageError."""
        ...

    async def close(self) -> None: ...


class Places:
    """How rows name keys, for a storage to inherit: a disk by whole paths, a bucket by keys, so
    that it may be moved. Each understands the other's."""

    def __init__(self, root: Path, *, whole: bool) -> None:
        self._root = root.absolute()
        self._whole_paths = whole

    def places(self, key: str) -> tuple[Path, Path]:
        bare = Path(checked(key))
        return (self._root / bare, bare) if self._whole_paths else (bare, self._root / bare)

    def key_of(self, place: Path) -> str:
        try:
            bare = place.relative_to(self._root) if place.is_absolute() else place
        except ValueError:
            raise NotFound("This file is not in the storage.") from None
        return checked(bare.as_posix())


def checked(key: str) -> str:
    """The key. Raises NotFound for what could lead elsewhere."""
    parts = key.split("/")
    if "\\" in key or "\0" in key or any(part in ("", ".", "..") for part in parts):
        raise NotFound("There is no such file.")
    return key


def stored_name(moment: datetime, name: str, extension: str, *, attempt: str = "") -> str:
    """``2024-09-01T00-45-30-123Z_calm_piano.wav``: letters and digits, whatever the name was.

    ``attempt``: for where the moment is not enough to tell takes apart; then it is in the name:
    ``2024-09-01T00-45-30-123Z_calm_piano_1f0e9d8c7b6a.wav``."""
    stamp = f"{moment:%Y-%m-%dT%H-%M-%S}-{moment.microsecond // 1000:03d}Z"
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^A-Za-z0-9]+", "_", plain)[:60].strip("_")
    parts = (stamp, slug or "music", *([attempt[:12]] if attempt else []))
    return f"{'_'.join(parts)}.{extension}"
