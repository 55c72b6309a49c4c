"""A cluster in one process: servers in threads, workers on the test's loop, one real queue."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from engine.jobs import Order
from engine.request import Request
from engine.server.settings import ServerSettings
from engine.store.database import Database
from engine.store.factory import open_store
from tests.buckets import Bucket
from tests.engine.server.running import settings_in

T = TypeVar("T")

QUICK = {
    "lease_seconds": 1.0,
    "lease_renewal_seconds": 0.3,
    "reap_seconds": 0.2,
    "permit_poll_seconds": 0.5,
}
PATIENCE = 60.0


class Fleet:
    """What the processes of one cluster are given."""

    def __init__(self, folder: Path, url: Any, bucket: Bucket) -> None:
        self.folder = folder
        self._url = url
        self.bucket = bucket

    def settings(self, **changes: Any) -> ServerSettings:
        common = QUICK | {"database_url": self._url} | self.bucket.settings()
        return settings_in(self.folder, **(common | changes))

    @contextmanager
    def database(self) -> Iterator[Database]:
        """A look at the queue from outside."""
        database = open_store(self.folder / "none.db", self._url, sole=False).database
        try:
            yield database
        finally:
            database.close()


def order(prompt: str = "steps=3", **more: Any) -> Order:
    """For the scripted generator."""
    return Order(Request(prompt=prompt, model="scripted", duration=1.0, seed=7), **more)
