"""How fast the built-in generator makes each style of music: compose, render, master; one core."""

from __future__ import annotations

import sys
import time
from statistics import median
from typing import Any

import psutil

from engine.generators.sketch.generator import SketchGenerator
from engine.generators.sketch.styles import STYLES
from engine.request import Request

SHORT, LONG = 30.0, 600.0
RUNS = 2


def bench() -> dict[str, Any]:
    generator = SketchGenerator()
    make(generator, "lofi", 4.0)  # imports and caches of the libraries
    factors, worst_step = {}, 0.0
    for style in STYLES:
        runs = [make(generator, style, SHORT) for _ in range(RUNS)]
        # The least: what the work needs, not what the machine did meanwhile.
        factors[style] = SHORT / min(busy for busy, _ in runs)
        worst_step = max(worst_step, min(step for _, step in runs))
    slowest = min(factors, key=factors.__getitem__)
    long_busy, _ = make(generator, slowest, LONG)
    return {
        "real_time_factor": {"value": round(median(factors.values()), 1), "unit": "x", "min": 30},
        "slowest_style": {"value": round(factors[slowest], 1), "unit": "x", "min": 30},
        "ten_minutes": {"value": round(long_busy, 2), "unit": "s", "max": 25},
        "longest_step": {"value": round(1000 * worst_step, 1), "unit": "ms", "max": 100},
        "peak_memory": {"value": peak_memory(), "unit": "MB", "max": 700},
        "slowest": slowest,
        "styles": len(factors),
    }


def make(generator: SketchGenerator, prompt: str, duration: float) -> tuple[float, float]:
    """Seconds of processor time for a whole take, and of its longest step."""
    started = time.process_time()
    sketch = generator.start(Request(prompt=prompt, duration=duration, seed=1))
    longest = 0.0
    while sketch.steps_done < sketch.steps_total:
        before = time.process_time()
        generator.advance([sketch])
        longest = max(longest, time.process_time() - before)
    generator.finish(sketch)
    return time.process_time() - started, longest


def peak_memory() -> int:
    """MB; the most that this process ever held."""
    if sys.platform == "win32":
        return round(psutil.Process().memory_info().peak_wset / 1e6)
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6)
