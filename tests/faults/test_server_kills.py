"""Kill -9 of the shared server under its clients: what it accepted it does, once and whole.

Real processes and sockets. Twenty clients submit under idempotency keys, some in batches, cancel
and look; each asks again under the same key until it is answered. The server is killed at random
moments and started again on the same folder, and told to end (SIGTERM) in between. Most servers
are forked from a warm process (``warm_program``); some are started as users start them.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import soundfile as sf

from tests.e2e.processes import wait_until
from tests.engine.server.running import until_ended, until_step
from tests.faults.clients import Address, Client
from tests.faults.history import NONE, Call, Ended, verdict
from tests.faults.lives import Server, alive

KILLS = 8
"""Of each run; ten times as many with ``--soak``."""
CLIENTS = 20
COLD = 25
"""Each so-manieth server is one as users start it, which takes seconds; and the last is."""
TOLD = 5
"""Each so-manieth is told to end, the others are killed."""
LIFE, LONG_LIFE = 0.4, 2.0
"""Seconds that a server lives, at most; each fifth one longer, so that takes are finished too."""

State = Callable[[str], None]


@pytest.fixture
def start(tmp_path: Path, warm: psutil.Process) -> Iterator[Callable[[bool], Server]]:
    """Starts a server on this test's home; a cold one if told so."""
    started: list[Server] = []
    home = tmp_path / "home"
    home.mkdir()

    def begin(cold: bool) -> Server:
        started.append(Server(home, warm, cold=cold))
        return started[-1]

    yield begin
    for server in started:
        server.leave()


async def test_the_server_is_killed_under_its_clients(
    tmp_path: Path, start: Callable[[bool], Server], state: State, soak: int
) -> None:
    kills = KILLS * soak
    home = tmp_path / "home"
    dice = random.Random(5)
    history: list[Call] = []
    address, over = Address(), asyncio.Event()
    starts: list[float] = []
    drains: list[float] = []
    async with asyncio.TaskGroup() as clients:
        for number in range(CLIENTS):
            clients.create_task(Client(number, address, history).live(over))
        dying: list[psutil.Process] = []
        for turn in range(kills + kills // (TOLD - 1)):
            cold = turn % COLD == COLD - 1
            began = time.monotonic()
            server = await asyncio.to_thread(start, cold)
            if not cold:
                starts.append(time.monotonic() - began)
            address.moved(server.url)
            # Those of the last one are gone, though nobody waited for them before the start.
            await asyncio.to_thread(wait_until, lambda dying=dying: not alive(dying), "no orphans")
            life = LONG_LIFE if turn % 5 == 0 else LIFE
            await asyncio.sleep(dice.uniform(0.0, life))  # a random moment of it
            dying = server.hosts()
            address.gone()
            began = time.monotonic()
            told = turn % TOLD == TOLD - 1
            code = await asyncio.to_thread(server.end, signal.SIGTERM if told else signal.SIGKILL)
            if told:
                drains.append(time.monotonic() - began)
                assert code in (0, None)
        server = await asyncio.to_thread(start, True)
        address.moved(server.url)
        over.set()
    ended = await asyncio.to_thread(what_is_there, server.url, home)
    hosts = server.hosts()
    assert server.end(signal.SIGTERM) == 0
    assert not alive(hosts)
    ended.strays.extend(strays(home, ended.takes))
    assert verdict(history, ended) == []
    statuses = Counter(job["status"] for job in ended.jobs.values())
    unanswered = sum(call.status == NONE for call in history)
    state(
        f"server killed -9 {kills} times and told to end {len(drains)} times under {CLIENTS} "
        f"clients: {len(history)} calls, {unanswered} of them without an answer; "
        f"{len(ended.jobs)} jobs accepted, {statuses['completed']} completed once and whole, "
        f"{statuses['cancelled']} cancelled without a take, none lost, none doubled "
        f"(a warm start took {min(starts):.2f} s or more, an end {max(drains):.1f} s or less)"
    )


def test_told_to_end_it_lets_what_grows_be_kept(
    tmp_path: Path, start: Callable[[bool], Server], state: State
) -> None:
    """A checkpoint may take most of the grace time."""
    home = tmp_path / "home"
    slow = {"prompt": "steps=500 ms=5 keep=2500", "duration": 2, "model": "scripted"}
    server = start(False)
    with httpx.Client(base_url=f"{server.url}/api/v1", timeout=30, trust_env=False) as client:
        job_id = client.post("/generate", json=slow).json()["job_id"]
        until_step(client, job_id, "generating")
    began = time.monotonic()
    server.end(signal.SIGTERM)
    took = time.monotonic() - began
    [kept] = (home / "cache" / "server" / "checkpoints").iterdir()
    assert kept.stem == job_id and json.loads(kept.read_bytes()) > 0
    again = start(False)
    with httpx.Client(base_url=f"{again.url}/api/v1", timeout=30, trust_env=False) as client:
        assert until_ended(client, job_id)["status"] == "completed"
    again.end(signal.SIGTERM)
    state(f"told to end while a checkpoint took 2.5 s: it was kept, the end took {took:.1f} s")


def what_is_there(url: str, home: Path) -> Ended:
    """Wait until all jobs have ended; then look at them, their audio and the rows."""
    with httpx.Client(base_url=f"{url}/api/v1", timeout=30, trust_env=False) as client:

        def idle() -> bool:
            queue = client.get("/queue/stats").json()
            return bool(queue["pending_jobs"] + queue["processing_jobs"] == 0)

        wait_until(idle, "the end of all jobs", 120)
        jobs: dict[str, dict[str, Any]] = {}
        following: str | None = "/jobs?limit=200"
        while following:
            page = client.get(following)
            jobs |= {job["job_id"]: job for job in page.json()["jobs"]}
            following = page.links.get("next", {}).get("url")
        audio = {i: flaw(client, job) for i, job in jobs.items() if job["audio_url"] is not None}
    with closing(sqlite3.connect(f"file:{database(home)}?mode=ro", uri=True)) as rows:
        takes = [row[0] for row in rows.execute("SELECT job_id FROM takes")]
    return Ended(jobs, audio, takes)


def flaw(client: httpx.Client, job: dict[str, Any]) -> str:
    """What is wrong with a take as it is sent."""
    answer = client.get(job["audio_url"])
    if answer.status_code != 200:
        return f"its audio gives {answer.status_code}"
    if len(answer.content) != int(answer.headers["content-length"]):
        return "its audio is short"
    if hashlib.sha256(answer.content).hexdigest() != answer.headers["etag"].strip('"'):
        return "its audio is not what was made"
    seconds = sf.info(io.BytesIO(answer.content)).duration
    return "" if seconds == 1.0 else f"it lasts {seconds} s, not one"


def database(home: Path) -> Path:
    return home / "data" / "server" / "studio.db"


def strays(home: Path, takes: list[str]) -> list[str]:
    """Files that no take accounts for, once the server has ended."""
    storage = home / "data" / "server" / "storage"
    with closing(sqlite3.connect(f"file:{database(home)}?mode=ro", uri=True)) as rows:
        paths = {Path(row[0]) for row in rows.execute("SELECT path FROM takes")}
    kept = paths | {path.with_suffix(".mid") for path in paths}
    files = [path for path in storage.rglob("*") if path.is_file()]
    cache = home / "cache" / "server"
    left = [path for folder in ("previews", "checkpoints") for path in cache.glob(f"{folder}/*")]
    return [str(path) for path in (*(set(files) - kept), *left)]
