"""Submissions that come at the same moment are stored together.

Each transaction waits for the disk, and for others': fifty clients at once would wait for fifty of
them.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Sequence

from engine.errors import MusicError
from engine.jobs import Job, Submission

__all__ = ["Arrivals"]


class Arrivals:
    """Those who submit within one round of the event loop, or while others are stored."""

    def __init__(
        self, store: Callable[[Sequence[Submission]], Awaitable[Sequence[list[Job] | MusicError]]]
    ) -> None:
        """``store``: gives for each submission its jobs, or why there are none."""
        self._store = store
        self._here: list[tuple[Submission, asyncio.Future[list[Job]]]] = []
        self._storing: asyncio.Task[None] | None = None

    async def submit(self, submission: Submission) -> list[Job]:
        """Raises what the store does. Who is cancelled while it waits may have submitted."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Job]] = loop.create_future()
        self._here.append((submission, answer))
        if self._storing is None:
            # In nobody's context: the lines of the log would say that all is the first one's.
            self._storing = loop.create_task(self._store_all(), context=contextvars.Context())
        return await answer

    async def close(self) -> None:
        """Until what came is stored, and told."""
        if self._storing is not None:
            await asyncio.wait([self._storing])

    async def _store_all(self) -> None:
        while self._here:
            here, self._here = self._here, []
            await self._store_some(here)
        self._storing = None

    async def _store_some(
        self, here: Sequence[tuple[Submission, asyncio.Future[list[Job]]]]
    ) -> None:
        stored: Sequence[list[Job] | Exception]
        try:
            stored = await self._store([submission for submission, _ in here])
        except Exception as error:  # noqa: BLE001 - raised where each of them waits
            stored = [error] * len(here)
        for (_, answer), result in zip(here, stored, strict=True):
            if answer.done():  # who asked has left
                continue
            if isinstance(result, Exception):
                answer.set_exception(result)
            else:
                answer.set_result(result)
