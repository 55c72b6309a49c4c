"""How true the time left is: the share of reports after a take's first tenth within 20 %.

The small model's full shape with random weights, through the whole engine: a first take alone,
one alone when the model is known, then four of different lengths at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from load.musicgen import musicgen

from app.engine_thread import EngineThread
from engine.jobs import Change, Order, Status, Step
from engine.request import Request

ROUNDS = {"first": (10.0,), "second": (40.0,), "together": (8.0, 12.0, 16.0, 20.0)}
"""Seconds of music of the takes of each round."""
CLOSE = 0.2
FIRST_TENTH = 0.1


def bench() -> dict[str, Any]:
    told = _Told()
    with musicgen(told.hear) as (engine, model):
        errors = {name: told.errors(engine, model, music) for name, music in ROUNDS.items()}
    figures: dict[str, Any] = {}
    for name, found in errors.items():
        within = 100 * float(np.mean(np.array(found) <= CLOSE))
        figures[f"{name}_within_20"] = {"value": within, "unit": "% of reports", "min": 90}
        figures[f"{name}_median_error"] = {"value": 100 * float(np.median(found)), "unit": "%"}
    return figures


class _Told:
    """What is told of the time left, and when."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._told: dict[str, list[tuple[float, float, float]]] = {}
        self._ends: dict[str, float] = {}

    def hear(self, changes: Sequence[Change]) -> None:
        now = time.perf_counter()
        with self._changed:
            for job in (change.job for change in changes):
                if job.status is Status.FAILED:
                    raise RuntimeError(f"a take failed: {job.error}")
                if job.status is Status.COMPLETED:
                    self._ends.setdefault(job.id, now)
                elif job.step is Step.GENERATING and job.eta_seconds is not None:
                    self._told.setdefault(job.id, []).append((job.progress, job.eta_seconds, now))
            self._changed.notify_all()

    def errors(self, engine: EngineThread, model: str, music: Sequence[float]) -> list[float]:
        """Of each report after the first tenth, against the time that it took in truth."""
        orders = [
            Order(Request(prompt=f"calm piano {n}", model=model, duration=seconds))
            for n, seconds in enumerate(music)
        ]
        jobs = engine.run(lambda queue: queue.submit(orders)).result()
        with self._changed:
            self._changed.wait_for(lambda: all(job.id in self._ends for job in jobs))
            return [
                abs(eta - (self._ends[job.id] - at)) / (self._ends[job.id] - at)
                for job in jobs
                for progress, eta, at in self._told[job.id]
                if progress >= FIRST_TENTH
            ]
