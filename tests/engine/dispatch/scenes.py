"""A scheduler over real rows, with a lane that does what the test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from engine.dispatch.allowance import Allowance, Free
from engine.dispatch.feed import Feed
from engine.dispatch.files import TakeFiles
from engine.dispatch.lane import Completed, Listener, Sources
from engine.dispatch.posts import Post
from engine.dispatch.scheduler import Scheduler
from engine.jobs import LOCAL, Job, Maker, Order, Status, Take
from engine.places import PlaceStatus
from engine.request import Request
from engine.settings import EngineSettings
from engine.store.claims import Claims
from engine.store.factory import open_store
from engine.store.store import Store

PATIENCE = 60.0
"""Seconds that only say "never"."""


class ScriptedLane:
    """Takes runs; the test tells what becomes of them."""

    place = LOCAL
    ends_early = False
    status: PlaceStatus | None = None
    model = None
    loaded = None
    room = 4

    def __init__(self, news: asyncio.Event) -> None:
        """``news`` is set when it was given something."""
        self.runs: dict[str, Job] = {}
        """All that it was given, by their tokens."""
        self._news = news
        self.tell: Listener = lambda _: None

    def maker(self, model: str) -> Maker | None:
        return None

    async def start(self, listener: Listener) -> None:
        self.tell = listener

    def run(self, run: str, job: Job, path: Path, sources: Sources) -> None:
        self.runs[run] = job
        self._news.set()

    def drop(self, run: str) -> None: ...

    def stop_here(self, run: str) -> None: ...

    def pause(self, paused: bool) -> None: ...

    async def stop(self, patience: float = 0.0) -> None:
        self.tell = lambda _: None

    def token(self, job: Job) -> str:
        """Of its latest run here."""
        return next(run for run, own in reversed(self.runs.items()) if own.id == job.id)


class SlowFiles(TakeFiles):
    """Keeps and fetches nothing before ``there`` is set."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.there = asyncio.Event()

    def at_hand(self, place: Path) -> Path | None:
        return None

    async def fetch(self, place: Path) -> Path:
        await self.there.wait()
        return place

    async def keep(self, job: Job, take: Take) -> Take:
        await self.there.wait()
        return take


class Scene:
    """Open, with one lane."""

    def __init__(self, settings: EngineSettings, allowance: Allowance | None = None) -> None:
        self.database = open_store(settings.database, None, sole=True).database
        self.store, self.claims = Store(self.database), Claims(self.database)
        self.files = SlowFiles(settings.takes_folder)
        self.news = asyncio.Event()
        self.lane = ScriptedLane(self.news)
        self.feed = Feed()
        self.feed.listen(lambda _: self.news.set(), lambda _: None, lambda _: None)
        self.scheduler = Scheduler(
            self.store,
            self.claims,
            self.files,
            settings,
            self.feed,
            lambda _model: True,
            lambda: None,
            Free(self.claims.suspects) if allowance is None else allowance,
        )
        self.scheduler.posts.append(Post(self.lane))

    def submit(self, count: int = 1, *, suspect: bool = False, **request: object) -> list[Job]:
        """``suspect``: as if they had been there when the host died."""
        orders = [Order(Request(prompt="x", **request))] * count  # type: ignore[arg-type]
        jobs = self.store.submit(orders)
        if suspect:
            with self.database.writing():
                table = self.store._tables.jobs
                ids = [job.id for job in jobs]
                table.update({table.suspect: True}).where(table.id.in_(ids)).execute()
        return jobs

    def begun(self) -> list[str]:
        """Ids of jobs, as the lane was given them."""
        return [job.id for job in self.lane.runs.values()]

    def status(self, job: Job) -> Status:
        return self.store.job(job.id).status

    def made(self, job: Job) -> None:
        """The lane has ended its run well."""
        token = self.lane.token(job)
        self.lane.tell(Completed(token, self.take_of(job), 1.0))

    def take_of(self, job: Job) -> Take:
        return Take(self.files.folder / f"{job.id}.wav", 1.0, 44100, 2, "0" * 64)

    async def until(self, condition: Callable[[], object]) -> None:
        """Looked at again after all that is told, and all that the lane is given."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                self.news.clear()
                await self.news.wait()

    async def settled(self) -> None:
        """All that is due on the loop is done."""
        for _ in range(20):
            await asyncio.sleep(0)


@asynccontextmanager
async def opened(
    settings: EngineSettings, allowance: Allowance | None = None
) -> AsyncIterator[Scene]:
    """A scene, at the end of which nothing is left. ``scheduler.start`` is the test's."""
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    scene = Scene(settings, allowance)
    try:
        yield scene
    finally:
        await scene.scheduler.close(0.0)
        scene.database.close()
