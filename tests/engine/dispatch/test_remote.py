"""A server that goes, comes back, is busy or refuses: jobs wait, go on, and are made once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.client.client import NoStream, ServerClient
from engine.dispatch.listening import Listening
from engine.dispatch.reach import Waits
from engine.errors import Conflict, StoreLocked
from engine.jobs import LOCAL, Choice, Job, Order, Status, Step
from engine.places import PlaceState, Server
from engine.request import Request
from engine.settings import EngineSettings
from engine.store.submissions import Submissions
from engine.wire import JobView
from tests.contract.studios import QUICK, THERE, Studio
from tests.engine.client.answering import Answering, answer, answering
from tests.engine.server.running import TestServer, settings_in, until_ended
from tests.proxy import Fate, Proxy, Trouble

COMPLETED, PENDING = Status.COMPLETED, Status.PENDING
PATIENT = replace(QUICK, first=30.0, longest=30.0, closed=30.0)
"""Comes back only when it is asked to."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TestServer]:
    with TestServer(settings_in(tmp_path / "server")) as running:
        yield running


@pytest.fixture
async def proxy(server: TestServer) -> AsyncIterator[Proxy]:
    async with Proxy(server.url) as between:
        yield between


@pytest.fixture
def there(server: TestServer, proxy: Proxy) -> Server:
    return Server(THERE, "The server", proxy.url, server.token("alice"))


def made_there(server: TestServer) -> list[Job]:
    """All jobs that the server has ever had, whoever asked."""
    jobs: list[Job] = server.in_loop(lambda: server.service.jobs.jobs())
    return jobs


def away(studio: Studio) -> bool:
    return studio.state() is PlaceState.AWAY


async def test_a_server_that_goes_and_comes_back_makes_each_take_once(
    settings: EngineSettings, server: TestServer, proxy: Proxy, there: Server
) -> None:
    async with Studio(settings, there) as studio:
        jobs = await studio.submit(*[f"steps=100 ms=5 hz={hz}" for hz in range(100, 112)])
        await studio.growing(jobs[0])
        await proxy.shut()
        await studio.until(lambda: away(studio))
        await studio.until(lambda: all(studio.latest(j.id).status is PENDING for j in jobs))
        status = studio.server_status()
        assert status is not None
        assert status.failure is not None
        assert (status.failure.code, status.waiting) == ("server_unreachable", 12)
        await proxy.open()
        done = await studio.ended(jobs)
    assert [job.status for job in done] == [COMPLETED] * 12
    assert {(job.attempt, job.retries) for job in done} == {(1, 0)}, "no attempt was burnt"
    assert len(made_there(server)) == 12


async def test_jobs_outlive_the_studio_while_the_server_is_away(
    settings: EngineSettings, server: TestServer, proxy: Proxy, there: Server
) -> None:
    async with Studio(settings, there) as studio:
        (job,) = await studio.submit("steps=60 ms=5")
        await studio.growing(job)
        await proxy.shut()
        await studio.until(lambda: away(studio))
    assert list(settings.takes_folder.glob("*")) == []
    reopened = Studio(settings, None)
    async with reopened as studio:
        studio.engine._remote = {"waits": QUICK}
        await studio.engine.servers.add(there)
        await studio.until(lambda: away(studio))
        await proxy.open()
        (done,) = await studio.ended([job])
    assert (done.status, done.attempt) == (COMPLETED, 1)
    assert len(made_there(server)) == 1, "it was found again by its key"


async def test_an_answer_that_is_lost_makes_no_second_take(
    settings: EngineSettings, server: TestServer
) -> None:
    """Every third connection is cut just after the server has heard all of a submission."""
    dice = iter(range(10_000))

    def fate() -> Fate:
        return Fate(Trouble.TRUNCATE, 0) if next(dice) % 3 == 1 else Fate()

    async with Proxy(server.url, fate) as proxy:
        entry = Server(THERE, "The server", proxy.url, server.token("alice"))
        async with Studio(settings, entry) as studio:
            jobs = await studio.submit(*[f"steps=2 hz={hz}" for hz in range(100, 110)])
            done = await studio.ended(jobs)
        assert proxy.struck[Trouble.TRUNCATE] > 3
    assert [job.status for job in done] == [COMPLETED] * 10
    assert len(made_there(server)) == 10


async def test_who_is_called_off_with_the_take_in_hand_makes_no_second_one(
    settings: EngineSettings,
    server: TestServer,
    proxy: Proxy,
    there: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    in_hand, end = asyncio.Event(), Listening.end

    async def end_late(listening: Listening) -> None:
        if not in_hand.is_set():
            in_hand.set()
            await asyncio.Event().wait()  # until it is called off
        await end(listening)

    monkeypatch.setattr(Listening, "end", end_late)
    async with Studio(settings, there) as studio:
        jobs = await studio.submit("steps=5 ms=1")
        await in_hand.wait()
        await proxy.shut()
        await studio.until(lambda: away(studio))
        await proxy.open()
        [done] = await studio.ended(jobs)
    assert done.status is COMPLETED
    assert len(made_there(server)) == 1


async def test_a_library_that_is_locked_for_a_moment_costs_no_take(
    settings: EngineSettings, server: TestServer, there: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the take in place already, and only what was sent still to be crossed out."""
    close, asked = Submissions.close, list[str]()

    def locked_once(submissions: Submissions, key: str) -> None:
        asked.append(key)
        if len(asked) == 1:
            raise StoreLocked("Another program is using the library's database.")
        close(submissions, key)

    monkeypatch.setattr(Submissions, "close", locked_once)
    async with Studio(settings, there) as studio:
        (done,) = await studio.ended(await studio.submit("steps=3"))
    assert (done.status, done.retries) == (COMPLETED, 1)
    assert len(made_there(server)) == 1


async def test_what_is_cancelled_while_the_server_is_away_is_cancelled_there_later(
    settings: EngineSettings, server: TestServer, proxy: Proxy, there: Server
) -> None:
    async with Studio(settings, there) as studio:
        kept, dropped = await studio.submit("steps=40 ms=5", "steps=100000 ms=5")
        await studio.growing(dropped)
        await proxy.shut()
        await studio.until(lambda: studio.latest(dropped.id).status is PENDING)
        await studio.queue.cancel([dropped.id])
        await proxy.open()
        await studio.ended([kept])
        (over_there,) = [j for j in made_there(server) if j.request == dropped.request]
        with server.client(there.token) as client:
            ended = await asyncio.to_thread(until_ended, client, over_there.id)
    assert ended["status"] == "cancelled"


async def test_an_edited_job_is_made_as_it_is_now(
    settings: EngineSettings, server: TestServer, proxy: Proxy, there: Server
) -> None:
    async with Studio(settings, there) as studio:
        (job,) = await studio.submit("steps=100000 ms=5")
        await studio.growing(job)
        await proxy.shut()
        await studio.until(lambda: studio.latest(job.id).status is PENDING)
        other = job.request.model_copy(update={"prompt": "steps=3"})
        await studio.queue.edit(job.id, other, None)
        await proxy.open()
        (done,) = await studio.ended([job])
    assert (done.status, done.request.prompt) == (COMPLETED, "steps=3")
    assert [job.status for job in made_there(server)].count(COMPLETED) == 1


async def test_run_here_moves_what_this_computer_can_make(
    settings: EngineSettings, server: TestServer, proxy: Proxy, there: Server
) -> None:
    async with Studio(settings, there, waits=PATIENT) as studio:
        (done,) = await studio.ended(await studio.submit("steps=3"))
        await proxy.shut()
        await studio.until(lambda: away(studio))
        (job,) = await studio.submit("steps=4")
        big = await studio.ask("steps=4", model="facebook/musicgen-large")
        assert await studio.queue.run_here([job.id, big.id]) == [big.id]
        (moved,) = await studio.ended([job])
        assert (moved.status, moved.place) == (COMPLETED, LOCAL)
        assert moved.meant_for == Choice(THERE, "scripted")
        with pytest.raises(Conflict):
            await studio.engine.servers.remove(THERE)
        await studio.queue.cancel([big.id])
        await studio.engine.servers.remove(THERE)
    assert done.place == THERE


async def test_with_fallback_on_the_chain_is_gone_through(
    settings: EngineSettings, proxy: Proxy, server: TestServer, there: Server
) -> None:
    """Server, this machine's model, an identical earlier take, sketch."""
    async with Studio(settings, there, waits=PATIENT) as studio:
        (first,) = await studio.ended(await studio.submit("steps=3"))
        assert first.place == THERE
        await studio.queue.set_fallback(True)
        await proxy.shut()
        await studio.until(lambda: away(studio))
        own, again = await studio.submit("steps=5", "steps=3")
        unknown = await studio.ask("calm piano", model="facebook/musicgen-large")
        jobs = await studio.ended([own, again, unknown])
    assert [job.status for job in jobs] == [COMPLETED] * 3
    assert [job.place for job in jobs] == [LOCAL] * 3
    assert [job.request.model for job in jobs] == ["scripted", "scripted", "sketch"]
    assert jobs[1].take is not None
    assert first.take is not None
    assert jobs[1].take.sha256 == first.take.sha256
    assert jobs[2].meant_for == Choice(THERE, "facebook/musicgen-large")


async def test_an_identical_take_stands_in_for_a_model_that_is_not_here(
    settings: EngineSettings, proxy: Proxy, there: Server
) -> None:
    here = settings.model_copy(update={"generators": {}})
    async with Studio(here, there, waits=PATIENT) as studio:
        (first,) = await studio.ended(await studio.submit("steps=3"))
        await proxy.shut()
        await studio.until(lambda: away(studio))
        (job,) = await studio.submit("steps=3")
        assert await studio.queue.run_here([job.id]) == []
        (again,) = await studio.ended([job])
    assert first.take is not None
    assert again.take is not None
    assert (again.place, again.take.sha256) == (LOCAL, first.take.sha256)


async def test_both_places_work_at_once(
    settings: EngineSettings, server: TestServer, there: Server
) -> None:
    async with Studio(settings, there) as studio:
        (far,) = await studio.submit("steps=1000 ms=5 hz=100")
        (near,) = await studio.submit("steps=1000 ms=5 hz=101", place=LOCAL)
        await studio.growing(far)
        await studio.growing(near)
        assert not studio.latest(far.id).status.final
        # A host that dies here makes no job over there wait, or run alone.
        await studio.queue.cancel([far.id, near.id])
        await studio.ended([far, near])
        await studio.until(lambda: studio.statuses[-1].running == 0)
        assert studio.statuses[-1].starts_in == 0.0
        status = studio.server_status()
        assert status is not None
        assert [model.id for model in status.models] == ["sketch", "scripted"]


@pytest.mark.logs("host")
async def test_a_suspect_here_holds_up_nobody_there(
    settings: EngineSettings, there: Server
) -> None:
    """A job that was there when the host died runs alone, but only in its own place."""
    async with Studio(settings, there) as studio:
        near = await studio.submit("steps=100000 ms=5", "steps=100000 ms=5 die=30", place=LOCAL)
        (far,) = await studio.submit("steps=100000 ms=5 hz=100")
        await studio.growing(far)
        ids = [job.id for job in near]
        await studio.until(lambda: min(studio.latest(i).retries for i in ids) >= 1)
        await studio.until(lambda: studio.latest(ids[0]).status is Status.PROCESSING)
        (late,) = await studio.submit("steps=2 hz=102")
        assert (await studio.ended([late]))[0].status is COMPLETED
        assert studio.latest(ids[1]).status is PENDING, "it still waits to run alone"
        await studio.queue.cancel([*ids, far.id])
        await studio.ended([*near, far])


HEALTH = b'{"status":"healthy","version":"0.1.0","checks":{"gpu":{"message":"GB10"}}}'
MODELS = b'{"models":[]}'
STATS = (
    b'{"pending_jobs":3,"processing_jobs":1,"completed_jobs":0,"failed_jobs":0,'
    b'"oldest_pending_job_age_seconds":1,"average_processing_time_seconds":10}'
)


def scripted(**says: bytes) -> Any:
    """Answers by route: its last word names it."""
    routes = {"health": answer(HEALTH), "models": answer(MODELS), "stats": answer(STATS)} | says

    def reply(head: str) -> bytes:
        return routes[head.split(" ")[1].split("?")[0].rsplit("/", 1)[-1]]

    return reply


async def watched(settings: EngineSettings, there: Answering, **waits: Any) -> Studio:
    studio = Studio(settings, None, waits=replace(PATIENT, **waits))
    await studio.__aenter__()
    await studio.engine.servers.add(Server(THERE, "The server", there.url, "token"))
    studio.place = THERE
    return studio


async def test_a_busy_server_is_left_alone_for_as_long_as_it_asks(
    settings: EngineSettings,
) -> None:
    busy = answer(b"{}", "429 Too Many Requests", Retry_After="120")
    async with answering(scripted(generate=busy)) as there:
        studio = await watched(settings, there)
        try:
            await studio.until(lambda: studio.state() is PlaceState.READY)
            status = studio.server_status()
            assert status is not None
            assert (status.gpu, status.queued, status.starts_in) == ("GB10", 4, 40.0)
            first, second = await studio.submit("steps=2", "steps=3")
            await studio.until(lambda: studio.state() is PlaceState.BUSY)
            await studio.until(lambda: studio.latest(first.id).retry_at is not None)
            status = studio.server_status()
            assert status is not None
            assert status.next_try is not None
            waits = (status.next_try - first.created_at).total_seconds()
            assert 100 < waits < 180
            jobs = [studio.latest(each.id) for each in (first, second)]
            assert {job.retries for job in jobs} == {0}
            assert {job.status for job in jobs} <= {PENDING, Status.PROCESSING}
            asked = [head for head in there.asked if head.startswith("POST")]
            assert 1 <= len(asked) <= 2
        finally:
            await studio.__aexit__(None, None, None)


async def test_who_has_filled_the_room_there_hears_so_and_can_go_on_here(
    settings: EngineSettings, tmp_path: Path
) -> None:
    full = settings_in(tmp_path / "server", quota_stored_bytes=1000)
    with TestServer(full) as server:
        entry = Server(THERE, "The server", server.url, server.token("alice"))
        async with Studio(settings, entry, waits=PATIENT) as studio:
            await studio.ended(await studio.submit("steps=2 hz=100"))
            (job,) = await studio.submit("steps=2 hz=101")
            await studio.until(lambda: studio.state() is PlaceState.BUSY)
            status = studio.server_status()
            assert status is not None
            assert status.failure is not None
            assert status.failure.code == "server_full"
            await studio.until(lambda: studio.latest(job.id).status is PENDING)
            assert await studio.queue.run_here([job.id]) == []
            (done,) = await studio.ended([job])
    assert (done.status, done.place) == (COMPLETED, LOCAL)


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
    async with answering(scripted(**says)) as there:
        studio = await watched(settings, there)
        try:
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
        finally:
            await studio.__aexit__(None, None, None)


class NoEvents(ServerClient):
    """As behind a proxy that lets no stream through."""

    async def events(self, job_id: str, last_id: str = "") -> AsyncGenerator[tuple[str, JobView]]:
        raise NoStream
        yield  # it is a generator all the same


async def test_where_no_events_come_the_job_is_looked_at(
    settings: EngineSettings, there: Server
) -> None:
    async with Studio(settings, there, connect=NoEvents) as studio:
        (job,) = await studio.submit("steps=100 ms=10")
        (done,) = await studio.ended([job])
        assert done.status is COMPLETED
        progress = {c.job.progress for c in studio.changes if c.job.step is Step.GENERATING}
        assert len(progress) > 1


async def test_a_new_token_lets_the_jobs_go_on(
    settings: EngineSettings, server: TestServer, there: Server
) -> None:
    studio = Studio(settings, None, waits=PATIENT)
    async with studio:
        await studio.engine.servers.add(replace(there, token="wrong"))  # noqa: S106
        await studio.until(lambda: studio.state() is PlaceState.CLOSED)
        studio.place = THERE
        (job,) = await studio.submit("steps=3")
        await studio.engine.servers.add(there)
        assert (await studio.ended([job]))[0].status is COMPLETED


async def test_jobs_of_a_server_that_nobody_knows_are_told_of(settings: EngineSettings) -> None:
    async with Studio(settings, None) as studio:
        (job,) = await studio.submit("steps=3", place="forgotten")
        await studio.until(lambda: studio.state() is PlaceState.CLOSED)
        status = studio.server_status()
        assert status is not None
        assert (status.place, status.waiting) == ("forgotten", 1)
        assert await studio.queue.run_here([job.id]) == []
        assert (await studio.ended([job]))[0].status is COMPLETED


async def test_what_can_not_be_sent_fails_with_its_reason(
    settings: EngineSettings, there: Server
) -> None:
    async with Studio(settings, there) as studio:
        empty = await studio.queue.submit([Order(Request(prompt=""), place=THERE)])
        unknown = await studio.ask(model="not/there")
        done = await studio.ended([*empty, unknown])
        assert [job.error.code for job in done if job.error] == [
            "invalid_request",
            "server_invalid",
        ]
        assert done[1].error is not None
        assert "model: is not one of this server's models" in done[1].error.detail


def test_the_waits_of_a_studio_are_patient_ones() -> None:
    waits = Waits()
    assert waits.first <= 2
    assert waits.longest >= 30
