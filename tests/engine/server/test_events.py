"""Events: every change in its order, from where a follower left off, and only to its owner."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from engine.jobs import Change, Job, Status, Step, utc_now
from engine.request import Request
from engine.server.broadcast import PATIENCE, Broadcast, Follower
from tests.engine.server.running import TestServer, body, events, made, settings_in

ORDER = ["queued", "loading_model", "encoding_prompt", "generating", "saving", "completed"]


def steps(jobs: list[dict[str, str]]) -> list[str]:
    seen = [job["current_step"] for job in jobs]
    return [step for at, step in enumerate(seen) if at == 0 or seen[at - 1] != step]


def job(job_id: str = "gen_1", owner: str = "me", step: Step = Step.QUEUED) -> Job:
    return Job(job_id, Request(prompt="x"), "x", Status.PENDING, step, utc_now(), owner=owner)


def test_a_job_is_followed_to_its_end(here: httpx.Client) -> None:
    job_id = here.post("/generate", json=body("steps=30 ms=20")).json()["job_id"]
    with here.stream("GET", f"/jobs/{job_id}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        told = list(events(stream))
    assert set(steps([job for _, job in told])) <= set(ORDER)
    assert steps([job for _, job in told]) == [
        step for step in ORDER if step in {job["current_step"] for _, job in told}
    ]
    progress = [job["progress"] for _, job in told]
    assert progress == sorted(progress) and len(set(progress)) > 3
    assert told[-1][1]["audio_url"] and told[-1][1]["status"] == "completed"
    assert len({event_id for event_id, _ in told}) == len(told)
    ended = here.get(f"/jobs/{job_id}/events", headers={"Last-Event-ID": told[-1][0]})
    assert ended.status_code == 204, "a browser would come back for ever"


def test_a_follower_goes_on_where_it_left_off(here: httpx.Client) -> None:
    job_id = here.post("/generate", json=body("steps=30 ms=20")).json()["job_id"]
    with here.stream("GET", f"/jobs/{job_id}/events") as stream:
        whole = list(events(stream))
    for cut in (0, len(whole) // 2, len(whole) - 2):
        last = {"Last-Event-ID": whole[cut][0]}
        with here.stream("GET", f"/jobs/{job_id}/events", headers=last) as stream:
            assert list(events(stream)) == whole[cut + 1 :]
    for strange in ("other-1", "rubbish", "-", "9" * 90):
        last = {"Last-Event-ID": strange}
        with here.stream("GET", f"/jobs/{job_id}/events", headers=last) as stream:
            [(_, now)] = list(events(stream))
        assert now["status"] == "completed"


def test_all_of_ones_own_jobs_and_nobody_elses(alice: httpx.Client, bob: httpx.Client) -> None:
    earlier = made(alice)["job_id"]
    with alice.stream("GET", "/events") as stream:
        told = events(stream)
        assert next(told)[1]["job_id"] == earlier
        his = made(bob)["job_id"]
        hers = alice.post("/generate", json=body()).json()["job_id"]
        seen = []
        for _, each in told:
            seen.append(each["job_id"])
            if each["job_id"] == hers and each["status"] == "completed":
                break
    assert set(seen) == {hers} and his not in seen


def test_a_quiet_stream_has_a_heartbeat(here: httpx.Client) -> None:
    with here.stream("GET", "/events") as stream:
        assert next(line for line in stream.iter_lines() if line.startswith(":"))


async def test_a_websocket_carries_the_same(server: TestServer, tokens: dict[str, str]) -> None:
    url = server.url.replace("http", "ws") + "/api/v1/ws"
    login = {"Authorization": f"Bearer {tokens['bob']}"}
    async with connect(url, additional_headers=login, proxy=None) as socket:
        client = await asyncio.to_thread(server.client, tokens["bob"])
        with client:
            posted = await asyncio.to_thread(client.post, "/generate", json=body())
            job_id = posted.json()["job_id"]
            told = []
            while not told or told[-1]["status"] != "completed":
                message = json.loads(await socket.recv())
                if message["job_id"] == job_id:
                    told.append(message)
            assert all(message["event_id"] for message in told)
            assert set(steps(told)) <= set(ORDER) and told[-1]["audio_url"]
            shown = (await asyncio.to_thread(client.get, f"/jobs/{job_id}")).json()
            assert told[-1].keys() == shown.keys() | {"event_id"}


async def test_a_websocket_asks_who_is_there(server: TestServer) -> None:
    url = server.url.replace("http", "ws") + "/api/v1/ws"
    with pytest.raises(InvalidStatus) as refused:
        async with connect(url, additional_headers={"Authorization": "Bearer no"}, proxy=None):
            pass
    answer = refused.value.response
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert json.loads(answer.body)["request_id"] == answer.headers["x-request-id"]


async def test_an_ending_server_ends_its_streams(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("ending")
    with TestServer(settings_in(folder)) as server, server.client() as client:
        url = server.url.replace("http", "ws") + "/api/v1/ws"
        with client.stream("GET", "/events") as stream:
            async with connect(url, proxy=None) as socket:
                await asyncio.to_thread(server.end)
                with pytest.raises(ConnectionClosed):
                    await socket.recv()
            assert not [line for line in stream.iter_lines() if line.startswith("data")]


async def test_who_does_not_keep_up_is_let_go_and_others_go_on() -> None:
    broadcast = Broadcast(heartbeat=60)
    slow, quick = Follower("me", None), Follower("me", None)
    with broadcast.following(slow), broadcast.following(quick):
        for _ in range(PATIENCE + 10):
            broadcast.tell([Change(job())])
            assert await anext(quick) is not None
        heard = [told async for told in slow]
    assert len(heard) == PATIENCE
    assert heard[-1] is not None
    missed = broadcast.since(heard[-1].id, slow.wants)
    assert missed is not None and len(missed) == 10
    broadcast.close()


def test_what_is_forgotten_is_known_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.server.broadcast.REMEMBERED", 3)
    broadcast = Broadcast(heartbeat=60)
    broadcast.tell([Change(job())])
    first = broadcast.last_id
    broadcast.tell([Change(job(owner="other")), Change(job()), Change(job())])
    wants = Follower("me", None).wants
    known = broadcast.since(first, wants)
    assert known is not None and len(known) == 2
    broadcast.tell([Change(job())])
    assert broadcast.since(first, wants) is None
    assert broadcast.since(first.split("-")[0] + "-99", wants) is None
