"""A cluster to be measured: real processes, and what PostgreSQL says of the work they gave it."""

from __future__ import annotations

import heapq
import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
from load.sleeping import prompt_of

from tests.buckets import Bucket, S3Server
from tests.cluster import Cluster, Process
from tests.postgres import Postgres

__all__ = ["Fleet", "Statements", "counting", "fleet", "ideal_seconds"]

ROOT = Path(__file__).resolve().parents[2]
AT_ONCE = 10
"""Requests of a batch."""
LOOK_SECONDS = 0.1
_CONTROL = re.compile(r"^\s*(BEGIN|COMMIT|ROLLBACK|SET|RESET|SAVEPOINT|RELEASE|DISCARD)", re.I)


@dataclass(frozen=True, slots=True)
class Statements:
    """What PostgreSQL did since it was asked to count anew."""

    calls: Counter[str]
    """By text, without those that only begin and end transactions."""
    control: int
    times: Counter[str]
    """Milliseconds of execution, with waiting for locks; parsing, planning and the network are not
    in them."""

    @property
    def number(self) -> int:
        return sum(self.calls.values())

    @property
    def milliseconds(self) -> float:
        return sum(self.times.values())

    def like(self, text: str) -> int:
        """Calls of what has this in it."""
        return sum(count for query, count in self.calls.items() if text in query)


class Fleet:
    """A front and workers that have joined, seen by a client of theirs."""

    def __init__(self, cluster: Cluster, front: Process, workers: list[Process]) -> None:
        self.cluster = cluster
        self.front = front
        self.workers = workers
        self._http = httpx.Client(base_url=f"{front.url}/api/v1", timeout=60, trust_env=False)
        self._rows = psycopg.connect(cluster.database_url, autocommit=True)

    def close(self) -> None:
        self._http.close()
        self._rows.close()

    def submit(self, steps: Sequence[int]) -> list[str]:
        """Takes of so many steps; their ids."""
        ids: list[str] = []
        asked = [{"prompt": prompt_of(each), "duration": 1, "model": "sleeping"} for each in steps]
        for start in range(0, len(asked), AT_ONCE):
            batch = {"requests": asked[start : start + AT_ONCE]}
            answer = self._http.post("/generate/batch", json=batch)
            answer.raise_for_status()
            ids += answer.json()["job_ids"]
        return ids

    def wait(self, ids: Sequence[str], seconds: float) -> None:
        """Until all of these have ended, with a take each. Raises RuntimeError."""
        deadline = time.monotonic() + seconds
        open_jobs = (
            "SELECT count(*) AS still_open FROM jobs WHERE status IN ('pending', 'processing')"
        )
        while (left := self.sql(open_jobs)[0][0]) and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
        if left:
            raise RuntimeError(f"{left} of {len(ids)} jobs are open after {seconds:g} s")
        failed = self.sql("SELECT error FROM jobs WHERE status = 'failed'")
        if failed:
            raise RuntimeError(f"{len(failed)} of {len(ids)} jobs failed: {failed[0][0]}")

    def times(self, ids: Sequence[str]) -> list[tuple[float, float, float]]:
        """When each was made, begun and ended."""
        text = "SELECT created_at, started_at, finished_at FROM jobs WHERE id = ANY(%s)"
        return [(row[0], row[1], row[2]) for row in self.sql(text, list(ids))]

    def lost_and_doubled(self) -> tuple[int, int]:
        """Of all jobs: how many did not end with a take, and how many takes are too many."""
        [(lost,)] = self.sql(
            "SELECT count(*) FROM jobs WHERE status <> 'completed' "
            "OR NOT EXISTS (SELECT 1 FROM takes WHERE takes.job_id = jobs.id)"
        )
        [(jobs,)] = self.sql("SELECT count(*) FROM jobs")
        audio = [key for key in self.cluster.bucket.keys("music/") if not key.endswith(".mid")]
        return int(lost), max(0, len(audio) - int(jobs))

    def count_anew(self) -> None:
        self.sql("SELECT pg_stat_statements_reset()")

    def statements(self) -> Statements:
        rows = self.sql(
            "SELECT query, calls, total_exec_time FROM pg_stat_statements JOIN pg_database "
            "ON pg_database.oid = dbid WHERE datname = current_database()"
        )
        looks = ("pg_stat", "still_open")  # our own
        others = [row for row in rows if not any(look in row[0] for look in looks)]
        calls: Counter[str] = Counter()
        times: Counter[str] = Counter()
        control = 0
        for query, count, milliseconds in others:
            if _CONTROL.match(query):
                control += count
            else:
                calls[query] += count
                times[query] += milliseconds
        return Statements(calls, control, times)

    def connections(self) -> int:
        """Of all its processes; the one of this look is not counted."""
        text = "SELECT count(*) - 1 FROM pg_stat_activity WHERE datname = current_database()"
        return int(self.sql(text)[0][0])

    def sql(self, text: str, *values: object) -> list[Any]:
        done = self._rows.execute(text, values or None)
        return list(done.fetchall()) if done.description else []


def counting(postgres: Postgres) -> None:
    """Let it count statements: asked of all its databases, from now on."""
    postgres.run("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
    postgres.run("ALTER SYSTEM SET max_connections = 400")
    postgres.restart()


@contextmanager
def fleet(
    home: Path, postgres: Postgres, s3: S3Server, *, workers: int, slots: int, **settings: str
) -> Iterator[Fleet]:
    """A front and so many workers on a database and a bucket of their own; all have joined."""
    url = postgres.new_database().get_secret_value()
    postgres.run("CREATE EXTENSION pg_stat_statements", url.rpartition("/")[2])
    bucket: Bucket = s3.bucket()
    settings["generators"] = json.dumps({"sleeping": "load.sleeping:SleepingGenerator"})
    settings["PYTHONPATH"] = f"{ROOT}:{ROOT / 'packaging'}"
    with Cluster(home, url, bucket, **settings) as cluster:
        front = cluster.front().up()  # it migrates
        started = [cluster.worker(slots=slots) for _ in range(workers)]
        measured = Fleet(cluster, front, [each.up() for each in started])
        try:
            yield measured
        finally:
            measured.close()


def ideal_seconds(seconds: Sequence[float], slots: int) -> float:
    """How long so many slots take for these, begun in their order, if nothing else took time."""
    free = [0.0] * slots
    for each in seconds:
        heapq.heapreplace(free, free[0] + each)
    return max(free)
