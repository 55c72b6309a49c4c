"""What a cluster stands on while it is measured: a PostgreSQL that keeps what it commits, a bucket
server, and a folder. All of it is gone afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.buckets import S3Server, moto_running
from tests.postgres import Postgres, running_postgres

__all__ = ["Grounds", "grounds", "safe_postgres"]


@dataclass(frozen=True, slots=True)
class Grounds:
    home: Path
    postgres: Postgres
    s3: S3Server


@contextmanager
def safe_postgres() -> Iterator[Postgres]:
    """Raises RuntimeError where it is not installed."""
    with running_postgres(safe=True) as postgres:
        if postgres is None:
            raise RuntimeError("PostgreSQL is not installed")
        yield postgres


@contextmanager
def grounds() -> Iterator[Grounds]:
    """Raises RuntimeError where PostgreSQL is not installed."""
    with tempfile.TemporaryDirectory() as name, safe_postgres() as postgres, moto_running() as s3:
        yield Grounds(Path(name), postgres, s3)
