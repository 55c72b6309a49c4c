"""The store on each database that it can work with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

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


@pytest.fixture(scope="session")
def shared_url(postgres: Postgres) -> SecretStr:
    """One database for all tests that are content with an empty one: each new one is 300 files."""
    return postgres.new_database()


@pytest.fixture(params=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Both]:
    url = request.getfixturevalue("shared_url") if request.param == "postgresql" else None
    database = open_store(tmp_path / "studio.db", url, sole=False).database
    with database.writing():
        for table in (
            "jobs",
            "takes",
            "turns",
            "settings",
            "calls",
            "uploads",
            "repeats",
            "stored",
        ):
            database.peewee.execute_sql(f"DELETE FROM {table}")  # noqa: S608
    yield Both(database)
    database.close()
