"""Changes on their way to followers: each hears those of its owner's jobs, from where it left off.

Comes from the dispatcher's own feed. A follower that does not keep up is let go: it comes back
with the id of the last change that it saw.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from engine.jobs import Change, Job

__all__ = ["Broadcast", "Follower", "Told"]

REMEMBERED = 20_000
"""Changes kept for those who come back."""
PATIENCE = 2_000
"""Changes that may wait for one follower."""


@dataclass(frozen=True, slots=True)
class Told:
    """One change, numbered."""

    id: str
    job: Job
    texts: dict[str, str] = field(default_factory=dict)
    """The change as JSON, by the address for which it was written: written once for all."""


class Follower:
    """One stream's queue; ``None`` in it is a heartbeat. It ends by raising StopAsyncIteration."""

    def __init__(self, owner: str, job_id: str | None) -> None:
        self._owner = owner
        self._job_id = job_id
        self._waiting: deque[Told | None] = deque()
        self._news = asyncio.Event()
        self._ended = False

    def wants(self, job: Job) -> bool:
        return job.owner == self._owner and self._job_id in (None, job.id)

    def put(self, told: Told | None) -> None:
        if len(self._waiting) >= PATIENCE:
            self.end()
        else:
            self._waiting.append(told)
            self._news.set()

    def end(self) -> None:
        self._ended = True
        self._news.set()

    def __aiter__(self) -> Follower:
        return self

    async def __anext__(self) -> Told | None:
        while not self._waiting:
            if self._ended:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        return self._waiting.popleft()


class Broadcast:
    """Numbers changes, remembers the last ones, and tells them to who follows."""

    def __init__(self, heartbeat: float) -> None:
        self._run = secrets.token_hex(4)
        """Numbers count within one run of the server."""
        self._heartbeat = heartbeat
        self._number = 0
        self._recent: deque[Told] = deque(maxlen=REMEMBERED)
        self._followers: set[Follower] = set()
        self._beating: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def followers(self) -> int:
        return len(self._followers)

    @property
    def last_id(self) -> str:
        return self._id(self._number)

    def tell(self, changes: Sequence[Change]) -> None:
        """A listener of the dispatcher's feed."""
        for change in changes:
            self._number += 1
            told = Told(self._id(self._number), change.job)
            self._recent.append(told)
            for follower in [f for f in self._followers if f.wants(change.job)]:
                follower.put(told)

    def since(self, last_id: str, wants: Callable[[Job], bool]) -> list[Told] | None:
        """What was told after this id; None when that is not remembered any more."""
        run, _, number = last_id.partition("-")
        if run != self._run or not number.isdecimal() or len(number) > 18:
            return None
        missed = self._number - int(number)
        if not 0 <= missed <= len(self._recent):
            return None
        start = len(self._recent) - missed
        return [told for at, told in enumerate(self._recent) if at >= start and wants(told.job)]

    @contextmanager
    def following(self, follower: Follower) -> Iterator[None]:
        self._followers.add(follower)
        if self._closed:
            follower.end()
        self._beat_later()
        try:
            yield
        finally:
            self._followers.discard(follower)

    def close(self) -> None:
        """End all streams: their clients find another server, or this one when it is back."""
        self._closed = True
        if self._beating is not None:
            self._beating.cancel()
        for follower in self._followers:
            follower.end()

    def _id(self, number: int) -> str:
        return f"{self._run}-{number}"

    def _beat_later(self) -> None:
        if self._beating is None and not self._closed:
            loop = asyncio.get_running_loop()
            self._beating = loop.call_later(self._heartbeat, self._beat)

    def _beat(self) -> None:
        self._beating = None
        for follower in list(self._followers):
            follower.put(None)
        if self._followers:
            self._beat_later()
