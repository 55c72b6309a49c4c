"""The breaker of a server: when nothing is sent there, and what it takes to be sent again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import pytest

from engine.client.client import Health
from engine.dispatch.reach import Reach, Waits
from engine.errors import ServerAway, ServerBusy, ServerClosed, ServerError, ServerRefused
from engine.jobs import utc_now
from engine.places import PlaceState, Server
from engine.wire import ModelsView, QueueStats

PATIENT = Waits(failures=3, first=1000.0, longest=1000.0, closed=1000.0, look=1000.0)
"""It looks again only when it is asked to, or when the server said."""
VERSION = version("dgx-music-studio")
GONE = ServerAway("server_unreachable", "The server can't be reached.")


def after(error: ServerAway | ServerBusy, seconds: float) -> ServerError:
    error.retry_after = seconds
    return error


class Fake:
    """A server that answers as it is told to, and its reach."""

    def __init__(self, waits: Waits = PATIENT) -> None:
        self.trouble: ServerError | None = None
        """Of each look."""
        self.looks = 0
        self.asked = 0
        self._changed = asyncio.Event()
        entry = Server("there", "The server", "http://there")
        self.reach = Reach(entry, self, waits, self._changed.set)  # type: ignore[arg-type]

    async def health(self) -> Health:
        self.looks += 1
        if self.trouble is not None:
            raise self.trouble
        return Health(status="healthy", version=VERSION, checks={})

    async def models(self) -> ModelsView:
        return ModelsView(models=[])

    async def stats(self) -> QueueStats:
        return QueueStats(
            pending_jobs=0, processing_jobs=0, completed_jobs=0, failed_jobs=0,
            oldest_pending_job_age_seconds=None, average_processing_time_seconds=None,
        )  # fmt: skip

    async def answer(self, trouble: ServerError | None = None) -> str:
        """One of the server's verbs."""
        self.asked += 1
        if trouble is not None:
            raise trouble
        return "answer"

    async def ask(self, *troubles: ServerError | None) -> list[Any]:
        """What comes of such requests, one after the other."""
        return [
            (await asyncio.gather(self.reach.ask(self.answer, each), return_exceptions=True))[0]
            for each in troubles
        ]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def state(self) -> PlaceState:
        return self.reach.status.state


@pytest.fixture
async def there() -> AsyncIterator[Fake]:
    fake = Fake()
    fake.reach.start()
    await fake.until(lambda: fake.reach.ready)
    yield fake
    await fake.reach.stop()


async def test_nothing_is_sent_after_some_failures_in_a_row(there: Fake) -> None:
    there.trouble = GONE
    assert await there.ask(GONE, GONE, None, GONE, GONE) == [GONE, GONE, "answer", GONE, GONE]
    assert there.reach.ready, "never three in a row"
    await there.ask(GONE)
    assert there.state() is PlaceState.AWAY
    asked = there.asked
    [refused] = await there.ask(None)
    assert isinstance(refused, ServerAway) and refused.code == "server_unreachable"
    assert there.asked == asked, "nothing was sent"


async def test_what_is_wrong_with_one_request_counts_for_nothing(there: Fake) -> None:
    refused = ServerRefused("server_invalid", "The server does not accept these settings.")
    assert await there.ask(*[refused] * 9, None) == [*[refused] * 9, "answer"]
    assert there.reach.ready


async def test_the_trial_is_a_look_and_closes_it(there: Fake) -> None:
    there.trouble = GONE
    await there.ask(GONE, GONE, GONE)
    await there.until(lambda: there.reach.status.next_try is not None)
    looks = there.looks
    there.reach.retry_now()
    await there.until(lambda: there.looks > looks)
    assert there.state() is PlaceState.AWAY and there.asked == 3
    await there.ask(None)
    assert there.asked == 3, "after a trial that failed nothing is sent either"
    there.trouble = None
    there.reach.retry_now()
    await there.until(lambda: there.reach.ready)
    assert await there.ask(GONE, GONE, None) == [GONE, GONE, "answer"], "counted from none again"


async def test_a_late_answer_is_no_trial(there: Fake) -> None:
    there.trouble = GONE
    late: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def answer() -> str:
        return await late

    earlier = asyncio.create_task(there.reach.ask(answer))
    await asyncio.sleep(0)
    await there.ask(GONE, GONE, GONE)
    late.set_result("late")
    assert await earlier == "late"
    assert there.state() is PlaceState.AWAY
    assert isinstance((await there.ask(None))[0], ServerAway)


@pytest.mark.parametrize(
    ("trouble", "state"),
    [
        (ServerClosed("server_login", "The server does not know this token."), PlaceState.CLOSED),
        (after(ServerAway("server_unavailable", "It can't now."), 500.0), PlaceState.AWAY),
    ],
)
async def test_some_trouble_is_enough_once(
    there: Fake, trouble: ServerError, state: PlaceState
) -> None:
    there.trouble = trouble
    await there.ask(trouble)
    assert there.state() is state
    await there.until(lambda: there.reach.status.next_try is not None)
    asked_for = getattr(trouble, "retry_after", 1000.0)
    assert there.reach.status.next_try is not None
    seconds = (there.reach.status.next_try - utc_now()).total_seconds()
    assert asked_for - 60 < seconds <= asked_for
    [refused] = await there.ask(None)
    assert isinstance(refused, ServerAway) and refused.code == trouble.code and there.asked == 1


async def test_who_asks_for_a_pause_still_tells_of_what_it_has(there: Fake) -> None:
    busy = after(ServerBusy("server_busy", "The server asks for a pause."), 3000.0)
    await there.ask(busy)
    assert there.state() is PlaceState.BUSY
    assert await there.ask(None) == ["answer"]
    await there.until(lambda: there.reach.status.next_try is not None)
    there.trouble = GONE
    await there.ask(GONE, GONE, GONE)  # gone in its pause: that is seen at once
    await there.until(lambda: there.state() is PlaceState.AWAY)


async def test_a_server_that_never_answered_is_asked_nothing() -> None:
    there = Fake(replace(PATIENT, first=0.01, longest=0.01))
    there.trouble = GONE
    there.reach.start()
    await there.until(lambda: there.looks > 5)
    assert isinstance((await there.ask(None))[0], ServerAway) and there.asked == 0
    there.trouble = None
    await there.until(lambda: there.reach.ready)
    await there.reach.stop()
