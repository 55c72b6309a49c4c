"""The store on each database that it can work with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.store.claims import Claims
from engine.store.database import Database
from engine.store.factory import open_store
from engine.store.store import Store
from tests.postgres import Postgres


@dataclass(frozen=True)
class Both:
    """The musician's verbs and the dispatcher's, on one database."""

    database: Database

    @property
    def store(self) -> Store:
        return Store(self.database)

    @property
    def claims(self) -> Claims:
        return Claims(self.database)


@pytest.fixture(params=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Both]:
    url = None
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.new_database()
    database = open_store(tmp_path / "studio.db", url, sole=False).database
    yield Both(database)
    database.close()
