"""The verbs of a server whose jobs run elsewhere."""

from __future__ import annotations

from typing import Any

from engine.cluster.news import Kind, News
from engine.dispatch.dispatcher import Dispatcher
from engine.errors import Conflict
from engine.jobs import Job
from engine.store.postgresql.attempts import Attempts

__all__ = ["FrontDispatcher"]


class FrontDispatcher(Dispatcher):
    """Has no lanes: what it asks of a running job is written down, and its worker is told."""

    def __init__(self, *parts: Any, attempts: Attempts, news: News) -> None:
        """``parts``: those of every dispatcher."""
        super().__init__(*parts)
        self._attempts = attempts
        self._news = news

    async def _interrupted(self) -> list[Job]:
        """None: nothing ran here, and what others run is theirs."""
        return []

    async def stop_here(self, job_id: str) -> None:
        if not self._attempts.end_early(job_id):
            raise Conflict("This take does not grow now.")
        self._news.tell(Kind.STOP, [job_id])

    async def set_paused(self, paused: bool) -> None:
        await super().set_paused(paused)
        self._news.tell(Kind.PAUSE)
