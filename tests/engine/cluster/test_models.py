"""What a front offers: what its workers have, though its own folder is empty."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.cluster.models import LOOK_SECONDS, REMEMBERED_SECONDS, ClusterModels
from engine.models.folder import ModelFolder
from engine.server.models import ServerModels
from engine.store.postgresql.opening import PostgresqlDatabase
from engine.store.workers import Worker, Workers

SMALL = "facebook/musicgen-small"


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

    workers.leave("a")
    workers.leave("b")
    clock.now += LOOK_SECONDS
    assert models.find(SMALL) is not None, "one may be about to come back"
    clock.now += REMEMBERED_SECONDS
    assert models.find(SMALL) is None
    assert models.find("no such") is None
