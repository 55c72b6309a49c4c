"""Eight prompts of different lengths, late arrivals among them, against the longest one alone.

The small model's full shape with random weights, on this computer's own decoder, through the
whole engine: queue, host, batch formed on the fly, files saved.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from statistics import median
from typing import Any

from load.musicgen import musicgen

from app.engine_thread import EngineThread
from engine.jobs import Change, Job, Order, Status
from engine.request import Request

LENGTHS = (10.0, 3.0, 8.0, 5.0, 4.0, 9.0, 6.0, 7.0)  # seconds of music
LATE = 3
"""So many come when the others already grow."""
ROUNDS = 3
"""Of each; their medians count."""


def bench() -> dict[str, Any]:
    watch = _Watch()
    with musicgen(watch.hear) as (engine, model):
        _time(engine, watch, model, [1.0], late=0)  # loads and compiles
        alone, together = [], []
        for _ in range(ROUNDS):  # in turns: the machine is not always as quick
            alone.append(_time(engine, watch, model, [max(LENGTHS)], late=0))
            together.append(_time(engine, watch, model, list(LENGTHS), late=LATE))
    times = sorted(all_of / one for one, all_of in zip(alone, together, strict=True))
    return {
        "times_the_longest_alone": {"value": round(median(times), 2), "unit": "x", "max": 2.2},
        "least_times": {"value": round(times[0], 2), "unit": "x"},
        "most_times": {"value": round(times[-1], 2), "unit": "x"},
        "alone": {"value": round(median(alone), 1), "unit": "s"},
        "together": {"value": round(median(together), 1), "unit": "s"},
        "music": {"value": sum(LENGTHS), "unit": "s"},
        "made_by": watch.made_by,
    }


class _Watch:
    """Hears which jobs grow and which are done."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._jobs: dict[str, Job] = {}
        self.made_by = ""

    def hear(self, changes: Sequence[Change]) -> None:
        with self._changed:
            for change in changes:
                self._jobs[change.job.id] = change.job
                if change.job.take is not None:
                    self.made_by = change.job.take.made_by
            self._changed.notify_all()

    def wait(self, ids: Sequence[str], what: Any) -> None:
        with self._changed:
            self._changed.wait_for(
                lambda: all(job_id in self._jobs and what(self._jobs[job_id]) for job_id in ids)
            )
            failed = [job.error for job in self._jobs.values() if job.status is Status.FAILED]
        if failed:
            raise RuntimeError(f"a take failed: {failed[0]}")


def _time(
    engine: EngineThread, watch: _Watch, model: str, lengths: Sequence[float], late: int
) -> float:
    """Seconds until takes of these lengths are all there."""
    orders = [
        Order(Request(prompt=f"calm piano {length}", model=model, duration=length))
        for length in lengths
    ]
    begun = time.perf_counter()
    first = orders[: len(orders) - late]
    jobs = engine.run(lambda queue: queue.submit(first)).result()
    if late:
        watch.wait([jobs[0].id], lambda job: job.progress > 0.1)
        rest = orders[len(orders) - late :]
        jobs = jobs + engine.run(lambda queue: queue.submit(rest)).result()
    watch.wait([job.id for job in jobs], lambda job: job.status.final)
    return time.perf_counter() - begun
