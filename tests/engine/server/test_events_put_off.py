"""Events that can't be told now: a stream's beginning, or its rest, while the database is away."""

from __future__ import annotations

import asyncio
from functools import partial

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from engine.errors import StorageError
from engine.jobs import Change, Job, Status, Step, utc_now
from engine.request import Request
from tests.e2e.processes import wait_until
from tests.engine.server.running import TestServer, body, events, until_ended


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
    def away(_: Job) -> int:
        raise StorageError("It is away.")

    url = server.url.replace("http", "ws") + "/api/v1/ws"
    url += f"?last_event_id={server.in_loop(lambda: server.service.broadcast.last_id)}"
    login = {"Authorization": f"Bearer {tokens['bob']}"}
    async with connect(url, additional_headers=login, proxy=None) as socket:
        monkeypatch.setattr(server.service.jobs, "position", away)
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
