"""The list with 10,000 rows: how long it takes to open, to scroll, to search and to change."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from PySide6.QtWidgets import QApplication

from app.peak_loader import PeakLoader
from engine.jobs import Change, Job, Status, Step, Take
from engine.request import Request
from ui.queue.order import Filter, Show
from ui.queue.panel import QueuePanel
from ui.shared.theme import Appearance, Theme

ROWS, WAITING = 10_000, 1_000
FILES = 40
"""Different waveforms on the disk; the rows share them under names of their own."""
FRAMES = 240
STEP = 97  # pixels: a brisk scroll, with new rows in each frame
FRAME = 1_000 / 60


def bench() -> dict[str, Any]:
    app = QApplication([])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        jobs = made_jobs(folder)
        loader = PeakLoader(folder / "peaks")
        panel = QueuePanel(Theme(app, Appearance.DARK), loader, lambda job: Path(job.id))
        panel.resize(812, 700)
        panel.show()
        app.processEvents()
        try:
            return figures(app, panel, jobs)
        finally:
            panel.close()
            loader.close()


def figures(app: Any, panel: QueuePanel, jobs: list[Job]) -> dict[str, Any]:
    model, bar = panel.model, panel.view.verticalScrollBar()

    def shown(act: Callable[[], object]) -> float:
        """Milliseconds from an act to its being on the screen."""
        start = time.perf_counter()
        act()
        app.processEvents()
        panel.view.viewport().repaint()
        return (time.perf_counter() - start) * 1_000

    opened = shown(lambda: model.set_jobs(jobs))
    frames = [shown(partial(bar.setValue, (n + 1) * STEP)) for n in range(FRAMES)]
    running = next(job for job in jobs if job.status is Status.PROCESSING)
    bar.setValue(0)
    progress = [
        shown(partial(model.apply, [Change(running.with_(progress=p / 100))]))
        for p in range(50, 99)
    ]
    more = [waiting(ROWS + n) for n in range(1_000)]
    inserted = shown(lambda: model.apply([Change(job) for job in more]))
    first = shown(lambda: model.set_filter(Filter.of(Show.ALL, "night")))
    second = shown(lambda: model.set_filter(Filter.of(Show.ALL, "night 42")))
    cleared = shown(lambda: model.set_filter(Filter()))
    visible = panel.view.viewport().height() / panel.view.sizeHintForRow(0)
    return {
        "open": {"value": opened, "unit": "ms", "max": 300},
        "scroll_p99": {"value": float(np.percentile(frames, 99)), "unit": "ms", "max": FRAME},
        "scroll_median": {"value": float(np.median(frames)), "unit": "ms"},
        "row_paint": {"value": 1_000 * float(np.median(frames)) / visible, "unit": "µs"},
        "progress_p99": {"value": float(np.percentile(progress, 99)), "unit": "ms", "max": FRAME},
        "insert_1000": {"value": inserted, "unit": "ms"},
        "first_search": {"value": first, "unit": "ms"},
        "search": {"value": second, "unit": "ms"},
        "clear_search": {"value": cleared, "unit": "ms"},
        "rows": ROWS,
    }


def made_jobs(folder: Path) -> list[Job]:
    rng = np.random.default_rng(1)
    for number in range(FILES):
        samples = rng.uniform(-0.8, 0.8, (44_100 * 8, 2)).astype(np.float32)
        soundfile.write(folder / f"{number}.wav", samples, 44_100)
    takes = [finished(number, folder) for number in range(ROWS - WAITING - 1)]
    now = waiting(0)
    running = now.with_(
        id="running", status=Status.PROCESSING, step=Step.GENERATING, progress=0.5, eta_seconds=9.0
    )
    return [running, *(waiting(number) for number in range(WAITING)), *takes]


def waiting(number: int) -> Job:
    request = Request(prompt=f"night drive number {number}, synthwave", seed=number)
    name = f"Night drive {number}"
    made = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    return Job(f"w{number:05}", request, name, Status.PENDING, Step.QUEUED, made, position=number)


def finished(number: int, folder: Path) -> Job:
    link = folder / f"take-{number}.wav"
    link.hardlink_to(folder / f"{number % FILES}.wav")
    take = Take(link, 8.0, 44_100, 2, "0" * 64, tempo=84.0, key="D minor", stars=number % 6)
    job = waiting(number)
    return job.with_(
        id=f"t{number:05}",
        status=Status.COMPLETED,
        step=Step.COMPLETED,
        finished_at=job.created_at,
        take=take,
    )
