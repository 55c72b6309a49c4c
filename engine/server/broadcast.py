"""Changes on their way to followers: each hears those of its owner's jobs, from where it left off.

Comes from the dispatcher's own feed. A follower that does not keep up is let go: it comes back
with the id of the last change that it saw.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from engine.jobs import Change, Job

__all__ = ["AT_ONCE", "WRITTEN_AT_ONCE", "Broadcast", "Follower", "Told", "tells_the_end"]

log = logging.getLogger(__name__)

REMEMBERED = 20_000
"""Changes kept for those who come back."""
PATIENCE = 2_000
"""Changes that may wait for one follower."""
AT_ONCE = 100
"""Changes written in one go: who falls behind catches up, and no write is larger than this."""
WRITTEN_AT_ONCE = 200
"""Followers that are written to before anything else has its turn: a few milliseconds."""
GATHERING = 10e-6
"""Seconds for each other follower, for which news wait for what follows them: a job begins, grows
and ends within some steps of a tenth of a second, and each write to ten thousand takes as long."""


@dataclass(frozen=True, slots=True)
class Told:
    """One change, numbered."""

    id: str
    job: Job
    parts: list[bytes] = field(default_factory=list)
    """The change as an event, written once for all; cut where the address stands by which each has
    reached the server, as callers may make up any number of those."""


class Follower:
    """One stream's queue. Each round of it gives what waits, in its order; nothing is a heartbeat.

    It ends by raising StopAsyncIteration, when the server does or when it is too far ``behind``.
    """

    def __init__(self, owner: str, job_id: str | None) -> None:
        self.owner = owner
        self.job_id = job_id
        """The only job that it follows; None: all of the owner's."""
        self.behind = False
        self.straight: Callable[[list[Told]], bool] | None = None
        """Writes news, or a heartbeat if there are none, past whoever goes its rounds; False when
        that has to wait, and is for those."""
        self._waiting: deque[Told] = deque()
        self._news = asyncio.Event()
        self._idle = False
        """Who goes its rounds waits, and has nothing under way."""
        self._beat = False
        self._ended = False

    def wants(self, job: Job) -> bool:
        return job.owner == self.owner and self.job_id in (None, job.id)

    def tell(self, told: Told) -> None:
        if self._ended:
            return
        if len(self._waiting) >= PATIENCE:
            self.behind = True
            self.end()
        else:
            self._waiting.append(told)
            if self.straight is None:
                self._news.set()

    def write(self) -> None:
        """Write what waits straight, or leave it to the next round."""
        waiting = self._waiting
        if waiting and len(waiting) <= AT_ONCE and self._goes_straight(list(waiting)):
            waiting.clear()
        elif waiting:
            self._news.set()

    def beat(self) -> None:
        """Write that it is still there, unless there is more to say."""
        if self._waiting:
            self.write()
        elif not self._goes_straight([]):
            self._beat = True
            self._news.set()

    def end(self) -> None:
        self._ended = True
        self._news.set()

    def _goes_straight(self, news: list[Told]) -> bool:
        """What fails is left to who goes its rounds, and fails there again if it must: that ends
        one stream, where it would end the writing to all here."""
        if self._ended or not self._idle or self.straight is None:
            return False
        try:
            return self.straight(news)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is of this stream alone
            log.info("events can't go straight now: %r", error)
            return False

    def __aiter__(self) -> Follower:
        return self

    async def __anext__(self) -> list[Told]:
        while not self._waiting and not self._beat:
            if self._ended:
                raise StopAsyncIteration
            self._news.clear()
            self._idle = True
            await self._news.wait()
            self._idle = False
        self._beat = False
        waiting = self._waiting
        return [waiting.popleft() for _ in range(min(len(waiting), AT_ONCE))]


class Broadcast:
    """Numbers changes, remembers the last ones, and tells them to who follows."""

    def __init__(self, heartbeat: float) -> None:
        self._run = secrets.token_hex(4)
        """Numbers count within one run of the server."""
        self._heartbeat = heartbeat
        self._number = 0
        self._recent: deque[Told] = deque(maxlen=REMEMBERED)
        self._followers: defaultdict[tuple[str, str | None], set[Follower]] = defaultdict(set)
        """By whose changes, and of which job, they want: thousands may follow, few are told."""
        self._beating: asyncio.TimerHandle | None = None
        self._next: dict[Follower, bool] = {}
        """Who is written to in the next round; True: even if there are no news for it."""
        self._now: dict[Follower, bool] = {}
        """And in this one, one after the other."""
        self._writing: asyncio.Handle | None = None
        self._closed = False

    @property
    def followers(self) -> int:
        return sum(map(len, self._followers.values()))

    @property
    def last_id(self) -> str:
        return f"{self._run}-{self._number}"

    def follows(self, job: Job) -> bool:
        """Whether somebody wants to hear of this job."""
        return not self._followers.keys().isdisjoint(((job.owner, None), (job.owner, job.id)))

    def now(self, job: Job) -> Told:
        """How a job is, for who begins to follow: what comes after this is told."""
        return Told(self.last_id + _end_mark(job), job)

    def beginning(self, jobs: Sequence[Job]) -> list[Told]:
        """How several jobs are, for who begins to follow them. Only from the last one he can go on
        later: who breaks off before it is told all of them anew."""
        before = [Told(f"{self._run}-beginning", job) for job in jobs[:-1]]
        return before + [self.now(job) for job in jobs[-1:]]

    def tell(self, changes: Sequence[Change]) -> None:
        """A listener of the dispatcher's feed."""
        for change in changes:
            self._number += 1
            job = change.job
            told = Told(self.last_id + _end_mark(job), job)
            self._recent.append(told)
            for wanted in ((job.owner, None), (job.owner, job.id)):
                for follower in self._followers.get(wanted, ()):
                    follower.tell(told)
                    if follower.straight is not None:
                        self._next.setdefault(follower, False)
        self._write_soon()

    def since(self, last_id: str, wants: Callable[[Job], bool]) -> list[Told] | None:
        """What was told after this id; None when that is not remembered any more."""
        run, _, number = last_id.partition(".")[0].partition("-")
        if run != self._run or not number.isdecimal() or len(number) > 18:
            return None
        missed = self._number - int(number)
        if not 0 <= missed <= len(self._recent):
            return None
        start = len(self._recent) - missed
        return [told for at, told in enumerate(self._recent) if at >= start and wants(told.job)]

    @contextmanager
    def following(self, follower: Follower) -> Iterator[None]:
        wanted = (follower.owner, follower.job_id)
        self._followers[wanted].add(follower)
        if self._closed:
            follower.end()
        self._beat_later()
        try:
            yield
        finally:
            follower.straight = None
            for turns in (self._next, self._now):
                turns.pop(follower, None)
            self._followers[wanted].discard(follower)
            if not self._followers[wanted]:
                del self._followers[wanted]

    def close(self) -> None:
        """End all streams: their clients find another server, or this one when it is back."""
        self._closed = True
        if self._beating is not None:
            self._beating.cancel()
        for follower in self._all():
            follower.end()

    def _write_soon(self) -> None:
        if self._next and self._writing is None:
            gathering = GATHERING * (len(self._next) - 1)
            loop = asyncio.get_running_loop()
            self._writing = loop.call_later(gathering, self._begin_round)

    def _begin_round(self) -> None:
        self._now, self._next = self._next, {}
        self._write()

    def _write(self) -> None:
        """To some after the others, so that all else on this loop has its turn in between; and all
        that a follower has not heard yet in one go."""
        try:
            for follower in [*itertools.islice(self._now, WRITTEN_AT_ONCE)]:
                if self._now.pop(follower):
                    follower.beat()
                else:
                    follower.write()
        finally:  # whatever becomes of this one, the next round comes
            again = asyncio.get_running_loop().call_soon(self._write) if self._now else None
            self._writing = again
            self._write_soon()

    def _all(self) -> list[Follower]:
        return [follower for some in self._followers.values() for follower in some]

    def _beat_later(self) -> None:
        if self._beating is None and not self._closed:
            loop = asyncio.get_running_loop()
            self._beating = loop.call_later(self._heartbeat, self._beat)

    def _beat(self) -> None:
        self._beating = None
        for follower in self._all():
            self._next[follower] = True
        self._write_soon()
        if self._followers:
            self._beat_later()


def tells_the_end(last_id: str, job: Job) -> bool:
    """Whether who has this id was told how the job has ended, by whichever server."""
    return bool(_end_mark(job)) and last_id.endswith(_end_mark(job))


def _end_mark(job: Job) -> str:
    """What the id of an end ends in. Numbers count within one run of one server; by this another
    one knows, too, that it need not be told again."""
    if not job.status.final or job.finished_at is None:
        return ""
    return f".{job.finished_at.timestamp() * 1000:.0f}"
