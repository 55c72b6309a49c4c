"""What health says of workers: why nothing begins, and what GPUs they have."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.jobs import Order
from engine.request import Request
from engine.server.health import Check, Health, Level
from engine.store.postgresql.opening import PostgresqlDatabase
from engine.store.shared import SharedJobs
from engine.store.store import Store
from engine.store.workers import Worker, Workers
from tests.engine.server.running import settings_in


@pytest.mark.parametrize(
    ("drains", "is_lost", "words"),
    [
        ([], [], "no worker has joined"),
        (["a"], [], "all workers are draining"),
        ([], ["a"], "all workers are lost"),
        (["a"], ["b"], "all workers are draining or lost"),
    ],
)
async def test_what_became_of_the_workers_is_said(
    database: PostgresqlDatabase,
    tmp_path: Path,
    drains: list[str],
    is_lost: list[str],
    words: str,
) -> None:
    workers = Workers(database, lease_seconds=30.0)
    health = Health(
        settings_in(tmp_path), SharedJobs(database), database.room_for_more, workers=workers
    )

    async def queue() -> Check:
        return next(check for check in await health.checks() if check.name == "queue")

    assert (await queue()).status is Level.HEALTHY, "nothing waits"
    Store(database).submit([Order(Request(prompt="x"))])
    for worker_id in (*drains, *is_lost):
        workers.join(Worker(worker_id, "gpu", 1, "1", 4))
    for worker_id in drains:
        workers.drain(worker_id)
    for worker_id in is_lost:
        silent(database, worker_id, 31.0)
    check = await queue()
    assert (check.status, check.message) == (Level.DEGRADED, f"1 waiting, and {words}")
    workers.join(Worker("working", "gpu", 1, "1", 4))
    assert (await queue()).status is Level.HEALTHY


async def test_a_server_without_a_gpu_goes_by_those_of_its_workers(
    database: PostgresqlDatabase, tmp_path: Path
) -> None:
    workers = Workers(database, lease_seconds=30.0)
    health = Health(
        settings_in(tmp_path), SharedJobs(database), database.room_for_more, workers=workers
    )

    async def gpu() -> tuple[Level, str, int]:
        check = next(check for check in await health.checks() if check.name == "gpu")
        return check.status, check.message, check.details["device_count"]

    assert await gpu() == (Level.DEGRADED, "No worker is there", 0)
    workers.join(Worker("older", "gpu", 1, "1", 4))
    workers.join(Worker("small", "pc", 1, "1", 4, gpus=0))
    assert await gpu() == (Level.DEGRADED, "No worker has a GPU: CPUs do the work", 0)
    for worker_id, computer, gpus in (("a", "dgx", 2), ("b", "dgx", 2), ("c", "spark", 1)):
        workers.join(Worker(worker_id, computer, 1, "1", 4, gpus=gpus))
    assert await gpu() == (Level.HEALTHY, "3 GPUs", 3)
    workers.drain("c")
    silent(database, "a", 31.0)
    silent(database, "b", 31.0)
    assert await gpu() == (Level.HEALTHY, "1 GPU", 1)


def silent(database: PostgresqlDatabase, worker_id: str, seconds: float) -> None:
    with database.writing():
        database.peewee.execute_sql(
            "UPDATE workers SET seen_at = seen_at - %s WHERE id = %s", (seconds, worker_id)
        )
