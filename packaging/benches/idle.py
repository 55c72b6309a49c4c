"""What the studio costs when nothing happens: CPU of all its processes, memory of each."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from tests.e2e.studio import open_studio
from tests.e2e.x11 import open_screen

SETTLING = 10.0
"""Seconds after the first paint in which late start-up work may run."""
WATCHED = 20.0
TARGET = 1.0  # per cent of one core


def bench() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            open_screen(folder / "screen") as screen,
            open_studio(folder / "home", screen.environment) as studio,
        ):
            window = psutil.Process(studio.program.pid)
            time.sleep(SETTLING)
            processes = [window, *window.children(recursive=True)]
            before = sum(map(busy_seconds, processes))
            time.sleep(WATCHED)
            busy = sum(map(busy_seconds, processes)) - before
            resident = [process.memory_info().rss / 1e6 for process in processes]
    return {
        "cpu": {"value": 100 * busy / WATCHED, "unit": "% of one core", "max": TARGET},
        "window_memory": {"value": round(resident[0]), "unit": "MB"},
        "host_memory": {"value": round(sum(resident[1:])), "unit": "MB"},
        "processes": len(processes),
        "watched": {"value": WATCHED, "unit": "s"},
    }


def busy_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
