"""Many workers on one queue: throughput, what it costs PostgreSQL, how soon a job is begun.

A real PostgreSQL, an S3 server, a real front and real workers, each with its host process, as
separate processes on this machine. Only the GPU is missing: a step sleeps as long as one would
take (``load/sleeping.py``), so what is measured is what sharing costs.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from load.clustered import Fleet, Statements, counting, fleet, ideal_seconds
from load.crowd import percentile
from load.grounds import Grounds, grounds
from load.sleeping import STEP_SECONDS

WORKERS, SLOTS = (1, 2, 4, 8), 4
"""Slots of each, while workers are compared."""
MANY_SLOTS = (1, 2, 8, 16)
"""Of one worker; 4 are measured anyway."""
TAKES = 2
"""For each slot."""
STEPS = (600, 1000)
"""Of a take: 12 to 20 seconds, as half a minute of music takes on a GPU."""
PICKUPS = 300
"""Or the 99th of a hundred would be the worst of few: what else the machine did just then."""
IDLE_SECONDS = 10.0
LINEAR = 0.95


@dataclass(frozen=True, slots=True)
class Seen:
    """One run."""

    efficiency: float
    """Of what as many slots would do if sharing cost nothing."""
    takes: int
    seconds: float
    statements: Statements
    lost: int
    doubled: int
    connections: int
    busy: float
    """Processor seconds of a worker and its host, for a take."""
    begun: tuple[float, ...] = ()
    """Milliseconds from a submission to its beginning, while nothing else is to do."""
    idle: float = 0.0
    """Statements a second while there is nothing to do."""

    @property
    def per_take(self) -> float:
        return self.statements.number / self.takes


def bench() -> dict[str, Any]:
    with grounds() as on:
        counting(on.postgres)
        by_workers = {n: run(on, n, SLOTS, idle=n in (WORKERS[0], WORKERS[-1])) for n in WORKERS}
        by_slots = {n: run(on, 1, n) for n in MANY_SLOTS}
    return report(by_workers, by_slots | {SLOTS: by_workers[1]})


def run(on: Grounds, workers: int, slots: int, *, idle: bool = False) -> Seen:
    """So many workers with so many slots, all of them busy; then, if the ``idle`` ones are looked
    at too, a few jobs for them, and none."""
    home = on.home / f"{workers}x{slots}"
    dice = random.Random(workers * 100 + slots)
    steps = [dice.randint(*STEPS) for _ in range(TAKES * workers * slots)]
    with fleet(home, on.postgres, on.s3, workers=workers, slots=slots) as measured:
        warm = measured.submit([5] * workers * slots)
        measured.wait(warm, 120)
        measured.count_anew()
        busy = sum(worker.busy() for worker in measured.workers)
        ids = measured.submit(steps)
        measured.wait(ids, 600)
        statements = measured.statements()
        busy = sum(worker.busy() for worker in measured.workers) - busy
        times = measured.times(ids)
        seconds = max(ended for _, _, ended in times) - min(begun for _, begun, _ in times)
        ideal = ideal_seconds([STEP_SECONDS * each for each in steps], workers * slots)
        connections = measured.connections()
        begun = pickups(measured) if idle else ()
        idles = idling(measured) if idle else 0.0
        lost, doubled = measured.lost_and_doubled()
    return Seen(
        ideal / seconds, len(ids), seconds, statements, lost, doubled, connections,
        busy / len(ids), begun, idles,
    )  # fmt: skip


def pickups(measured: Fleet) -> tuple[float, ...]:
    """One job after the other for workers that have nothing to do, at random moments."""
    dice = random.Random(1)
    ids = []
    for _ in range(PICKUPS):
        ids += measured.submit([1])
        time.sleep(dice.uniform(0.1, 0.3))
    measured.wait(ids, 60)
    return tuple(1000 * (begun - made) for made, begun, _ in measured.times(ids))


def idling(measured: Fleet) -> float:
    measured.count_anew()
    time.sleep(IDLE_SECONDS)
    return measured.statements().number / IDLE_SECONDS


def report(by_workers: dict[int, Seen], by_slots: dict[int, Seen]) -> dict[str, Any]:
    most, least = max(by_workers), min(by_workers)
    all_runs = [*by_workers.values(), *(by_slots[n] for n in MANY_SLOTS)]
    one = by_workers[least].efficiency
    efficiency = {str(n): round(seen.efficiency / one, 3) for n, seen in by_workers.items()}
    busiest = by_workers[most]
    lost, doubled = sum(seen.lost for seen in all_runs), sum(seen.doubled for seen in all_runs)
    pickup = percentile(list(busiest.begun), 0.99)
    added = (busiest.idle - by_workers[least].idle) / (most - least)
    return {
        "efficiency": efficiency,
        "pickup_p99_ms": round(pickup, 1),
        "statements_per_job": round(busiest.per_take, 1),
        "lost": lost,
        "doubled": doubled,
        "jobs": sum(seen.takes for seen in all_runs),
        "slots": {
            str(n): f"{seen.takes / seen.seconds:.2f} takes/s, {seen.efficiency:.3f} of ideal, "
            f"{seen.per_take:.1f} statements a take"
            for n, seen in sorted(by_slots.items())
        },
        "workers": {
            str(n): f"{seen.takes / seen.seconds:.2f} takes/s, {seen.efficiency:.3f} of ideal, "
            f"{seen.per_take:.1f} statements a take, {seen.connections} connections"
            for n, seen in by_workers.items()
        },
        "most_frequent": told(busiest.statements.calls, busiest.takes, ""),
        "slowest": told(busiest.statements.times, busiest.takes, " ms"),
        f"efficiency_of_{most}": {"value": efficiency[str(most)], "unit": "x", "min": LINEAR},
        "pickup_p50": {"value": round(percentile(list(busiest.begun), 0.5), 1), "unit": "ms"},
        "pickup_worst": {"value": round(percentile(list(busiest.begun), 1.0), 1), "unit": "ms"},
        "database_time": {
            "value": round(busiest.statements.milliseconds / busiest.takes, 2), "unit": "ms a take",
        },
        "transactions": {
            "value": round(busiest.statements.control / 2 / busiest.takes, 1), "unit": "a take",
        },
        "worker_busy": {"value": round(1000 * busiest.busy), "unit": "ms of processor a take"},
        "idle_worker": {"value": round(added, 2), "unit": "statements/s"},
        "idle_front": {"value": round(by_workers[least].idle - added, 2), "unit": "statements/s"},
        "jobs_lost": {"value": lost, "unit": "jobs", "max": 0},
        "takes_doubled": {"value": doubled, "unit": "takes", "max": 0},
    }  # fmt: skip


def told(what: Counter[str], takes: int, unit: str) -> list[str]:
    return [
        f"{amount / takes:.2f}{unit} a take: {' '.join(query.split())[:100]}"
        for query, amount in what.most_common(12)
    ]
