"""How fast the built-in generator makes music: compose, render, master, on one core."""

from __future__ import annotations

import sys
import time
from statistics import median
from typing import Any

import psutil

from engine.generators.sketch.generator import SketchGenerator
from engine.request import Request

PROMPTS = (
    "melancholic lo-fi hip hop, 84 bpm, in D minor",
    "driving techno, 130 bpm",
    "cinematic strings and brass, epic",
    "bossa nova with nylon guitar",
    "metal with double kick",
)
SHORT, LONG = 30.0, 600.0
RUNS = 3


def bench() -> dict[str, Any]:
    generator = SketchGenerator()
    make(generator, PROMPTS[0], 4.0)  # imports and caches of the libraries
    factors, worst_step = [], 0.0
    for prompt in PROMPTS:
        runs = [make(generator, prompt, SHORT) for _ in range(RUNS)]
        factors.append(SHORT / median(busy for busy, _ in runs))
        # The least of the worst: what the work needs, not what the machine did meanwhile.
        worst_step = max(worst_step, min(step for _, step in runs))
    long_busy, _ = make(generator, PROMPTS[0], LONG)
    return {
        "real_time_factor": {"value": round(median(factors), 1), "unit": "x", "min": 30},
        "slowest_style": {"value": round(min(factors), 1), "unit": "x", "min": 30},
        "ten_minutes": {"value": round(long_busy, 2), "unit": "s", "max": 25},
        "longest_step": {"value": round(1000 * worst_step, 1), "unit": "ms", "max": 100},
        "peak_memory": {"value": peak_memory(), "unit": "MB", "max": 700},
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
