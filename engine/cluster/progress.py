"""How far the runs of this machine are, written for all others to see, at most once a second."""

from __future__ import annotations

import asyncio
import logging

from engine.cluster.news import CHANNEL, Kind, words_of
from engine.errors import StorageError
from engine.jobs import Step
from engine.store.postgresql.attempts import Attempts, Grown

__all__ = ["Progress"]

log = logging.getLogger(__name__)

WRITE_SECONDS = 1.0


class Progress:
    """Keeps the newest of each run until it is written and told, all in one statement."""

    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts
        self._newest: dict[str, Grown] = {}
        self._steps: dict[str, Step] = {}
        """As they were last written."""
        self._writing: asyncio.TimerHandle | None = None
        self._next = 0.0

    def show(self, grown: Grown) -> None:
        self._newest[grown.token] = grown
        if self._writing is None:
            loop = asyncio.get_running_loop()
            self._writing = loop.call_at(max(self._next, loop.time()), self._write)

    def over(self, token: str) -> None:
        """The run has ended: its row says how."""
        self._newest.pop(token, None)
        self._steps.pop(token, None)

    def close(self) -> None:
        if self._writing is not None:
            self._writing.cancel()

    def _write(self) -> None:
        self._writing = None
        self._next = asyncio.get_running_loop().time() + WRITE_SECONDS
        newest, self._newest = list(self._newest.values()), {}
        if not newest:
            return
        steps = {grown.token: grown.step for grown in newest}
        words = [*words_of(Kind.PROGRESS, [grown.job_id for grown in newest])]
        if steps != {token: self._steps.get(token) for token in steps}:
            words += words_of(Kind.JOBS, [])
        try:
            self._attempts.show(newest, CHANNEL, words)
        except StorageError as error:  # the next one comes soon
            log.info("progress is not shown: %s", error.message)
        else:
            self._steps |= steps
