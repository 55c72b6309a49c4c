"""Work that harms its worker, and a worker whose clock is wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.buckets import S3Server
from tests.cluster import Cluster
from tests.engine.server.running import FINAL
from tests.faults.clustered import QUICK, Trial
from tests.faults.test_clock import FAKETIME
from tests.postgres import Postgres

HOURS = 2
POISON_TRIES = 2
"""Retries of a job here."""

State = Callable[[str], None]


class Person:
    """Asks a front, one thing after the other."""

    def __init__(self, cluster: Cluster) -> None:
        self.front = cluster.front().up()
        login = {"Authorization": f"Bearer {cluster.token()}"}
        url = f"{self.front.url}/api/v1"
        self._http = httpx.Client(base_url=url, headers=login, timeout=30, trust_env=False)

    def close(self) -> None:
        self._http.close()

    def submit(self, *prompts: str) -> list[str]:
        asked = [{"prompt": each, "duration": 1, "model": "scripted"} for each in prompts]
        answer = self._http.post("/generate/batch", json={"requests": asked})
        assert answer.status_code == 202, answer.text
        return [str(job_id) for job_id in answer.json()["job_ids"]]

    def job(self, job_id: str) -> dict[str, Any]:
        job: dict[str, Any] = self._http.get(f"/jobs/{job_id}").json()
        return job

    def until(self, job_id: str, happened: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        deadline = time.monotonic() + 90
        while not happened(job := self.job(job_id)):
            assert time.monotonic() < deadline, job
            time.sleep(0.05)
        return job

    def ended(self, job_id: str) -> dict[str, Any]:
        return self.until(job_id, lambda job: job["status"] in FINAL)


@pytest.fixture
def cluster(
    tmp_path: Path, postgres: Postgres, moto: S3Server, warm: psutil.Process
) -> Iterator[Cluster]:
    url = postgres.new_database().get_secret_value()
    settings = QUICK | {"max_retries": str(POISON_TRIES), "carry_seconds": "0.2"}
    with Cluster(tmp_path / "cluster", url, moto.bucket(), warm, **settings) as cluster:
        yield cluster


@pytest.fixture
def person(cluster: Cluster) -> Iterator[Person]:
    person = Person(cluster)
    yield person
    person.close()


def judge(cluster: Cluster, person: Person) -> str:
    """What there is at the end, and that nothing is left over."""
    trial = Trial(cluster, person.front.url, "")
    trial.until_all_ended()
    assert trial.until_swept() == []
    [(takes, jobs)] = trial.rows("SELECT count(*), count(DISTINCT job_id) FROM takes")
    [(completed,)] = trial.rows("SELECT count(*) FROM jobs WHERE status = 'completed'")
    assert takes == jobs == completed
    return f"{completed} completed once"


def test_harmful_work_ends_and_the_rest_is_done(
    cluster: Cluster, person: Person, state: State
) -> None:
    """A job kills whatever host it runs in, beside others and in a batch whose k-th item fails."""
    workers = [cluster.worker(slots=4).up() for _ in range(2)]
    good = [f"steps=20 ms=5 hz={300 + n}" for n in range(9)]
    batch = [*good[:4], "steps=5 fail=2", *good[4:]]
    first = person.submit(*batch)
    [poison] = person.submit("steps=10 ms=5 die=3")
    second = person.submit(*[f"{each}1" for each in good])
    killed = person.ended(poison)
    assert killed["status"] == "failed" and killed["error"], killed
    assert killed["retry_count"] <= POISON_TRIES
    ended = [person.ended(job_id)["status"] for job_id in first]
    assert [n for n, status in enumerate(ended) if status != "completed"] == [4]
    assert {person.ended(job_id)["status"] for job_id in second} == {"completed"}
    assert all(worker.running for worker in workers)
    state(
        f"a job that kills its host was failed after {killed['retry_count']} retries, item 5 of a "
        f"batch of 10 failed alone: {judge(cluster, person)}"
    )


@pytest.mark.skipif(FAKETIME is None, reason="libfaketime is not installed")
@pytest.mark.parametrize("hours", [-HOURS, HOURS])
def test_a_worker_with_a_wrong_clock_is_one_of_many(
    cluster: Cluster, person: Person, state: State, hours: int
) -> None:
    """Leases go by the database's clock alone: nobody takes its jobs away, nor does it others'."""
    wrong = cluster.worker(  # of its own: no library can be put into what runs already
        cold=True,
        LD_PRELOAD=str(FAKETIME),
        FAKETIME=f"{hours:+d}h",
        FAKETIME_DONT_FAKE_MONOTONIC="1",
    ).up()
    right = cluster.worker().up()
    jobs = person.submit(*[f"steps=60 ms=20 hz={300 + n}" for n in range(8)])
    ended = [person.ended(job_id) for job_id in jobs]
    assert {job["status"] for job in ended} == {"completed"}
    trial = Trial(cluster, person.front.url, "")
    made = dict(trial.rows("SELECT worker, count(*) FROM jobs GROUP BY worker"))
    assert made.keys() == {wrong.id, right.id}, "both took part"
    assert max(row[0] for row in trial.rows("SELECT attempt FROM jobs")) == 1, "none was taken away"
    state(f"a worker's clock {hours:+d} hours off: {judge(cluster, person)}, each in one attempt")
