"""What a front offers: what its workers have, though its own folder is empty."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from engine.cluster.aside import Aside
from engine.cluster.models import LOOK_SECONDS, REMEMBERED_SECONDS, ClusterModels
from engine.models.folder import ModelFolder
from engine.server.models import ServerModels
from engine.store.postgresql.opening import PostgresqlDatabase
from engine.store.workers import Worker, Workers

SMALL, MEDIUM = "facebook/musicgen-small", "facebook/musicgen-medium"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def workers(database: PostgresqlDatabase) -> Workers:
    return Workers(database, lease_seconds=30.0)


@pytest.fixture
def models(tmp_path: Path, workers: Workers, aside: Aside, clock: Clock) -> ClusterModels:
    own = ServerModels(ModelFolder(tmp_path / "empty"), {}, lambda: None)
    return ClusterModels(own, workers, aside, clock)


def a_worker(worker_id: str, *models: str, loaded: str | None = None) -> Worker:
    return Worker(worker_id, "gpu", 1, "1", 4, ("sketch", *models), model=loaded)


async def test_models_come_and_go_with_workers(
    models: ClusterModels, workers: Workers, clock: Clock
) -> None:
    assert (await models.now()).find(SMALL) is None
    assert (await models.now()).find("sketch") is not None, "each can run that"
    workers.join(a_worker("a", SMALL, "of-the-settings"))
    clock.now += LOOK_SECONDS
    found = (await models.now()).find(SMALL)
    assert found is not None and found.licence.startswith("CC BY-NC") and not found.loaded
    assert [view.id for view in (await models.now()).all()] == ["sketch", SMALL, "of-the-settings"]

    workers.join(a_worker("b", SMALL, loaded=SMALL))
    clock.now += LOOK_SECONDS
    found = (await models.now()).find(SMALL)
    assert found is not None and found.loaded


async def test_a_model_whose_workers_are_gone_is_offered_for_a_while(
    models: ClusterModels, workers: Workers, clock: Clock, database: PostgresqlDatabase
) -> None:
    """By what all servers see, and so one that has just begun too."""
    workers.join(a_worker("left", SMALL))
    workers.join(a_worker("lost", MEDIUM, loaded=MEDIUM))
    workers.leave("left")
    assert [worker.id for worker in workers.all()] == ["lost"]
    silent(database, 40.0)
    assert (await models.now()).find(SMALL) is not None, "its worker may be about to come back"
    found = (await models.now()).find(MEDIUM)
    assert found is not None and not found.loaded, "nobody knows that of a lost one"
    silent(database, REMEMBERED_SECONDS)
    assert (await models.now()).find(SMALL) is not None, "it is not asked each time"
    clock.now += LOOK_SECONDS
    assert (await models.now()).find(SMALL) is None and (await models.now()).find(MEDIUM) is None
    assert (await models.now()).find("no such") is None


async def test_one_looks_for_all_who_ask_at_once_and_not_on_the_event_loop(
    models: ClusterModels, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that is away would hold up the answers to everybody."""
    looks: list[threading.Thread] = []

    def seen() -> list[Worker]:
        looks.append(threading.current_thread())
        return []

    monkeypatch.setattr(workers, "all", seen)
    found = await asyncio.gather(*(models.now() for _ in range(20)))
    assert len(looks) == len(set(map(id, found))) == 1
    assert looks[0] is not threading.current_thread()


def test_what_a_worker_says_of_its_models_later_counts(workers: Workers) -> None:
    workers.join(a_worker("a"))
    assert workers.models(60.0) == {"sketch"}
    workers.seen(a_worker("a", SMALL))
    assert workers.models(60.0) == {"sketch", SMALL}


def silent(database: PostgresqlDatabase, seconds: float) -> None:
    with database.writing():
        database.peewee.execute_sql("UPDATE workers SET seen_at = seen_at - %s", (seconds,))
