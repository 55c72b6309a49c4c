"""Events that can't be told now: a stream's beginning, or its rest, while the database is away."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from engine.errors import StorageError
from engine.jobs import Change, Job, Status, Step, utc_now
from engine.request import Request
from tests.e2e.processes import wait_until
from tests.engine.server.running import TestServer, body, events, made, until_ended


def gone(*_: object) -> Any:
    raise StorageError("It is away.")


@pytest.mark.logs("It is away")
@pytest.mark.parametrize("path", ["/events", "/jobs/{}/events"])
def test_who_can_not_be_told_now_comes_back_and_others_hear_on(
    server: TestServer,
    alice: httpx.Client,
    here: httpx.Client,
    path: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A place in the queue is asked of the database, which may be away just then."""
    service = server.service
    dispatcher, position = service.engine.dispatcher, service.jobs.position
    server.in_loop_async(lambda: dispatcher.set_paused(True))
    hers, other = (c.post("/generate", json=body()).json()["job_id"] for c in (alice, here))

    def away(job: Job) -> int | None:
        if job.id == hers:
            raise StorageError("It is away.")
        return position(job)

    def tell(job_id: str) -> None:
        server.in_loop(lambda: service.broadcast.tell([Change(service.jobs.job(job_id))]))

    path = path.format(hers)
    last = {"Last-Event-ID": server.in_loop(lambda: service.broadcast.last_id)}
    with (
        alice.stream("GET", path, headers=last) as stream,
        here.stream("GET", "/events", headers=last) as others,
    ):
        for job_id in (hers, other):
            wait_until(partial(service.broadcast.follows, service.jobs.job(job_id)), "who listens")
        with monkeypatch.context() as patch:
            patch.setattr(service.jobs, "position", away)
            tell(hers)
            lines = list(stream.iter_lines())
        assert any("come back with Last-Event-ID" in line for line in lines)
        assert not any(line.startswith("data") for line in lines)
        tell(other)
        heard = others.iter_lines()
        assert other in next(line for line in heard if line.startswith("data"))
        assert next(line for line in heard if line.startswith(":")), "a heartbeat"
    with alice.stream("GET", path, headers=last) as again:
        assert next(events(again))[1]["job_id"] == hers
    server.in_loop_async(lambda: dispatcher.set_paused(False))
    for client, job_id in ((alice, hers), (here, other)):
        until_ended(client, job_id)


@pytest.mark.logs("It is away")
async def test_a_websocket_that_can_not_be_told_now_is_to_come_back(
    server: TestServer, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.url.replace("http", "ws") + "/api/v1/ws"
    url += f"?last_event_id={server.in_loop(lambda: server.service.broadcast.last_id)}"
    login = {"Authorization": f"Bearer {tokens['bob']}"}
    async with connect(url, additional_headers=login, proxy=None) as socket:
        monkeypatch.setattr(server.service.jobs, "position", gone)
        request = Request(prompt="x")
        waits = Job(
            "gen_1", request, "x", Status.PENDING, Step.QUEUED, utc_now(), owner="token:bob"
        )
        await asyncio.to_thread(
            wait_until, partial(server.service.broadcast.follows, waits), "who listens"
        )
        await asyncio.to_thread(
            server.in_loop, lambda: server.service.broadcast.tell([Change(waits)])
        )
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 1013


@pytest.mark.logs("It is away")
@pytest.mark.parametrize("path", ["/events", "/jobs/{}/events"])
@pytest.mark.parametrize("verb", ["live", "position"])
def test_a_stream_that_can_not_begin_is_refused(
    server: TestServer, alice: httpx.Client, path: str, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = server.service
    dispatcher = service.engine.dispatcher
    server.in_loop_async(lambda: dispatcher.set_paused(True))
    job_id = alice.post("/generate", json=body()).json()["job_id"]
    with monkeypatch.context() as patch:
        if verb == "live" and path != "/events":
            asked = iter([service.jobs.jobs])  # the first look is the route's own
            patch.setattr(service.jobs, "jobs", lambda ids: next(asked, gone)(ids))
        else:
            patch.setattr(service.jobs, verb, gone)
        answer = alice.get(path.format(job_id))
    assert answer.status_code == 503 and int(answer.headers["retry-after"]) >= 1
    assert answer.headers["content-type"] == "application/problem+json"
    server.in_loop_async(lambda: dispatcher.set_paused(False))
    until_ended(alice, job_id)
    wait_until(lambda: service.broadcast.followers == 0, "that nobody follows")


def test_a_job_that_goes_as_its_stream_begins_is_not_found(
    server: TestServer, alice: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = made(alice)["job_id"]
    jobs = server.service.jobs
    asked = iter([jobs.jobs])
    monkeypatch.setattr(jobs, "jobs", lambda ids: next(asked, lambda _: [])(ids))
    answer = alice.get(f"/jobs/{job_id}/events")
    assert answer.status_code == 404 and answer.json()["status"] == 404


@pytest.mark.logs("It is away")
@pytest.mark.logs("without completing handshake")
async def test_a_websocket_that_can_not_begin_is_refused(
    server: TestServer, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.service.jobs, "live", gone)
    url = server.url.replace("http", "ws") + "/api/v1/ws"
    login = {"Authorization": f"Bearer {tokens['bob']}"}
    with pytest.raises(InvalidStatus) as refused:
        async with connect(url, additional_headers=login, proxy=None):
            pass
    assert refused.value.response.status_code == 503
