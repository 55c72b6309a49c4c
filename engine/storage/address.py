"""Where a bucket is: ``s3://bucket/prefix``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

__all__ = ["BucketAddress"]

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"([\w!'()*.-]+/)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class BucketAddress:
    bucket: str
    prefix: str
    """Empty, or ends in a slash."""

    @classmethod
    def parse(cls, text: str) -> BucketAddress:
        """Raises ValueError, in words for whoever wrote it."""
        parts = urlsplit(text)
        prefix = parts.path.strip("/")
        prefix = f"{prefix}/" if prefix else ""
        good = parts.scheme == "s3" and not parts.query and not parts.fragment
        dots = any(part in (".", "..") for part in prefix.split("/"))
        if not good or dots or not _PREFIX.fullmatch(prefix) or not _BUCKET.fullmatch(parts.netloc):
            raise ValueError("must be s3://BUCKET or s3://BUCKET/PREFIX")
        return cls(parts.netloc, prefix)

    @property
    def url(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"

    def name(self, key: str) -> str:
        """The object that holds a key."""
        return self.prefix + key

    def key(self, name: str) -> str:
        return name.removeprefix(self.prefix)
