"""Permits are taken for the room there is, whatever becomes of the database meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import SecretStr

from engine.cluster import intake
from engine.cluster.desk import Desk
from engine.cluster.intake import Intake
from engine.cluster.news import Kind, Note
from engine.cluster.permits import QueuePermits
from engine.jobs import Order
from engine.request import Request
from engine.store.postgresql.opening import PostgresqlDatabase, parameters
from engine.store.store import Store
from tests.postgres import Postgres
from tests.proxy import Fate, Proxy, Trouble

PATIENCE = 60.0
NEVER = 3600.0
NAME = "me"


class Scene:
    """An intake, its desk, and procrastinate's tables."""

    def __init__(self, database: PostgresqlDatabase, url: SecretStr) -> None:
        """``url``: by which the intake reaches it."""
        self.database = database
        permits = QueuePermits(database)
        permits.install()
        self.store = Store(database, permits)
        self.desk = Desk()
        self.permit = asyncio.Event()
        self.desk.on_permit = self.permit.set
        self.given_back: list[str] = []
        self.passed_on = asyncio.Event()
        self.intake = Intake(
            parameters(url),
            self.desk,
            self._give_back,
            self._pass_on,
            name=NAME,
            slots=2,
            models=["sketch"],
            renewal_seconds=NEVER,
            silent_seconds=NEVER,
            poll_seconds=NEVER,
        )

    def submit(self, count: int, model: str = "sketch") -> None:
        self.store.submit([Order(Request(prompt="x", model=model))] * count)

    def waiting(self) -> int:
        """Permits that nobody has taken."""
        [[number]] = self.sql("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
        return int(number)

    def sql(self, statement: str) -> list[Any]:
        with self.database.reading():
            return list(self.database.peewee.execute_sql(statement).fetchall())

    async def until_laid(self, number: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(self.desk) != number:
                self.permit.clear()
                await self.permit.wait()

    @asynccontextmanager
    async def taking(self) -> AsyncIterator[None]:
        running = asyncio.create_task(self.intake.run())
        try:
            yield
        finally:
            self.desk.close()
            self.intake.close()
            async with asyncio.timeout(PATIENCE):
                await running

    async def _give_back(self, job_id: str) -> None:
        self.given_back.append(job_id)

    async def _pass_on(self) -> None:
        self.passed_on.set()


@pytest.fixture
def scene(database: PostgresqlDatabase, url: SecretStr) -> Scene:
    return Scene(database, url)


async def test_a_database_that_came_back_gives_no_more_than_there_is_room(
    scene: Scene, postgres: Postgres, url: SecretStr
) -> None:
    scene.submit(5)
    async with scene.taking():
        await scene.until_laid(2)
        for token in ("one", "other"):
            scene.desk.begun(token)
        name = url.get_secret_value().rpartition("/")[2]
        postgres.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "  # noqa: S608
            f"WHERE datname = '{name}'"
        )
        scene.intake.heard(Note(Kind.PERMIT, (NAME,)))
        scene.intake.take_only(["sketch"])  # it looks, and finds that the connection is gone
        scene.desk.running(["one"])  # the other is over: there is room for one
        await scene.until_laid(2)
        assert scene.waiting() == 2
        assert scene.desk.more() and "one" in scene.desk._used
    assert len(scene.given_back) == 1


async def test_who_is_called_takes_what_it_has_room_for(scene: Scene) -> None:
    async with scene.taking():
        scene.submit(1, "another")
        scene.submit(1)
        scene.intake.heard(Note(Kind.PERMIT, ("somebody",)))
        scene.intake.heard(Note(Kind.PERMIT, (NAME,)))
        await scene.until_laid(1)
        scene.intake.take_only(["sketch", "another"])  # it was installed: nobody has to call
        await scene.until_laid(2)
        assert not scene.passed_on.is_set()
        scene.submit(1)
        scene.intake.heard(Note(Kind.PERMIT, (NAME,)))
        async with asyncio.timeout(PATIENCE):
            await scene.passed_on.wait()
        assert scene.waiting() == 1
    assert len(scene.given_back) == 2


async def test_what_was_used_is_put_away(scene: Scene) -> None:
    scene.submit(2)
    async with scene.taking():
        await scene.until_laid(2)
        scene.desk.begun("one")
        scene.desk.running([])
        scene.desk.nothing()
    assert scene.given_back == []
    assert scene.sql("SELECT 1 FROM procrastinate_jobs") == []
    assert scene.sql("SELECT 1 FROM procrastinate_workers") == []


async def test_who_is_cancelled_leaves_no_permit_behind(scene: Scene) -> None:
    scene.submit(2)
    taking = asyncio.create_task(scene.intake.run())
    await scene.until_laid(2)
    scene.desk.begun("one")
    taking.cancel()
    async with asyncio.timeout(PATIENCE):
        await asyncio.wait([taking])
    assert scene.sql("SELECT 1 FROM procrastinate_jobs") == []
    assert scene.sql("SELECT 1 FROM procrastinate_workers") == []


@pytest.mark.logs("query not terminated|discarding closed connection")  # psycopg's words for it
async def test_a_connection_that_swallows_all_is_given_up(
    database: PostgresqlDatabase,
    postgres: Postgres,
    url: SecretStr,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(intake, "ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(intake, "AGAIN_SECONDS", 0.01)
    fates = iter([Fate(Trouble.HOLE, after=2_000)])
    async with Proxy(f"http://127.0.0.1:{postgres.port}", lambda: next(fates, Fate())) as proxy:
        through = url.get_secret_value().replace(f":{postgres.port}/", f":{proxy.port}/")
        scene = Scene(database, SecretStr(through))
        async with scene.taking(), asyncio.timeout(PATIENCE):
            while not proxy.struck[Trouble.HOLE]:
                scene.intake.take_only(["sketch"])  # it looks
                await asyncio.sleep(0)
            scene.submit(1)
            scene.intake.take_only(["sketch"])
            await scene.until_laid(1)
