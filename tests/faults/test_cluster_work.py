"""Work that harms its worker, and a worker whose clock jumps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.buckets import S3Server
from tests.cluster import Cluster
from tests.faults.clients import Person
from tests.faults.clustered import QUICK, Trial
from tests.faults.test_clock import FAKETIME
from tests.postgres import Postgres

HOURS = 2
JUMPS = 4
"""Of each run; ten times as many with ``--soak``."""
PATIENT = {"lease_seconds": "60"}
"""A lease that no busy computer lets end, and that hours of a wrong clock would."""
POISON_TRIES = 2
"""Retries of a job here."""

State = Callable[[str], None]


@pytest.fixture
def cluster(
    tmp_path: Path, postgres: Postgres, moto: S3Server, warm: psutil.Process
) -> Iterator[Cluster]:
    url = postgres.new_database().get_secret_value()
    settings = QUICK | {"max_retries": str(POISON_TRIES), "carry_seconds": "0.2"}
    with Cluster(tmp_path / "cluster", url, moto.bucket(), warm, **settings) as cluster:
        yield cluster


@pytest.fixture
def trial(cluster: Cluster) -> Trial:
    return Trial(cluster, cluster.front().up().url, cluster.token())


@pytest.fixture
def person(trial: Trial) -> Iterator[Person]:
    with Person(trial.url, trial.token) as person:
        yield person


def judge(trial: Trial) -> str:
    """What there is at the end, and that nothing is left over."""
    trial.until_all_ended()
    assert trial.until_swept() == []
    [(takes, jobs)] = trial.rows("SELECT count(*), count(DISTINCT job_id) FROM takes")
    [(completed,)] = trial.rows("SELECT count(*) FROM jobs WHERE status = 'completed'")
    assert takes == jobs == completed
    return f"{completed} completed once"


def test_harmful_work_ends_and_the_rest_is_done(
    cluster: Cluster, trial: Trial, person: Person, state: State
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
        f"batch of 10 failed alone: {judge(trial)}"
    )


@pytest.mark.skipif(FAKETIME is None, reason="libfaketime is not installed")
def test_a_worker_whose_clock_jumps_is_one_of_many(
    cluster: Cluster, trial: Trial, person: Person, tmp_path: Path, state: State, soak: int
) -> None:
    """Leases go by the database's clock alone: nobody takes its jobs away, nor does it others'."""
    clock = tmp_path / "clock"
    clock.write_text("+0")
    wrong = cluster.worker(  # of its own: no library can be put into what runs already
        cold=True,
        LD_PRELOAD=str(FAKETIME),
        FAKETIME_TIMESTAMP_FILE=str(clock),
        FAKETIME_NO_CACHE="1",
        FAKETIME_DONT_FAKE_MONOTONIC="1",
        sweep_seconds="0.001",  # its files seem to be hours old: none that grows may go
        **PATIENT,
    ).up()
    right = cluster.worker(**PATIENT).up()
    ended = []
    for number in range(JUMPS * soak):
        hz = 300 + 10 * number
        jobs = person.submit(*[f"steps=50 ms=20 hz={hz + n}" for n in range(4)])
        person.until(jobs[0], lambda job: job["progress"] > 0)
        clock.write_text(f"{(-HOURS, HOURS)[number % 2] * 3600:+d}")
        ended += [person.ended(job_id) for job_id in jobs]
    assert {job["status"]: job["error"] for job in ended} == {"completed": None}
    made = dict(trial.rows("SELECT worker, count(*) FROM jobs GROUP BY worker"))
    assert made.keys() == {wrong.id, right.id}, "both took part"
    assert max(row[0] for row in trial.rows("SELECT attempt FROM jobs")) == 1, "none was taken away"
    state(
        f"a worker's clock jumped {JUMPS * soak} times to {HOURS} hours ahead or behind: "
        f"{judge(trial)}, each in one attempt"
    )
