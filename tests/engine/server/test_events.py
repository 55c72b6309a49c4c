"""Events: every change in its order, from where a follower left off, and only to its owner."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from engine.jobs import Change, Job, Status, Step, utc_now
from engine.request import Request
from engine.server.broadcast import (
    PATIENCE,
)
from engine.server.service import Service
from engine.wire import JobView
from tests.e2e.processes import wait_until
from tests.engine.server.running import TestServer, body, events, made, settings_in

ORDER = ["queued", "loading_model", "encoding_prompt", "generating", "saving", "completed"]


def steps(jobs: list[dict[str, str]]) -> list[str]:
    seen = [job["current_step"] for job in jobs]
    return [step for at, step in enumerate(seen) if at == 0 or seen[at - 1] != step]


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


def test_an_end_that_another_server_told_is_told_no_more(here: httpx.Client) -> None:
    """Of several behind a balancer, or of one before its restart: a browser would come back for
    ever, from one to the next."""
    job_id = here.post("/generate", json=body("impossible")).json()["job_id"]

    def told(last: str) -> list[tuple[str, dict[str, str]]]:
        answer = {"Last-Event-ID": last}
        with here.stream("GET", f"/jobs/{job_id}/events", headers=answer) as stream:
            return list(events(stream))

    last_id, job = told("elsewhere-7")[-1]
    assert job["status"] == "failed"
    elsewhere = re.sub(r"^\w+-\d+", "elsewhere-7", last_id)
    assert elsewhere != last_id and told(elsewhere) == []
    assert told("elsewhere-7"), "it was told something, but not the end"
    here.post(f"/jobs/{job_id}/retry")
    again = told(elsewhere)
    assert again and again[-1][1]["status"] == "failed", "another end is told"


def test_an_end_that_this_server_has_not_heard_of_is_told(
    server: TestServer, here: httpx.Client
) -> None:
    """Another server's worker has written it, and the news of it are still on their way."""
    dispatcher = server.service.engine.dispatcher
    server.in_loop_async(lambda: dispatcher.set_paused(True))
    try:
        job_id = here.post("/generate", json=body("steps=3")).json()["job_id"]
        with here.stream("GET", f"/jobs/{job_id}/events") as stream:
            last, waiting = next(events(stream))
        assert waiting["status"] == "pending"
        server.sql(
            "UPDATE jobs SET status = 'failed', step = 'failed', finished_at = created_at"
            " WHERE status = 'pending'"
        )
        answer = {"Last-Event-ID": last}
        with here.stream("GET", f"/jobs/{job_id}/events", headers=answer) as stream:
            [(end, told)] = list(events(stream))
        assert told["status"] == "failed"
        again = here.get(f"/jobs/{job_id}/events", headers={"Last-Event-ID": end})
        assert again.status_code == 204
    finally:
        server.in_loop_async(lambda: dispatcher.set_paused(False))


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


def test_a_change_is_written_once_whatever_address_it_is_asked_at(
    server: TestServer, alice: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each caller can make up names for this server, and thousands of changes are remembered."""
    last = {"Last-Event-ID": server.in_loop(lambda: server.service.broadcast.last_id)}
    title = '","audio_url":"http://nowhere/'
    job_id = made(alice, name=title)["job_id"]
    path = urlsplit(alice.get(f"/jobs/{job_id}").json()["audio_url"]).path
    view, written = Service.view, []

    def counted(service: Service, job: Job, base_url: str) -> JobView:
        written.append(job.step)
        return view(service, job, base_url)

    monkeypatch.setattr(Service, "view", counted)
    for host in ("studio-1.example", "studio-2.example:8080", "[::1]"):
        headers = last | {"Host": host}
        with alice.stream("GET", f"/jobs/{job_id}/events", headers=headers) as stream:
            heard = [job for _, job in events(stream)]
        assert {job["audio_url"] for job in heard[:-1]} == {None}
        link = urlsplit(heard[-1]["audio_url"])
        assert (link.netloc, link.path) == (host, path)
        assert heard[-1]["name"] == title
    assert len(written) <= len(heard)


def test_a_quiet_stream_has_a_heartbeat(here: httpx.Client) -> None:
    with here.stream("GET", "/events") as stream:
        assert next(line for line in stream.iter_lines() if line.startswith(":"))


async def test_a_websocket_carries_the_same(server: TestServer, tokens: dict[str, str]) -> None:
    url = server.url.replace("http", "ws") + "/api/v1/ws"
    login = {"Authorization": f"Bearer {tokens['bob']}"}
    login["X-Request-ID"] = "song-43"
    async with connect(url, additional_headers=login, proxy=None) as socket:
        assert socket.response is not None
        assert socket.response.headers["x-request-id"] == "song-43"
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


@pytest.mark.logs("without completing handshake")  # what uvicorn says of a refusal with words
@pytest.mark.parametrize(
    ("path", "login", "status"),
    [
        ("ws", "Bearer no", 401),
        (f"ws?last_event_id={'9' * 101}", None, 422),
        ("nowhere", None, 404),
    ],
)
async def test_a_websocket_is_refused_with_words(
    server: TestServer, path: str, login: str | None, status: int
) -> None:
    url = f"{server.url.replace('http', 'ws')}/api/v1/{path}"
    headers = {"Authorization": login} if login else {}
    with pytest.raises(InvalidStatus) as refused:
        async with connect(url, additional_headers=headers, proxy=None):
            pass
    answer = refused.value.response
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert json.loads(answer.body)["request_id"] == answer.headers["x-request-id"]


@pytest.mark.logs("without completing handshake")  # of the refusal before: it may say so late
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


def test_who_speaks_an_older_http_hears_no_chunks(
    server: TestServer, tokens: dict[str, str]
) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    head = f"GET /api/v1/events HTTP/1.0\r\nHost: {host}\r\n"
    with socket.create_connection((host, int(port)), timeout=30) as old:
        old.sendall(f"{head}Authorization: Bearer {tokens['bob']}\r\n\r\n".encode())
        heard = b""
        while b"retry: 2000" not in heard:
            heard += old.recv(2**16)
        one = Job(
            "gen_1", Request(prompt="x"), "x", Status.PENDING, Step.QUEUED, utc_now(),
            owner="token:bob",
        )  # fmt: skip
        wait_until(lambda: server.service.broadcast.follows(one), "its follower")
        server.in_loop(lambda: server.service.broadcast.tell([Change(one)]))
        while b"data: " not in heard:
            heard += old.recv(2**16)
    assert b"\r\n" not in heard.partition(b"\r\n\r\n")[2]


@contextmanager
def sleeping(server: TestServer, token: str) -> Iterator[socket.socket]:
    """A listener that has begun to listen, and does not read, with little room on its side."""
    host, port = server.url.removeprefix("http://").split(":")
    head = f"GET /api/v1/events HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n"
    with socket.socket() as sleeper:
        sleeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sleeper.settimeout(30)
        sleeper.connect((host, int(port)))
        sleeper.sendall(head.encode())
        assert b"200 OK" in sleeper.recv(1024)
        yield sleeper


def tell_until_behind(server: TestServer, owner: str) -> int:
    """How many changes it took until all buffers and the follower's queue were full, or it was
    given up before."""
    broadcast = server.service.broadcast
    long = Request(prompt="x" * 2000)
    one = Job("gen_1", long, "x", Status.PROCESSING, Step.GENERATING, utc_now(), owner=owner)
    changes, told = [Change(one)] * 50, 0
    wait_until(lambda: broadcast.follows(one), "who listens")
    while not server.in_loop(lambda: all(f.behind for f in broadcast._all() if f.owner == owner)):
        server.in_loop(lambda: broadcast.tell(changes))
        told += len(changes)
        assert told < 20 * PATIENCE
    return told


def test_a_listener_that_does_not_read_is_let_go_and_misses_nothing(
    server: TestServer, tokens: dict[str, str]
) -> None:
    start = int(server.in_loop(lambda: server.service.broadcast.last_id).split("-")[1])
    with sleeping(server, tokens["bob"]) as sleeper:
        told = tell_until_behind(server, "token:bob")
        heard = bytearray()
        while data := sleeper.recv(2**16):
            heard += data
    assert b"come back with Last-Event-ID" in heard
    numbers = [int(n) for n in re.findall(rb"id: \w+-(\d+)", heard)]
    assert PATIENCE < len(numbers) < told
    own = [number for number in numbers if number > start]
    assert own == list(range(start + 1, start + 1 + len(own))), "none is left out"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends such connections by itself")
def test_a_listener_that_never_reads_again_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.server.serving.STALLED_SECONDS", 1)
    with TestServer(settings_in(tmp_path)) as server, sleeping(server, server.token("ada")):
        tell_until_behind(server, "token:ada")
        wait_until(lambda: server.service.broadcast.followers == 0, "its end")
