"""The window's smoothness while four takes grow: how long its loop was held up."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.e2e.x11 import open_screen

TAKES = 4
LENGTH = 300.0  # seconds of music of each take
WATCHED = 20.0  # seconds
SETTLING = 3.0  # seconds after the first paint
TICK = 2  # milliseconds between two looks


def bench() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_screen(folder / "screen") as screen:
            # Before Qt is imported: this process is the program itself, on a real screen.
            os.environ.update(screen.environment, DGX_MUSIC_HOME=str(folder / "home"))
            stalls, grown = watch_the_window()
    return {
        "p99": {"value": float(np.percentile(stalls, 99)), "unit": "ms", "max": 16},
        "worst": {"value": float(stalls.max()), "unit": "ms", "max": 50},
        "median": {"value": float(np.median(stalls)), "unit": "ms"},
        "takes_grown": grown,
        "watched": {"value": WATCHED, "unit": "s"},
    }


def watch_the_window() -> tuple[np.ndarray, int]:
    """Milliseconds that the loop was late at each look, and how many takes grew meanwhile."""
    import qasync
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from app.main import Program
    from app.paths import Paths
    from engine.jobs import Order, Request

    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    late: list[float] = []
    grown: set[str] = set()
    with qasync.QEventLoop(app) as loop:
        program = Program(app, Paths.find())
        studio, window = program.studio, program.window
        last = time.perf_counter()
        tick = QTimer(window, interval=TICK)
        tick.setTimerType(Qt.TimerType.PreciseTimer)

        def look() -> None:
            nonlocal last
            now = time.perf_counter()
            late.append(1_000 * (now - last) - TICK)
            last = now

        def begin() -> None:
            nonlocal last
            last = time.perf_counter()
            tick.timeout.connect(look)
            tick.start()
            requests = [
                Request(prompt="upbeat house, 124 bpm", duration=LENGTH, seed=seed)
                for seed in range(int(WATCHED))  # more than can be made meanwhile
            ]
            studio.submit([Order(request) for request in requests])

        def note(changes: list[Any]) -> None:
            grown.update(change.job.id for change in changes if change.job.progress > 0)

        studio.changed.connect(note)
        QTimer.singleShot(int(1_000 * SETTLING), begin)
        QTimer.singleShot(int(1_000 * (SETTLING + WATCHED)), window.close)
        loop.run_until_complete(program.live())
    return np.array(late), len(grown)
