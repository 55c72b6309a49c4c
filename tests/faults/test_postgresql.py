"""PostgreSQL is restarted under a server at work: what was acknowledged ends exactly once."""

from __future__ import annotations

import hashlib
import json
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.e2e.processes import wait_until
from tests.engine.server.running import Served, body
from tests.postgres import running_postgres

RESTARTS = 4
"""Of each run; ten times as many with ``--soak``. Half of them immediate: nothing is said to
anybody, and the log is replayed."""
CLIENTS = 3


class Client:
    """Submits one job after the other, each until the server has acknowledged it."""

    def __init__(self, number: int, url: str, over: threading.Event) -> None:
        self._number = number
        self._url = url
        self._over = over
        self.acknowledged: list[str] = []
        self.answers: Counter[int] = Counter()

    def run(self) -> None:
        with httpx.Client(base_url=self._url, timeout=30, trust_env=False) as http:
            while not self._over.is_set():
                self._submit(http, f"{self._number}-{len(self.acknowledged)}")

    def _submit(self, http: httpx.Client, key: str) -> None:
        request = body(f"steps=20 ms=10 hz={300 + len(self.acknowledged)}", name=key)
        while True:
            answer = http.post("/generate", json=request, headers={"Idempotency-Key": key})
            self.answers[answer.status_code] += 1
            if answer.status_code == 202:
                self.acknowledged.append(answer.json()["job_id"])
                return
            assert answer.status_code == 503, answer.text
            assert int(answer.headers["retry-after"]) >= 1
            time.sleep(0.05)  # sooner than it was asked to


def test_postgresql_is_restarted_again_and_again(
    tmp_path: Path, state: Callable[[str], None], soak: int
) -> None:
    restarts = RESTARTS * soak
    dice = random.Random(7)
    over = threading.Event()
    with running_postgres(safe=True) as database:
        if database is None:
            pytest.skip("PostgreSQL is not installed")
        url = database.new_database()
        served = Served(
            tmp_path,
            "--log-json",
            DGX_MUSIC_DATABASE_URL=url.get_secret_value(),
            DGX_MUSIC_QUOTA_QUEUED_JOBS="0",
        )
        clients = [Client(n, str(served.client.base_url), over) for n in range(CLIENTS)]
        with ThreadPoolExecutor(CLIENTS) as pool:
            running = [pool.submit(client.run) for client in clients]
            for number in range(restarts):
                time.sleep(dice.uniform(0.2, 1.5))  # a random moment of its life
                database.restart("immediate" if number % 2 else "fast")
                wait_until(lambda: served.client.get("/health").status_code == 200, "its return")
            over.set()
            for each in running:
                each.result(60)
        wait_until(lambda: open_jobs(served.client) == 0, "the end of all jobs", 120)
        log = served.stop(signal.SIGTERM)
        name = url.get_secret_value().rpartition("/")[2]
        rows = database.run("SELECT id, name, status FROM jobs", name)
        takes = database.run("SELECT job_id, path, sha256 FROM takes", name)

    acknowledged = [job for client in clients for job in client.acknowledged]
    assert len(acknowledged) == len(set(acknowledged))
    assert sorted(row[0] for row in rows) == sorted(acknowledged), "none lost, none doubled"
    assert {row[2] for row in rows} == {"completed"}, Counter(row[2] for row in rows)
    assert sorted(take[0] for take in takes) == sorted(acknowledged), "each has one take"
    files = {str(path) for path in (tmp_path / "data" / "server" / "storage" / "music").iterdir()}
    assert files == {take[1] for take in takes}, "each take has its file, and there is no other"
    for _, path, sha256 in takes:
        assert hashlib.sha256(Path(path).read_bytes()).hexdigest() == sha256, "no half take"
    lines = [json.loads(line) for line in log.splitlines()]
    broken = [line for line in lines if line["severity"] == "ERROR"]
    assert not broken, broken
    answers = sum((client.answers for client in clients), Counter[int]())
    state(
        f"PostgreSQL restarted {restarts} times ({restarts // 2} immediate) under {CLIENTS} "
        f"clients: {len(acknowledged)} jobs acknowledged, {len(takes)} ended once with a whole "
        f"take; {answers[503]} times asked to come back"
    )


def open_jobs(client: httpx.Client) -> int:
    stats = client.get("/queue/stats")
    stats.raise_for_status()
    return int(stats.json()["pending_jobs"]) + int(stats.json()["processing_jobs"])
