"""What grows on a server, heard here: fetched now and then while its job is followed.

A preview is a favour: whatever goes wrong with it costs the take nothing, and counts for nothing.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path

from engine.client.client import ServerClient
from engine.client.looking import PreviewLook
from engine.errors import MusicError

__all__ = ["Listening"]

log = logging.getLogger(__name__)

SHARE = 0.2
"""Of the time, at most, for fetching: each one is followed by a pause so long."""


class Listening:
    """Keeps one file as fresh as is reasonable; it goes with the job."""

    def __init__(
        self, client: ServerClient, path: Path, every: float, tell: Callable[[Path], None]
    ) -> None:
        """``every``: seconds between two; ``tell`` hears of each new one."""
        self._client = client
        self._path = path
        self._look: PreviewLook | None = None
        self._every = every
        self._tell = tell
        self._fetching: asyncio.Task[None] | None = None
        self._next = time.monotonic() + every

    def look(self, remote_id: str) -> None:
        """There may be more to hear now; nobody waits for it."""
        if self._fetching is None and time.monotonic() >= self._next:
            self._fetching = asyncio.create_task(self._fetch(remote_id), name="preview")

    async def end(self) -> None:
        """There is a take now, or nothing."""
        task, self._fetching = self._fetching, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        try:
            await asyncio.to_thread(self._path.unlink, missing_ok=True)
        except OSError as error:
            log.info("a preview stays until the next start: %s", error)

    async def _fetch(self, remote_id: str) -> None:
        began = time.monotonic()
        try:
            if self._look is None:
                self._look = self._client.listening_to(remote_id, self._path)
            if await self._look.fetch():
                self._tell(self._path)
        except MusicError as error:
            log.info("no preview from the server: %s", error.code)
        took = time.monotonic() - began
        self._next = began + max(self._every, took / SHARE)
        self._fetching = None
