"""Kill -9, again and again: every job ends exactly once, every take is whole.

The numbers are those of each run; ``--soak`` has ten times as many.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from engine.jobs import Order
from engine.request import Request
from tests.e2e.processes import Program, wait_until
from tests.e2e.studio import open_studio
from tests.engine.conftest import SCRIPTED
from tests.faults.conftest import Library

HOST_KILLS = 10
PROGRAM_KILLS = 5
JOBS = 20
"""Through the host's kills."""
WAITING = 40
"""At each of the program's kills."""

State = Callable[[str], None]


def orders(count: int, first: int = 0) -> list[Order]:
    """Half of them sketches, half scripted takes of a second; no two alike."""
    sketch = [Request(prompt="calm piano", duration=8, seed=first + i) for i in range(count // 2)]
    scripted = [
        Request(prompt="steps=100 ms=10", model="scripted", duration=2, seed=first + i)
        for i in range(count - count // 2)
    ]
    mixed = sketch + scripted
    random.Random(first).shuffle(mixed)
    return [Order(request, name=f"Take {request.seed}") for request in mixed]


@contextmanager
def running_studio(home: Path, more: Mapping[str, str] | None = None) -> Iterator[Program]:
    """The real window without a screen; retries never run out, so that no kill fails a job."""
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "DGX_MUSIC_MAX_RETRIES": "100000",
        "DGX_MUSIC_RETRY_DELAY": "0.001",
        "DGX_MUSIC_GENERATORS": json.dumps(SCRIPTED),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    environment |= more or {}
    with open_studio(home, environment) as studio:
        yield studio.program


def hosts_of(program: Program) -> list[int]:
    """The ids of the host processes that it has now."""
    try:
        children = psutil.Process(program.pid).children(recursive=True)
        return [child.pid for child in children if "engine.host" in child.cmdline()]
    except psutil.NoSuchProcess:
        return []


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_for_host(program: Program) -> int:
    found: list[int] = []
    wait_until(lambda: bool(found.extend(hosts_of(program)) or found), "a host")
    return found[0]


def test_the_host_is_killed(tmp_path: Path, state: State, soak: int) -> None:
    kills, jobs = HOST_KILLS * soak, JOBS * soak
    library = Library(tmp_path / "home")
    library.submit(orders(jobs))
    dice = random.Random(1)
    with running_studio(tmp_path / "home") as program:
        for _ in range(kills):
            pid = wait_for_host(program)
            time.sleep(dice.uniform(0.0, 1.5))  # a random moment of its life
            assert library.unfinished(), "the jobs are to outlast the kills"
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda pid=pid: gone(pid), "the end of the host")
            assert program.running, program.output()
        wait_until(lambda: library.unfinished() == 0, "the end of all jobs", 300)
        assert program.running, "the window lived through all of it"
    found = library.check()
    assert found["completed"] == jobs
    state(f"host killed -9 {kills} times: {jobs} of {jobs} jobs ended once, window alive")


def test_the_program_is_killed(tmp_path: Path, state: State, soak: int) -> None:
    kills = PROGRAM_KILLS * soak
    library = Library(tmp_path / "home")
    dice = random.Random(2)
    submitted = 0
    for kill in range(kills):
        missing = WAITING - (library.unfinished() if library.database.exists() else 0)
        library.submit(orders(missing, first=submitted))  # there are always so many to do
        submitted += missing
        with running_studio(tmp_path / "home") as program:
            if kill % 2:
                wait_for_host(program)
            time.sleep(dice.uniform(0.0, 1.5))  # a random moment of its life
            hosts = hosts_of(program)
            os.kill(program.pid, signal.SIGKILL)
            program.wait()
        wait_until(lambda hosts=hosts: all(map(gone, hosts)), "the host to follow", 20)
    with running_studio(tmp_path / "home"):
        wait_until(lambda: library.unfinished() == 0, "the end of all jobs", 300)
    found = library.check()
    assert found["completed"] == submitted
    state(f"program killed -9 {kills} times: {submitted} of {submitted} jobs ended once")
