"""What the engine costs around the model: queue, protocol, previews, checkpoints and saving.

The generator here takes the time of a decoder (22 ms a step, 50 steps a second of music) asleep,
so that what is left of the time is ours. Ten seconds of music, stereo at 32 kHz.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from app.engine_thread import EngineThread
from engine.audio.embedded import read_request
from engine.generators.base import Audio, Facts, Growing, Reading, Rehearsal, Report, Samples
from engine.jobs import Change, Order
from engine.local import LocalEngine
from engine.request import Request
from engine.settings import EngineSettings

STEP = 0.022  # seconds, as measured of the small model on a CPU
STEPS_A_SECOND = 50
SECONDS = 10.0
RATE = 32_000
TAKES = 5


@dataclass
class Paced:
    """A take that grows at a decoder's pace, and keeps count of the time it was given."""

    request: Request
    spent: float = 0.0
    steps_done: int = 0

    @property
    def steps_total(self) -> int:
        return round(self.request.duration * STEPS_A_SECOND)

    def reading(self, first: int, last: int) -> Reading:  # noqa: ARG002
        return Reading()


class PacedGenerator:
    name, version, weights = "paced", "1", ""
    device, slots, heavy = "CPU", 4, False
    rehearsal = Rehearsal()

    def start(self, request: Request, checkpoint: bytes | None = None) -> Paced:  # noqa: ARG002
        return Paced(request)

    def advance(self, growing: Sequence[Paced]) -> None:
        begun = time.perf_counter()
        threading.Event().wait(STEP)
        for take in growing:
            take.steps_done += 1
            take.spent += time.perf_counter() - begun

    def render(self, growing: Sequence[Paced]) -> None:
        """There is no sound before the end."""

    def finish(self, growing: Paced, report: Report = lambda _: None) -> Audio:  # noqa: ARG002
        begun = time.perf_counter()
        frames = round(growing.request.duration * RATE)
        samples = np.random.default_rng(1).normal(0, 0.1, (frames, 2)).astype(np.float32)
        growing.spent += time.perf_counter() - begun
        return Audio(samples, RATE, Facts("paced 1", extra={"spent": f"{growing.spent}"}))

    def preview(self, growing: Growing) -> tuple[Samples, int] | None:
        share = growing.steps_done / growing.steps_total
        return np.zeros((round(share * growing.request.duration * RATE), 2), np.float32), RATE

    def checkpoint(self, growing: Growing) -> bytes | None:
        return bytes(4 * growing.steps_done)

    def stop_here(self, growing: Growing) -> None:
        """Not measured."""

    def drop(self, growing: Growing) -> None:
        """Holds nothing."""

    def close(self) -> None:
        """Nothing to give back."""


def bench() -> dict[str, Any]:
    # The host imports this module: it must find the folder of the benchmarks.
    os.environ["PYTHONPATH"] = os.pathsep.join(
        [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = EngineSettings(
            data_folder=folder / "data",
            takes_folder=folder / "takes",
            cache_folder=folder / "cache",
            generators={"paced": "benches.host:PacedGenerator"},
        )
        engine = EngineThread(lambda feed: LocalEngine(settings, feed))
        done = _listen(engine)
        engine.start()
        try:
            _make(engine, done, 1)  # loads
            costs = [_make(engine, done, seed) for seed in range(2, 2 + TAKES)]
        finally:
            engine.stop()
    share = [100 * (total - spent) / spent for total, spent in costs]
    return {
        "cost": {"value": round(median(share), 2), "unit": "% of generating", "max": 2},
        "worst": {"value": round(max(share), 2), "unit": "%"},
        "generating": {"value": round(median(spent for _, spent in costs), 2), "unit": "s"},
        "takes": TAKES,
    }


def _listen(engine: EngineThread) -> dict[str, Any]:
    """Where the next finished job will be, and the event that says so."""
    done: dict[str, Any] = {"event": threading.Event(), "job": None}

    def hear(changes: Sequence[Change]) -> None:
        for change in changes:
            if change.job.status.final:
                done["job"] = change.job
                done["event"].set()

    engine.listen(hear, lambda _: None, lambda _: None)
    return done


def _make(engine: EngineThread, done: dict[str, Any], seed: int) -> tuple[float, float]:
    """Seconds from the order to the finished row, and those that the generator had of them."""
    done["event"].clear()
    begun = time.perf_counter()
    order = Order(Request(prompt="pace", model="paced", duration=SECONDS, seed=seed))
    engine.run(lambda queue: queue.submit([order])).result()
    done["event"].wait()
    total = time.perf_counter() - begun
    found = read_request(done["job"].take.path)
    if found is None:
        raise RuntimeError("the take does not say how it was made")
    return total, float(found.facts.extra["spent"])
