"""What a front offers: what its workers have, though its own folder is empty."""

from __future__ import annotations

from pathlib import Path

import pytest

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
def models(tmp_path: Path, workers: Workers, clock: Clock) -> ClusterModels:
    own = ServerModels(ModelFolder(tmp_path / "empty"), {}, lambda: None)
    return ClusterModels(own, workers, clock)


def a_worker(worker_id: str, *models: str, loaded: str | None = None) -> Worker:
    return Worker(worker_id, "gpu", 1, "1", 4, ("sketch", *models), model=loaded)


def test_models_come_and_go_with_workers(
    models: ClusterModels, workers: Workers, clock: Clock
) -> None:
    assert models.find(SMALL) is None
    assert models.find("sketch") is not None, "each can run that"
    workers.join(a_worker("a", SMALL, "of-the-settings"))
    clock.now += LOOK_SECONDS
    found = models.find(SMALL)
    assert found is not None and found.licence.startswith("CC BY-NC") and not found.loaded
    assert [view.id for view in models.all()] == ["sketch", SMALL, "of-the-settings"]

    workers.join(a_worker("b", SMALL, loaded=SMALL))
    clock.now += LOOK_SECONDS
    found = models.find(SMALL)
    assert found is not None and found.loaded


def test_a_model_whose_workers_are_gone_is_offered_for_a_while(
    models: ClusterModels, workers: Workers, clock: Clock, database: PostgresqlDatabase
) -> None:
    """By what all servers see, and so one that has just begun too."""
    workers.join(a_worker("left", SMALL))
    workers.join(a_worker("lost", MEDIUM, loaded=MEDIUM))
    workers.leave("left")
    assert [worker.id for worker in workers.all()] == ["lost"]
    silent(database, 40.0)
    assert models.find(SMALL) is not None, "its worker may be about to come back"
    found = models.find(MEDIUM)
    assert found is not None and not found.loaded, "nobody knows that of a lost one"
    silent(database, REMEMBERED_SECONDS)
    assert models.find(SMALL) is not None, "it is not asked each time"
    clock.now += LOOK_SECONDS
    assert models.find(SMALL) is None and models.find(MEDIUM) is None
    assert models.find("no such") is None


def test_what_a_worker_says_of_its_models_later_counts(workers: Workers) -> None:
    workers.join(a_worker("a"))
    assert workers.models(60.0) == {"sketch"}
    workers.seen(a_worker("a", SMALL))
    assert workers.models(60.0) == {"sketch", SMALL}


def silent(database: PostgresqlDatabase, seconds: float) -> None:
    with database.writing():
        database.peewee.execute_sql("UPDATE workers SET seen_at = seen_at - %s", (seconds,))
