"""Where the server keeps takes and uploads: the storage, and the dispatcher's view of it."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from pathlib import Path
from typing import Protocol

from engine.dispatch.files import TakeFiles
from engine.errors import NotFound
from engine.jobs import Job, is_job_id

__all__ = ["MUSIC", "UPLOADS", "DiskStorage", "Storage", "StoredTakes", "stored_name"]

MUSIC, UPLOADS = "music", "uploads"


class Storage(Protocol):
    """Files under keys such as ``music/2024-09-01T00-45-30-123Z_calm_piano.wav``."""

    def local(self, key: str) -> Path:
        """Where this computer has, or writes, the file. Raises NotFound for what is no key."""
        ...

    def key_of(self, path: Path) -> str:
        """The key of a file that ``local`` names."""
        ...

    async def remove(self, key: str) -> None: ...


class DiskStorage:
    """A folder of this computer."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    def local(self, key: str) -> Path:
        parts = key.split("/")
        if "\\" in key or "\0" in key or any(part in ("", ".", "..") for part in parts):
            raise NotFound("There is no such file.")
        return self._root.joinpath(*parts)

    def key_of(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()

    async def remove(self, key: str) -> None:
        self.local(key).unlink(missing_ok=True)


class StoredTakes(TakeFiles):
    """Takes under their keys. The rows are the truth here: nobody owns a file without one."""

    def __init__(self, storage: Storage) -> None:
        super().__init__(storage.local(MUSIC))
        self._storage = storage

    def path_for(self, job: Job) -> Path:
        name = stored_name(job.created_at, job.name, job.request.output_format)
        return self._storage.local(f"{MUSIC}/{name}")

    def ids(self) -> dict[str, Path]:
        return {}

    def placed(self, jobs: list[Job]) -> dict[str, Path]:
        paths = {job.id: self.path_for(job) for job in jobs}
        return {job_id: path for job_id, path in paths.items() if path.is_file()}

    def source(self, reference: str) -> Path | None:
        """Only uploads: a path would let callers read this computer's files."""
        if is_job_id(reference) or not re.fullmatch(r"upl_[0-9a-z]+", reference):
            return None
        path = self._storage.local(f"{UPLOADS}/{reference}")
        return path if path.is_file() else None


def stored_name(moment: datetime, name: str, extension: str) -> str:
    """``2024-09-01T00-45-30-123Z_calm_piano.wav``: letters and digits, whatever the name was."""
    stamp = f"{moment:%Y-%m-%dT%H-%M-%S}-{moment.microsecond // 1000:03d}Z"
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^A-Za-z0-9]+", "_", plain)[:60].strip("_")
    return f"{stamp}_{slug or 'music'}.{extension}"
