"""How many jobs a second a shared queue hands out: claims in a row, and by many workers at once.

Order, turns between owners and ageing make claims wait for each other, so this bounds all workers
together, however many there are. On a real PostgreSQL that keeps what it commits.
"""

from __future__ import annotations

import math
import multiprocessing
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from load.grounds import safe_postgres
from pydantic import SecretStr

from engine.cluster.permits import QueuePermits
from engine.jobs import LOCAL, Order
from engine.request import Request
from engine.store.factory import open_store
from engine.store.leases import Leases
from engine.store.lost import LostJobs
from engine.store.store import Store

PENDING = (200, 10_000, 100_000)
OWNERS = 50
CLAIMS = 40
"""By one alone."""
EACH = 30
"""By each of many, who begin together."""
Claimed = tuple[float, float]
"""When it began and ended, by the one clock of all processes."""
LOOKS = 5
AT_ONCE = 4
"""Processes that claim at the same time."""
PATIENCE = 120.0
"""Seconds until all of them are there."""


def bench() -> dict[str, Any]:
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name, safe_postgres() as postgres:
        for pending in PENDING:
            url = postgres.new_database().get_secret_value()
            fill(Path(name), url, pending)
            postgres.run("ANALYZE", url.rpartition("/")[2])  # as its own vacuum does, soon
            alone = claim(Path(name), url, "one", CLAIMS)
            together = claim_together(Path(name), url)
            figures[f"look_{pending}"] = {"value": round(look(Path(name), url), 2), "unit": "ms"}
            took = [1000 * (ended - began) for began, ended in alone]
            figures[f"claim_{pending}"] = {"value": round(median(took), 2), "unit": "ms"}
            figures[f"claim_{pending}_least"] = {"value": round(min(took), 2), "unit": "ms"}
            figures[f"claims_{pending}"] = {"value": round(rate(together), 1), "unit": "claims/s"}
    return figures


def rate(together: list[list[Claimed]]) -> float:
    """Claims a second, while all claim."""
    first = max(each[0][0] for each in together)
    last = min(each[-1][1] for each in together)
    meanwhile = [ended for each in together for began, ended in each if first <= ended <= last]
    return len(meanwhile) / (last - first) if last > first else math.nan


def claim_together(home: Path, url: str) -> list[list[Claimed]]:
    """What each of ``AT_ONCE`` processes claimed, all of which began when the last was there.
    Raises RuntimeError."""
    context = multiprocessing.get_context("spawn")
    there, told = context.Barrier(AT_ONCE, timeout=PATIENCE), context.SimpleQueue()
    processes = [
        context.Process(target=claim_with_others, args=(home, url, f"worker {n}", there, told))
        for n in range(AT_ONCE)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()  # what it told is little, and waits for us
    if any(process.exitcode for process in processes):
        raise RuntimeError("not all could claim")
    return [told.get() for _ in processes]


def claim_with_others(home: Path, url: str, worker: str, there: Any, told: Any) -> None:
    told.put(claim(home, url, worker, EACH, there.wait))


def fill(home: Path, url: str, pending: int) -> None:
    database = open_store(home, SecretStr(url), sole=False).database
    permits = QueuePermits(database)
    permits.install()
    store = Store(database, permits)
    for owner in range(OWNERS):
        request = Request(prompt="take").seeded()
        store.submit([Order(request, owner=f"o{owner}") for _ in range(pending // OWNERS)])
    database.close()


def look(home: Path, url: str) -> float:
    """Milliseconds of a look for lost jobs, when none is lost; least of a few."""
    database = open_store(home, SecretStr(url), sole=False).database
    lost = LostJobs(database, max_retries=3, lease_seconds=30, permits=QueuePermits(database))
    seconds = []
    for _ in range(LOOKS):
        began = time.monotonic()
        lost.reap()
        seconds.append(time.monotonic() - began)
    database.close()
    return 1000 * min(seconds)


def claim(
    home: Path, url: str, worker: str, number: int, ready: Callable[[], object] = lambda: None
) -> list[Claimed]:
    """So many, one after the other, once all are ``ready``."""
    database = open_store(home, SecretStr(url), sole=False).database
    leases = Leases(database, worker, seconds=60, permits=QueuePermits(database))
    claimed = []
    ready()
    for _ in range(number):
        began = time.monotonic()
        if leases.claim(LOCAL) is None:
            raise RuntimeError("nothing to claim")
        claimed.append((began, time.monotonic()))
    database.close()
    return claimed
