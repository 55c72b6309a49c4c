"""A take goes on where another machine was when it vanished, and is the take that it would have
been."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from engine.jobs import Job
from engine.store.store import Store
from tests.buckets import S3Server, known_to_boto
from tests.e2e.processes import wait_until
from tests.engine.cluster.fleet import Fleet
from tests.engine.cluster.processes import WorkerProcess
from tests.engine.server.running import TestServer, body, events, until_ended, until_step
from tests.postgres import Postgres

SONG = body("chain=1 steps=300 ms=10", duration=60, seed=11)
"""A checkpoint comes after each 20 steps."""
GOES_ON = "goes on from where another run was"


@pytest.fixture
def fleet(tmp_path: Path, postgres: Postgres, moto: S3Server) -> Iterator[Fleet]:
    with known_to_boto(moto):
        yield Fleet(tmp_path, postgres.new_database(), moto.bucket())


@pytest.fixture
def front(fleet: Fleet) -> Iterator[TestServer]:
    with TestServer(fleet.settings()) as server:
        yield server


@pytest.fixture
def here(front: TestServer) -> Iterator[httpx.Client]:
    with front.client() as client:
        yield client


@pytest.fixture
def undisturbed(fleet: Fleet, front: TestServer) -> str:
    """The digest of the song, made by a worker that nobody disturbs, for somebody else."""
    with front.client(front.token("somebody else")) as client:
        process = WorkerProcess(fleet.folder / "calm", fleet.settings(carry_seconds=0.1))
        job = until_ended(client, client.post("/generate", json=SONG).json()["job_id"])
        assert job["status"] == "completed"
        assert process.end() == 0
    return digest(row(front, job["job_id"]))


def row(front: TestServer, job_id: str) -> Job:
    found: Job = front.in_loop(lambda: Store(front.service.engine.database).job(job_id))
    return found


def digest(job: Job) -> str:
    assert job.take is not None
    return job.take.sha256


@pytest.mark.logs("its worker was lost")
def test_after_a_machine_has_vanished_another_goes_on_from_its_checkpoint(
    fleet: Fleet, front: TestServer, here: httpx.Client, undisturbed: str
) -> None:
    settings = fleet.settings(carry_seconds=0.1)
    lost = WorkerProcess(fleet.folder / "lost", settings)
    job_id = here.post("/generate", json=SONG).json()["job_id"]
    wait_until(lambda: row(front, job_id).checkpoint is not None, "a checkpoint in the bucket")
    lost.vanish()
    with here.stream("GET", f"/jobs/{job_id}/events") as stream, ExitStack() as others:
        other = WorkerProcess(fleet.folder / "other", settings)
        others.callback(other.end)
        told = [job for _, job in events(stream)]
    assert told[-1]["status"] == "completed"
    assert told[-1]["retry_count"] == 1
    pending = [job["status"] for job in told].index("pending")
    grows = [j["progress"] for j in told[pending:] if j["current_step"] == "generating"]
    assert grows[0] > 0.05, "it did not begin anew"
    assert GOES_ON in other.log.read_text()
    assert digest(row(front, job_id)) == undisturbed
    assert fleet.bucket.keys("checkpoints/") == set()
    assert len(fleet.bucket.keys("music/")) == 2


def test_a_worker_that_is_told_to_end_hands_its_take_over(
    fleet: Fleet, front: TestServer, here: httpx.Client, undisturbed: str
) -> None:
    """However rarely checkpoints are brought away: the last one is."""
    settings = fleet.settings(carry_seconds=3600.0)
    first = WorkerProcess(fleet.folder / "first", settings)
    job_id = here.post("/generate", json=SONG).json()["job_id"]
    until_step(here, job_id, "generating")
    wait_until(lambda: row(front, job_id).progress > 0.2, "some music")
    assert first.end() == 0
    waits = row(front, job_id)
    assert (waits.status.value, waits.retries) == ("pending", 0)
    assert waits.checkpoint is not None
    second = WorkerProcess(fleet.folder / "second", settings)
    done = until_ended(here, job_id)
    assert done["status"] == "completed"
    assert second.end() == 0
    assert GOES_ON in second.log.read_text()
    assert digest(row(front, job_id)) == undisturbed
    assert fleet.bucket.keys("checkpoints/") == set()
