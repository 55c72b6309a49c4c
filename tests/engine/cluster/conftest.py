"""An empty PostgreSQL database that several processes, or what stands for them, work on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr

from engine.cluster.aside import Aside
from engine.store.postgresql.opening import PostgresqlDatabase, open_postgresql
from tests.postgres import Postgres

Open = Callable[[], PostgresqlDatabase]


@pytest.fixture
def url(postgres: Postgres) -> SecretStr:
    return postgres.new_database()


@pytest.fixture
def open_it(url: SecretStr) -> Iterator[Open]:
    """Opens the database as one more process would; all are closed at the end."""
    opened: list[PostgresqlDatabase] = []

    def one() -> PostgresqlDatabase:
        opened.append(open_postgresql(url, sole=False))
        return opened[-1]

    yield one
    for each in opened:
        each.close()


@pytest.fixture
def database(open_it: Open) -> PostgresqlDatabase:
    return open_it()


@pytest.fixture
def aside() -> Iterator[Aside]:
    """Threads for the store's verbs."""
    threads = Aside()
    yield threads
    threads.close()
