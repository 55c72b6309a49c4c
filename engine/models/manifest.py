"""What the hub says a repository holds: its revision, and each file's size and digest."""

from __future__ import annotations

import hashlib
from typing import Annotated, Protocol

from pydantic import BaseModel, ConfigDict, Field, field_validator

__all__ = ["Hasher", "HubFile", "Manifest"]


class Hasher(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


class HubFile(BaseModel):
    """One file. Large ones are known by their SHA-256, small ones by git's SHA-1 of the blob."""

    model_config = ConfigDict(frozen=True)

    path: Annotated[str, Field(min_length=1, max_length=500)]
    """In the repository, with slashes."""
    size: Annotated[int, Field(ge=0)]
    digest: Annotated[str, Field(pattern=r"^(sha256-[0-9a-f]{64}|git-[0-9a-f]{40})$")]

    @field_validator("path")
    @classmethod
    def _inside(cls, path: str) -> str:
        if path.startswith("/") or not {"", ".", ".."}.isdisjoint(path.split("/")):
            raise ValueError("leads out of its folder")
        if any(mark in path for mark in "\\:\0"):
            raise ValueError("is no file name everywhere")
        return path

    def hasher(self) -> Hasher:
        """Feed it the whole file, then ask ``matches``."""
        if self.digest.startswith("sha256-"):
            return hashlib.sha256()
        header = f"blob {self.size}\0".encode()  # what git hashes before a file's bytes
        return hashlib.sha1(header, usedforsecurity=False)

    def matches(self, hasher: Hasher) -> bool:
        return self.digest.partition("-")[2] == hasher.hexdigest()


class Manifest(BaseModel):
    """One revision of a repository, as far as it is needed."""

    model_config = ConfigDict(frozen=True)

    repo: str
    revision: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
    """The commit."""
    files: tuple[HubFile, ...]
    built_on: tuple[str, ...] = ()
    """Repositories without which this one is of no use."""

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.size for file in self.files)
