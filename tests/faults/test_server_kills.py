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
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
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
from tests.engine.conftest import SCRIPTED
from tests.engine.server.running import until_ended, until_step
from tests.faults.history import NONE, Call, Ended, verdict
from tests.faults.warm_program import request

KILLS = 50
CLIENTS = 20
COLD = 25
"""Each so-manieth server is one as users start it, which takes seconds."""
TOLD = 11
"""Each so-manieth is told to end, the others are killed."""
GRACE = 10.0
"""Seconds that a server has to end."""
MOST_OPEN = 3
"""Jobs that a client has under way."""
LIFE, LONG_LIFE = 0.4, 2.0
"""Seconds that a server lives, at most; each fifth one longer, so that takes are finished too."""

ROOT = Path(__file__).parents[2]

State = Callable[[str], None]


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[psutil.Process]:
    """The process whose children are the servers and their hosts."""
    door = tmp_path_factory.mktemp("nursery") / "door"
    script = Path(__file__).with_name("warm_program.py")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, script, "serve", door], env=environment) as process:
        try:
            wait_until(door.exists, "the libraries", 120)
            yield psutil.Process(process.pid)
        finally:
            left = psutil.Process(process.pid).children(recursive=True)
            process.kill()
            for child in left:  # of a test that failed
                child.kill()


class Server:
    """``dgx-music serve``: one life of it."""

    def __init__(self, home: Path, nursery: psutil.Process, *, cold: bool) -> None:
        environment = {
            "DGX_MUSIC_HOME": str(home),
            "DGX_MUSIC_GENERATORS": json.dumps(SCRIPTED),
            "DGX_MUSIC_MAX_RETRIES": "100000",
            "DGX_MUSIC_RETRY_DELAY": "0.001",
            "DGX_MUSIC_GRACE_SECONDS": str(GRACE),
            "PYTHONPATH": str(ROOT),
        }
        arguments = ["serve", "--port", "0"]
        self._nursery = nursery
        self._cold: subprocess.Popen[bytes] | None = None
        with (home.parent / "server.log").open("ab") as log:
            if cold:
                self._cold = subprocess.Popen(
                    [sys.executable, "-m", "app.cli", *arguments],
                    env=os.environ | environment, stdout=subprocess.PIPE, stderr=log,
                )  # fmt: skip
                assert self._cold.stdout is not None
                self._said, self.pid = self._cold.stdout.fileno(), self._cold.pid
            else:
                self._said, out = os.pipe()
                pipes = (os.open(os.devnull, os.O_RDONLY), out, log.fileno())
                door = nursery.cmdline()[-1]
                self._line = request(door, pipes, "server", arguments, environment=environment)
                self.pid = int(self._line.recv(64))
                for pipe in pipes[:2]:
                    os.close(pipe)
        said = b""
        while b"\n" not in said:
            more = os.read(self._said, 1000)
            assert more, (home.parent / "server.log").read_text("utf-8")[-3000:]
            said += more
        self.url = re.search(r"http://[\d.]+:\d+", said.decode())[0]  # type: ignore[index]

    def hosts(self) -> list[psutil.Process]:
        """All that belongs to it and must not outlive it."""
        own = psutil.Process(self.pid).children(recursive=True)
        forked = [child for child in self._nursery.children() if child.pid != self.pid]
        return own + forked

    def leave(self) -> None:
        """Whatever became of the test."""
        if self._cold is not None and self._cold.poll() is None:
            self._cold.kill()
            self._cold.communicate()

    def end(self, sign: int) -> int | None:
        """Its exit code, where that is known, once it has ended."""
        os.kill(self.pid, sign)
        code = None
        if self._cold is not None:
            code = self._cold.wait(GRACE + 20)
            self._cold.communicate()
        else:
            self._line.settimeout(GRACE + 20)
            with closing(self._line):
                assert self._line.recv(1) == b""
            os.close(self._said)
        return code


class Address:
    """Where the server is now; clients wait here while it is away."""

    def __init__(self) -> None:
        self.url = ""
        self._there = asyncio.Event()

    def moved(self, url: str) -> None:
        self.url = url
        self._there.set()

    def gone(self) -> None:
        self._there.clear()

    async def found(self) -> str:
        await self._there.wait()
        return self.url


class Client:
    """Asks at random, and writes all down."""

    def __init__(self, number: int, address: Address, history: list[Call]) -> None:
        self._number = number
        self._address = address
        self._history = history
        self._dice = random.Random(number)
        self._jobs: dict[str, bool] = {}
        """Its own, and whether they are known to have ended."""
        self._asked = 0

    async def live(self, over: asyncio.Event) -> None:
        async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
            self._http = http
            while not over.is_set():
                await self._act()
                await asyncio.sleep(self._dice.uniform(0.0, 0.2))  # the pace of a client

    async def _act(self) -> None:
        still_open = [job_id for job_id, ended in self._jobs.items() if not ended]
        dice = self._dice.random()
        if len(still_open) < MOST_OPEN and dice < 0.6:
            await self._submit()
        elif self._jobs and dice < 0.65:
            await self._cancel(self._dice.choice(still_open or list(self._jobs)))
        elif self._jobs:
            await self._look(self._dice.choice(still_open or list(self._jobs)))

    async def _submit(self) -> None:
        self._asked += 1
        key = f"client {self._number} number {self._asked}"
        asked = [self._request() for _ in range(self._dice.choice((1, 1, 1, 2, 3)))]
        body: Any = {"requests": asked} if len(asked) > 1 else asked[0]
        path = "/generate/batch" if len(asked) > 1 else "/generate"
        header = {"Idempotency-Key": key}
        call = await self._insist("submit", key, "POST", path, json=body, headers=header)
        if self._dice.random() < 0.1:  # as who did not believe it
            await self._insist("submit", key, "POST", path, json=body, headers=header)
        self._jobs |= dict.fromkeys(call.job_ids, False)

    def _request(self) -> dict[str, Any]:
        """A scripted take of a second, no two alike."""
        seed = self._dice.randrange(2**31)
        steps = self._dice.randrange(2, 40)
        prompt = f"steps={steps} ms=2 hz={self._dice.randrange(200, 2000)}"
        return {"prompt": prompt, "duration": 1, "model": "scripted", "seed": seed}

    async def _cancel(self, job_id: str) -> None:
        """A waiting job one way, a waiting or running one the other; both may come too late."""
        if self._dice.random() < 0.5:
            call = await self._call("cancel", job_id, "DELETE", f"/jobs/{job_id}")
        else:
            call = await self._call("cancel", job_id, "POST", f"/jobs/{job_id}/cancel")
        if call.status in (200, 202):
            self._jobs[job_id] = True

    async def _look(self, job_id: str) -> None:
        call = await self._call("look", job_id, "GET", f"/jobs/{job_id}")
        if call.status == 200:
            self._jobs[job_id] = call.answer["status"] in ("completed", "failed", "cancelled")

    async def _insist(self, verb: str, key: str, method: str, path: str, **more: Any) -> Call:
        while True:
            call = await self._call(verb, key, method, path, **more)
            if call.status not in (NONE, 503):
                return call
            await asyncio.sleep(0.02)

    async def _call(self, verb: str, key: str, method: str, path: str, **more: Any) -> Call:
        url = await self._address.found()
        began, status, answer = time.monotonic(), NONE, None
        try:
            response = await self._http.request(method, f"{url}/api/v1{path}", **more)
            status, answer = response.status_code, response.json()
        except httpx.TransportError as error:
            answer = repr(error)
        body = more.get("json")
        ended = time.monotonic()
        call = Call(self._number, verb, key, body, status, answer, began, ended)
        self._history.append(call)
        return call


@pytest.fixture
def start(tmp_path: Path, nursery: psutil.Process) -> Iterator[Callable[[bool], Server]]:
    """Starts a server on this test's home; a cold one if told so."""
    started: list[Server] = []
    home = tmp_path / "home"
    home.mkdir()

    def begin(cold: bool) -> Server:
        started.append(Server(home, nursery, cold=cold))
        return started[-1]

    yield begin
    for server in started:
        server.leave()


async def test_the_server_is_killed_under_its_clients(
    tmp_path: Path, start: Callable[[bool], Server], state: State, pytestconfig: pytest.Config
) -> None:
    kills = KILLS * (10 if pytestconfig.getoption("--soak", default=False) else 1)
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
            cold = turn % COLD == 0
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


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [
        each for each in processes if each.is_running() and each.status() != psutil.STATUS_ZOMBIE
    ]


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


# -- the checker itself ------------------------------------------------------------------------


def accepted(key: str, job_id: str, prompt: str = "x") -> Call:
    return Call(0, "submit", key, {"prompt": prompt}, 202, {"job_id": job_id}, 0.0, 1.0)


def seen(job_id: str, status: str) -> Call:
    return Call(0, "look", job_id, None, 200, {"status": status}, 2.0, 3.0)


def cancel(job_id: str, status: int) -> Call:
    return Call(0, "cancel", job_id, None, status, {}, 2.0, 3.0)


def end(**statuses: str) -> Ended:
    jobs = {i: {"status": status, "prompt": "x", "error": None} for i, status in statuses.items()}
    made = [job_id for job_id, status in statuses.items() if status == "completed"]
    return Ended(jobs, dict.fromkeys(made, ""), made)


@pytest.mark.parametrize(
    ("history", "ended", "wrong"),
    [
        ([accepted("k", "a"), seen("a", "pending")], end(a="completed"), ""),
        ([accepted("k", "a"), cancel("a", 202)], end(a="cancelled"), ""),
        ([accepted("k", "a"), cancel("a", NONE)], end(a="completed"), ""),
        ([accepted("k", "a"), cancel("a", NONE)], end(a="cancelled"), ""),
        ([accepted("k", "a")], end(), "a was accepted and is lost"),
        ([accepted("k", "a")], end(a="completed", b="completed"), "b is there, and nobody"),
        ([accepted("k", "a"), accepted("k", "b")], end(a="completed", b="completed"), "several"),
        ([accepted("k", "a"), accepted("l", "a")], end(a="completed"), "told to several keys"),
        ([accepted("k", "a", "y")], end(a="completed"), "a is another job now"),
        ([accepted("k", "a")], end(a="pending"), "a is pending"),
        ([accepted("k", "a")], end(a="failed"), "a is failed"),
        ([accepted("k", "a"), cancel("a", 202)], end(a="completed"), "a was cancelled and is not"),
        ([accepted("k", "a")], end(a="cancelled"), "nobody asked for that"),
        ([accepted("k", "a"), seen("a", "completed"), cancel("a", 409)], end(a="cancelled"), "was"),
    ],
)
def test_the_checker_sees_what_is_wrong(history: list[Call], ended: Ended, wrong: str) -> None:
    found = verdict(history, ended)
    assert bool(found) is bool(wrong) and wrong in " ".join(found)


def test_the_checker_sees_wrong_takes() -> None:
    history = [accepted("k", "a")]
    whole = end(a="completed")
    for wrong in (
        Ended(whole.jobs, whole.audio, ["a", "a"]),
        Ended(whole.jobs, whole.audio, []),
        Ended(whole.jobs, {}, ["a"]),
        Ended(whole.jobs, {"a": "its audio is short"}, ["a"]),
        Ended(whole.jobs, whole.audio, ["a", "b"]),
        Ended(whole.jobs, whole.audio, ["a"], [".b.part"]),
    ):
        assert verdict(history, wrong)
    taken = Ended(end(a="cancelled").jobs, {"a": ""}, ["a"])
    assert verdict([*history, cancel("a", 202)], taken)
