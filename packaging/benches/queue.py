"""The queue when it is full: 1,000 lines enqueued, 10,000 jobs recovered, 10,000 rows shown."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from benches import rows

from app.engine_thread import EngineThread
from engine.jobs import Order
from engine.local import LocalEngine
from engine.promptlist import parse
from engine.request import Request
from engine.settings import EngineSettings
from engine.store.claims import Claims
from engine.store.opening import open_database
from engine.store.store import Store

LINES, PENDING, INTERRUPTED = 1_000, 10_000, 8
RUNS = 5


def bench() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        enqueued = [enqueue(folder / f"enqueue-{run}") for run in range(RUNS)]
        recovered = [recover(folder / f"recover-{run}") for run in range(RUNS)]
    shown = rows.bench()
    return {
        "enqueue_1000": {"value": median(enqueued), "unit": "ms", "max": 200},
        "recover_10000": {"value": median(recovered), "unit": "ms", "max": 1_000},
        "open_10000": shown["open"],
        "scroll_p99": shown["scroll_p99"],
    }


def engine_in(folder: Path) -> EngineThread:
    settings = EngineSettings(
        data_folder=folder / "data", takes_folder=folder / "takes", cache_folder=folder / "cache"
    )
    return EngineThread(lambda feed: LocalEngine(settings, feed))


def enqueue(folder: Path) -> float:
    """Milliseconds from a list's text to its rows on the disk, through the engine's thread."""
    text = "\n".join(f"night drive number {line}, synthwave" for line in range(LINES))
    engine = engine_in(folder)
    engine.start()
    try:
        engine.run(lambda queue: queue.set_paused(True)).result()
        start = time.perf_counter()
        orders = parse(text, "txt").orders()
        jobs = engine.run(lambda queue: queue.submit(orders)).result()
        took = time.perf_counter() - start
    finally:
        engine.stop()
    if len(jobs) != LINES:
        raise RuntimeError(f"{len(jobs)} of {LINES} lines were queued")
    return 1_000 * took


def recover(folder: Path) -> float:
    """Milliseconds from the engine's start to all jobs, after a program that died in its work."""
    (folder / "data").mkdir(parents=True)
    database = open_database(folder / "data" / "studio.db").database
    store, claims = Store(database), Claims(database)
    store.set_setting("paused", "yes")
    store.submit([Order(Request(prompt=f"take {n}"), name=f"{n}") for n in range(PENDING)])
    for _ in range(INTERRUPTED):
        claims.claim("local")
    database.close()
    engine = engine_in(folder)
    start = time.perf_counter()
    engine.start()
    try:
        jobs = engine.run(lambda queue: queue.jobs()).result()
        took = time.perf_counter() - start
    finally:
        engine.stop()
    if len(jobs) != PENDING or any(job.status != "pending" for job in jobs):
        raise RuntimeError("not all jobs were recovered")
    return 1_000 * took
