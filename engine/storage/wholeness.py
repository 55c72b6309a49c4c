"""Whether what came out of a bucket is what went into it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from engine.digests import sha256_of

__all__ = ["is_whole"]

_MD5 = re.compile("[0-9a-f]{32}")


def is_whole(file: Path, told: dict[str, Any]) -> bool:
    """Whether it is what the bucket says that it has."""
    ours: str | None = told["Metadata"].get("sha256")
    if ours is not None:
        return sha256_of(file) == ours
    # Somebody else has put it there. Of what came in one piece the ETag is the MD5, unless it lies
    # there under a key of its own.
    etag: str = told["ETag"].strip('"')
    encrypted = (
        told.get("ServerSideEncryption", "AES256") != "AES256" or "SSECustomerAlgorithm" in told
    )
    if _MD5.fullmatch(etag) and not encrypted and _md5_of(file) != etag:
        return False
    return file.stat().st_size == int(told["ContentLength"])


def _md5_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
