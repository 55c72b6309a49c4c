"""A take goes on where other machines were when they ended or vanished, and is the take that it
would have been."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from engine.jobs import Job
from engine.store.store import Store
from tests.buckets import S3Server, known_to_boto
from tests.e2e.processes import wait_until
from tests.engine.cluster.fleet import Fleet
from tests.engine.cluster.processes import WorkerProcess
from tests.engine.server.running import TestServer, body, events, until_ended, until_step
from tests.postgres import Postgres

SONG = body("chain=1 steps=400 ms=10", duration=80, seed=11)
"""A checkpoint comes after each 20 steps."""
GOES_ON = "goes on from where another run was"


@pytest.fixture
def fleet(tmp_path: Path, postgres: Postgres, moto: S3Server) -> Iterator[Fleet]:
    with known_to_boto(moto):
        yield Fleet(tmp_path, postgres.new_database(), moto.bucket())


def row(front: TestServer, job_id: str) -> Job:
    found: Job = front.in_loop(lambda: Store(front.service.engine.database).job(job_id))
    return found


def digest(front: TestServer, job_id: str) -> str:
    take = row(front, job_id).take
    assert take is not None
    return take.sha256


@pytest.mark.logs("its worker was lost")
def test_a_take_goes_from_machine_to_machine(fleet: Fleet) -> None:
    """Handed over by the first, lost with the second, ended by the third."""
    rarely, often = fleet.settings(carry_seconds=3600.0), fleet.settings(carry_seconds=0.1)
    with TestServer(fleet.settings()) as front, front.client() as here:
        first = WorkerProcess(fleet.folder / "first", rarely)
        job_id = here.post("/generate", json=SONG).json()["job_id"]
        until_step(here, job_id, "generating")
        wait_until(lambda: row(front, job_id).progress > 0.15, "some music")
        assert first.end() == 0
        waits = row(front, job_id)
        assert (waits.status.value, waits.retries) == ("pending", 0)
        handed_over = waits.checkpoint
        assert handed_over is not None, "however rarely one is brought away, the last one is"

        second = WorkerProcess(fleet.folder / "second", often)
        wait_until(lambda: row(front, job_id).checkpoint != handed_over, "a later checkpoint")
        later = row(front, job_id).checkpoint
        assert later is not None
        lost = PurePosixPath(later).name.rpartition("-")[0]
        second.vanish()
        front.sql("UPDATE jobs SET lease_until = 1 WHERE status = 'processing'")  # a while ago
        third = WorkerProcess(fleet.folder / "third", often)
        with here.stream("GET", f"/jobs/{job_id}/events") as stream:
            told = [job for _, job in events(stream)]
        assert told[-1]["status"] == "completed"
        assert told[-1]["retry_count"] == 1
        grows = [job["progress"] for job in told if job["current_step"] == "generating"]
        assert min(grows) > 0.15, "it did not begin anew"
        for process in (second, third):
            assert GOES_ON in process.log.read_text()
        assert GOES_ON not in first.log.read_text()

        with front.client(front.token("somebody else")) as elsewhere:
            calm = elsewhere.post("/generate", json=SONG).json()["job_id"]
            assert until_ended(elsewhere, calm)["status"] == "completed"
        assert third.log.read_text().count(GOES_ON) == 1
        assert digest(front, job_id) == digest(front, calm)
        assert third.end() == 0
        assert len(fleet.bucket.keys("music/")) == 2

        def kept() -> set[str]:
            """But for what was on its way as its worker was lost: that stays until the sweep."""
            keys = fleet.bucket.keys("checkpoints/") | fleet.bucket.keys("previews/")
            return {key for key in keys if lost not in key}

        wait_until(lambda: not kept(), "what was kept to go")
