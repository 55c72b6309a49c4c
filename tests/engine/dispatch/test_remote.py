"""A server that goes, comes back, is busy or refuses: jobs wait, go on, and are made once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from engine.client.client import NoStream, ServerClient
from engine.dispatch.listening import Listening
from engine.dispatch.reach import Waits
from engine.errors import StoreLocked
from engine.jobs import LOCAL, Job, Order, Status, Step
from engine.places import PlaceState, Server
from engine.request import Request
from engine.settings import EngineSettings
from engine.store.submissions import Submissions
from engine.wire import JobView
from tests.contract.studios import QUICK, THERE, Studio
from tests.engine.server.running import TestServer, until_ended
from tests.proxy import Fate, Proxy, Trouble

COMPLETED, PENDING = Status.COMPLETED, Status.PENDING
PATIENT = replace(QUICK, first=30.0, longest=30.0, closed=30.0)
"""Comes back only when it is asked to."""


def made_there(server: TestServer) -> list[Job]:
    """All jobs that the server has ever had, whoever asked."""
    jobs: list[Job] = server.in_loop(lambda: server.service.jobs.jobs())
    return jobs


def away(studio: Studio) -> bool:
    return studio.state() is PlaceState.AWAY


def waiting(studio: Studio) -> int:
    """The jobs that wait for the server, as the studio last told."""
    status = studio.server_status()
    return status.waiting if status else 0


async def test_a_server_that_goes_and_comes_back_makes_each_take_once(
    settings: EngineSettings, server: TestServer, proxy: Proxy, there: Server
) -> None:
    async with Studio(settings, there) as studio:
        jobs = await studio.submit(*[f"steps=100 ms=5 hz={hz}" for hz in range(100, 112)])
        await studio.growing(jobs[0])
        await proxy.shut()
        await studio.until(lambda: away(studio))
        await studio.until(lambda: all(studio.latest(j.id).status is PENDING for j in jobs))
        await studio.until(lambda: waiting(studio) == 12)  # told less often than the jobs are
        status = studio.server_status()
        assert status is not None
        assert status.failure is not None
        assert status.failure.code == "server_unreachable"
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


@pytest.mark.parametrize(("gone", "again"), [("delete", "restore"), ("cancel", "retry")])
async def test_what_is_wanted_again_while_it_is_called_back_is_made(
    settings: EngineSettings, server: TestServer, there: Server, gone: str, again: str
) -> None:
    called_back, answers = asyncio.Event(), asyncio.Event()

    class Slow(ServerClient):
        """Hears late that something was cancelled."""

        async def cancel(self, job_id: str) -> None:
            await super().cancel(job_id)
            called_back.set()
            await answers.wait()

    async with Studio(settings, there, connect=Slow) as studio:
        (job, other) = await studio.submit("steps=100 ms=5", "steps=100000 ms=5 hz=100")
        await studio.growing(job)
        await studio.growing(other)
        await getattr(studio.queue, gone)([job.id, other.id])
        await called_back.wait()
        await getattr(studio.queue, again)([job.id, other.id])
        for each in (job, other):
            await studio.until(lambda id_=each.id: studio.steps(id_)[-1] == "loading_model")  # type: ignore[misc]
        answers.set()
        await studio.until(lambda: studio.latest(job.id).status.final)
        assert studio.latest(job.id).status is COMPLETED, studio.latest(job.id).error
        assert studio.latest(other.id).status is Status.PROCESSING
        await studio.queue.cancel([other.id])
        await studio.ended([other])
    assert [job.status for job in made_there(server)].count(COMPLETED) == 1


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
        await studio.until(lambda: studio.statuses[-1].starts_in == 0.0)
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
