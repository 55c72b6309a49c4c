"""A server that asks for a pause, refuses, forgets or cuts off: what the studio makes of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from engine.jobs import Status
from engine.places import PlaceState, PlaceStatus, Server
from engine.settings import EngineSettings
from tests.contract.studios import PATIENT, THERE, Studio
from tests.engine.client.answering import JOB, Answering, answer, answering

PENDING = Status.PENDING

HEALTH = b'{"status":"healthy","version":"0.1.0","checks":{"gpu":{"message":"GB10"}}}'
MODELS = b'{"models":[]}'
STATS = (
    b'{"pending_jobs":3,"processing_jobs":1,"completed_jobs":0,"failed_jobs":0,'
    b'"oldest_pending_job_age_seconds":1,"average_processing_time_seconds":10}'
)


MADE = (
    b"id: 1\ndata: "
    + JOB.replace(b"processing", b"completed").replace(b"generating", b"completed")
    + b"\n\n"
)
LINK = b'{"url":"/api/v1/media/music/a.wav?expires=1","expires_at":"2125-11-07T10:30:00Z"}'
EVENTS = "text/event-stream"
UNKNOWN = answer(b"{}", "404 Not Found")

Says = bytes | Callable[[], bytes]


def scripted(**says: Says) -> Callable[[str], bytes]:
    """Answers by route: its last word names it."""
    routes: dict[str, Says] = {
        "health": answer(HEALTH), "models": answer(MODELS), "stats": answer(STATS), **says,
    }  # fmt: skip

    def reply(head: str) -> bytes:
        said = routes[_last_word(head)]
        return said if isinstance(said, bytes) else said()

    return reply


def asked(there: Answering, word: str) -> list[str]:
    """What was asked of this route."""
    return [head for head in there.asked if _last_word(head) == word]


def _last_word(head: str) -> str:
    return head.split(" ")[1].split("?")[0].rsplit("/", 1)[-1]


@asynccontextmanager
async def watching(
    settings: EngineSettings, there: Answering, **waits: Any
) -> AsyncIterator[Studio]:
    """A studio that comes back to this server only when it is asked to."""
    async with Studio(settings, None, waits=replace(PATIENT, **waits)) as studio:
        await studio.engine.servers.add(Server(THERE, "The server", there.url, "token"))
        studio.place = THERE
        yield studio


async def test_a_busy_server_is_left_alone_for_as_long_as_it_asks(
    settings: EngineSettings,
) -> None:
    busy = answer(b"{}", "429 Too Many Requests", Retry_After="120")
    async with (
        answering(scripted(generate=busy)) as there,
        watching(settings, there) as studio,
    ):
        await studio.until(lambda: studio.state() is PlaceState.READY)
        status = studio.server_status()
        assert status is not None
        assert (status.gpu, status.queued, status.starts_in) == ("GB10", 4, 40.0)
        first, second = await studio.submit("steps=2", "steps=3")
        await studio.until(lambda: studio.state() is PlaceState.BUSY)
        await studio.until(lambda: studio.latest(first.id).retry_at is not None)

        def told() -> PlaceStatus | None:
            status = studio.server_status()
            return status if status and status.next_try else None

        await studio.until(lambda: told() is not None)
        status = told()
        assert status is not None
        assert status.next_try is not None
        waits = (status.next_try - first.created_at).total_seconds()
        assert 100 < waits < 180
        jobs = [studio.latest(each.id) for each in (first, second)]
        assert {job.retries for job in jobs} == {0}
        assert {job.status for job in jobs} <= {PENDING, Status.PROCESSING}
        assert 1 <= len(asked(there, "generate")) <= 2


@pytest.mark.parametrize(
    ("says", "code"),
    [
        ({"models": answer(b"{}", "401 Unauthorized")}, "server_login"),
        ({"models": answer(b"{}", "403 Forbidden")}, "server_forbidden"),
        ({"health": answer(HEALTH.replace(b"0.1.0", b"7.0.0"))}, "server_version"),
        ({"health": answer(b"{}", "404 Not Found")}, "server_strange"),
        ({"health": answer(b"<html>hello</html>")}, "server_strange"),
    ],
)
async def test_a_server_that_a_person_must_look_at_is_closed_and_says_why(
    settings: EngineSettings, says: dict[str, bytes], code: str
) -> None:
    async with answering(scripted(**says)) as there, watching(settings, there) as studio:
        await studio.until(lambda: studio.state() is PlaceState.CLOSED)
        (job,) = await studio.submit("steps=2")
        status = studio.server_status()
        assert status is not None
        assert status.failure is not None
        assert status.failure.code == code
        there.said = [scripted(generate=answer(b"{}", "413 Too Large"))]
        await studio.engine.servers.retry_now(THERE)  # not after half a minute
        (ended,) = await studio.ended([job])
        assert ended.error is not None
        assert ended.error.code == "server_too_large"


@pytest.mark.parametrize(
    "says",
    [
        {"events": answer(b"{}", "401 Unauthorized")},
        {
            "events": answer(MADE, length=None, Content_Type=EVENTS),
            "url": answer(LINK),
            "a.wav": answer(b"{}", "401 Unauthorized"),
        },
    ],
    ids=["as it is followed", "as it is fetched"],
)
async def test_a_login_that_ends_under_way_closes_the_server_at_once(
    settings: EngineSettings, says: dict[str, bytes]
) -> None:
    """Or its job would be sent there again and again until somebody looks how it is."""
    there_says = scripted(generate=answer(JOB), **says)
    async with answering(there_says) as there, watching(settings, there, look=1000.0) as studio:
        await studio.until(lambda: studio.state() is PlaceState.READY)
        (job,) = await studio.submit("steps=2")
        await studio.until(lambda: studio.state() is PlaceState.CLOSED)
        await studio.until(lambda: studio.latest(job.id).status is PENDING)
        assert len(asked(there, "events")) == 1
        assert studio.latest(job.id).retries == 0


async def test_events_that_are_cut_off_again_and_again_are_asked_for_with_pauses(
    settings: EngineSettings,
) -> None:
    """As by a server that is about to end, or a proxy that keeps no stream open."""
    stream = answer(b"id: 1\ndata: " + JOB + b"\n\n", length=None, Content_Type=EVENTS)
    number = count(1)

    def stats() -> bytes:
        """Each look finds another figure, and so is told."""
        return answer(STATS.replace(b":3,", b":%d," % next(number)))

    there_says = scripted(generate=answer(JOB), events=stream, gen_1=answer(JOB), stats=stats)
    async with (
        answering(there_says) as there,
        watching(settings, there, look=0.05, again=1000.0) as studio,
    ):
        await studio.until(lambda: studio.state() is PlaceState.READY)
        (job,) = await studio.submit("steps=2")
        await studio.growing(job)
        looks = len(asked(there, "stats"))
        await studio.until(lambda: len(asked(there, "stats")) >= looks + 5)
        assert len(asked(there, "events")) == len(asked(there, "gen_1")) == 1


async def test_a_server_that_forgets_what_it_takes_is_told_in_plain_words(
    settings: EngineSettings,
) -> None:
    there_says = scripted(generate=answer(JOB), events=UNKNOWN, gen_1=UNKNOWN)
    async with answering(there_says) as there, watching(settings, there) as studio:
        await studio.until(lambda: studio.state() is PlaceState.READY)
        (ended,) = await studio.ended(await studio.submit("steps=2"))
    assert ended.error is not None
    assert (ended.status, ended.error.code) == (Status.FAILED, "server_strange")
    sent = asked(there, "generate")
    keys = {line for head in sent for line in head.lower().split("\r\n") if "idempotency" in line}
    assert len(keys) == len(sent) >= 2, "each time anew"
    assert len(asked(there, "events")) == len(sent), "of one job it says nothing about others"
