"""A wall clock that jumps by two hours, both ways, while jobs run and rest before retries."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.jobs import Order
from engine.request import Request
from tests.e2e.processes import wait_until
from tests.faults.conftest import Library
from tests.faults.test_kills import running_studio

FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
JUMPS = 5
"""Of each run; ten times as many with ``--soak``."""
JOBS = 8


@pytest.mark.skipif(FAKETIME is None, reason="libfaketime is not installed")
def test_a_clock_that_jumps_holds_up_nothing(
    tmp_path: Path, state: Callable[[str], None], soak: int
) -> None:
    jumps, jobs = JUMPS * soak, JOBS * soak
    clock = tmp_path / "clock"
    clock.write_text("+0")
    library = Library(tmp_path / "home")
    requests = [
        Request(prompt="steps=40 ms=10", model="scripted", duration=2, seed=i) for i in range(jobs)
    ]
    library.submit([Order(request) for request in requests])
    environment = {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    dice = random.Random(3)
    with running_studio(tmp_path / "home", environment) as program:
        for _ in range(jumps):
            before = library.unfinished()
            clock.write_text(f"{dice.choice((-7200, 7200)):+d}")
            wait_until(
                lambda before=before: library.unfinished() < max(before, 1), "one more take", 60
            )
        wait_until(lambda: library.unfinished() == 0, "the end of all jobs", 60)
        assert program.running
    assert library.check()["completed"] == jobs
    state(f"clock jumped two hours {jumps} times: {jobs} of {jobs} jobs ended")
