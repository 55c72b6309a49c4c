"""A generator with the timing of a GPU and none of its work: what is measured is all the rest.

A step takes the same time for one take or sixteen, as on a GPU that waits for its memory. What
comes out is short, so that saving it, which is a worker's own business, weighs little.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.generators.base import Audio, Facts, Reading, Rehearsal, Report, Samples
from engine.request import Request

__all__ = ["STEP_SECONDS", "SleepingGenerator", "prompt_of"]

STEP_SECONDS = 0.02
"""Of MusicGen's size "medium" on a GPU of today, roughly; nothing here has run on one."""
RATE = 8_000
CHECKPOINT = bytes(20_000)
"""Four books of tokens of 30 s, and the state of chance."""


def prompt_of(steps: int) -> str:
    return f"steps={steps}"


@dataclass
class _Growing:
    request: Request
    steps_total: int
    steps_done: int = 0

    def reading(self, first: int, last: int) -> Reading:  # noqa: ARG002
        return Reading()


class SleepingGenerator:
    name = "sleeping"
    version = "1"
    device = "nothing"
    slots = 16
    heavy = False
    rehearsal = Rehearsal()

    def start(self, request: Request, checkpoint: bytes | None = None) -> _Growing:
        found = re.search(r"steps=(\d+)", request.prompt)
        growing = _Growing(request, int(found[1]) if found else 50)
        if checkpoint is not None:
            growing.steps_done = int.from_bytes(checkpoint[:4])
        return growing

    def advance(self, growing: Sequence[_Growing]) -> None:
        threading.Event().wait(STEP_SECONDS)
        for take in growing:
            take.steps_done += 1

    def render(self, growing: Sequence[_Growing]) -> None:
        pass

    def finish(self, growing: _Growing, report: Report = lambda _: None) -> Audio:  # noqa: ARG002
        samples = np.zeros((RATE, 1), np.float32)
        samples[:, 0] = 0.3 * np.sin(np.arange(RATE) * 0.3)
        return Audio(samples, RATE, Facts("sleeping 1", licence="none"))

    def stop_here(self, growing: _Growing) -> None:
        growing.steps_total = growing.steps_done

    def preview(self, growing: _Growing) -> tuple[Samples, int] | None:  # noqa: ARG002
        return None

    def checkpoint(self, growing: _Growing) -> bytes | None:
        return growing.steps_done.to_bytes(4) + CHECKPOINT

    def drop(self, growing: _Growing) -> None:
        pass

    def close(self) -> None:
        pass
