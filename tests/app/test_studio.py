"""The window's door over the engine's thread: nothing waits, everything comes back in order."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.engine_thread import EngineThread
from app.notices import Notice
from app.studio import SLICE, Studio
from engine.dispatch.feed import Feed
from engine.errors import StoreLocked
from engine.jobs import Change, Job, Order, Status, Step, utc_now
from engine.local import LocalEngine
from engine.request import Request
from engine.settings import EngineSettings
from engine.status import EngineState
from tests.engine.conftest import SCRIPTED


@pytest.fixture
def settings(tmp_path: Path) -> EngineSettings:
    return EngineSettings(
        data_folder=tmp_path / "data",
        takes_folder=tmp_path / "takes",
        cache_folder=tmp_path / "cache",
        generators=SCRIPTED,
    )


@pytest.fixture
def engine(settings: EngineSettings) -> Iterator[EngineThread]:
    thread = EngineThread(lambda feed: LocalEngine(settings, feed))
    yield thread
    thread.stop()


class Heard:
    """All that a studio tells, and on which thread."""

    def __init__(self, studio: Studio) -> None:
        self.batches: list[list[Change]] = []
        self.notices: list[Notice] = []
        self.threads: set[int] = set()
        studio.changed.connect(self._changed)
        studio.notified.connect(self.notices.append)

    @property
    def jobs(self) -> dict[str, Job]:
        return {change.job.id: change.job for batch in self.batches for change in batch}

    def _changed(self, changes: list[Change]) -> None:
        self.threads.add(threading.get_ident())
        self.batches.append(changes)


def test_an_order_comes_back_as_a_take_on_the_windows_thread(
    qtbot: QtBot, engine: EngineThread
) -> None:
    studio = Studio(engine)
    heard = Heard(studio)
    studio.submit([Order(Request(prompt="steps=3", model="scripted", duration=2))])
    assert heard.jobs == {}, "the verb returned at once; the engine is not even started"
    engine.start()

    def done() -> None:
        assert [job.status for job in heard.jobs.values()] == [Status.COMPLETED]

    qtbot.waitUntil(done, timeout=30_000)
    assert heard.threads == {threading.get_ident()}


def test_what_is_refused_becomes_a_notice(qtbot: QtBot, engine: EngineThread) -> None:
    studio = Studio(engine)
    heard = Heard(studio)
    engine.start()
    studio.edit("gen_never", Request())
    qtbot.waitUntil(lambda: bool(heard.notices), timeout=30_000)
    assert "no longer in the library" in heard.notices[0].text


def test_what_was_asked_last_is_done_before_the_engine_ends(
    qtbot: QtBot, engine: EngineThread, settings: EngineSettings
) -> None:
    studio = Studio(engine)
    heard = Heard(studio)
    engine.start()
    studio.submit([Order(Request(prompt="steps=3", model="scripted", duration=2))])
    qtbot.waitUntil(lambda: any(job.take for job in heard.jobs.values()), timeout=30_000)
    (id_,) = heard.jobs
    studio.annotate(id_, notes="written as the window closed")
    engine.stop()

    async def notes() -> str:
        async with LocalEngine(settings, Feed()) as again:
            take = (await again.dispatcher.job(id_)).take
            return take.notes if take else "no take"

    assert asyncio.run(notes()) == "written as the window closed"


def test_a_huge_batch_comes_in_slices(qtbot: QtBot, engine: EngineThread) -> None:
    studio = Studio(engine)
    heard = Heard(studio)
    studio.set_paused(True)
    count = 2 * SLICE + 1
    studio.submit([Order(Request(prompt=f"{number}")) for number in range(count)])
    engine.start()
    qtbot.waitUntil(lambda: len(heard.jobs) == count, timeout=30_000)
    assert max(map(len, heard.batches)) == SLICE
    assert [job.request.prompt for job in heard.jobs.values()] == [str(n) for n in range(count)]


@pytest.mark.logs("could not be opened|store_locked")
def test_an_engine_that_can_not_open_is_told_and_ends_in_order(
    qtbot: QtBot, engine: EngineThread, settings: EngineSettings
) -> None:
    engine.start()
    engine.run(lambda queue: queue.jobs()).result()
    second = EngineThread(lambda feed: LocalEngine(settings, feed))
    studio = Studio(second)
    heard = Heard(studio)
    second.start()
    studio.load()
    qtbot.waitUntil(lambda: len(heard.notices) >= 2, timeout=30_000)
    assert "already open" in heard.notices[0].text
    qtbot.waitUntil(lambda: studio.status.state is EngineState.STOPPED, timeout=30_000)
    with pytest.raises(StoreLocked):
        second.run(lambda queue: queue.jobs()).result(10)
    second.stop()


@dataclass
class ChangesAtOnce:
    """An engine and its queue, of which a job changes as soon as all jobs were looked up."""

    feed: Feed
    servers: Any = None

    @property
    def dispatcher(self) -> Any:
        return self

    async def jobs(self) -> list[Job]:
        waits = Job("gen_1", Request(), "x", Status.PENDING, Step.QUEUED, utc_now())
        runs = replace(waits, status=Status.PROCESSING)
        asyncio.get_running_loop().call_soon(self.feed.changed, [runs])
        return [waits]


def test_what_changes_while_all_is_loaded_comes_after_that(qtbot: QtBot) -> None:
    @asynccontextmanager
    async def opened(feed: Feed) -> AsyncIterator[ChangesAtOnce]:
        yield ChangesAtOnce(feed)

    thread = EngineThread(opened)
    studio = Studio(thread)
    told: list[Status] = []
    studio.loaded.connect(lambda jobs: told.append(jobs[0].status))
    studio.changed.connect(lambda changes: told.append(changes[0].job.status))
    studio.load()
    thread.start()
    qtbot.waitUntil(lambda: len(told) == 2)
    thread.stop()
    assert told == [Status.PENDING, Status.PROCESSING]
