"""Jobs that rest before their next try."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from engine.jobs import utc_now

__all__ = ["Rests"]


class Rests:
    """By the loop's clock, which never jumps."""

    def __init__(self, on_over: Callable[[str], None]) -> None:
        """``on_over`` hears of each job that has rested."""
        self._on_over = on_over
        self._resting: dict[str, tuple[datetime, asyncio.TimerHandle]] = {}

    def ids(self) -> list[str]:
        return list(self._resting)

    def until(self, job_id: str) -> datetime | None:
        return self._resting[job_id][0] if job_id in self._resting else None

    def begin(self, job_id: str, seconds: float) -> None:
        def over() -> None:
            del self._resting[job_id]
            self._on_over(job_id)

        timer = asyncio.get_running_loop().call_later(seconds, over)
        self._resting[job_id] = (utc_now() + timedelta(seconds=seconds), timer)

    def end(self, job_id: str) -> None:
        """At once, if it rests; nobody hears of it."""
        if job_id in self._resting:
            self._resting.pop(job_id)[1].cancel()

    def close(self) -> None:
        for _, timer in self._resting.values():
            timer.cancel()
