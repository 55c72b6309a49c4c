"""The bucket goes away in every way: no take lost, none doubled, nothing half-written stays."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import random
import re
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.buckets import ROOT, Bucket, S3Server, known_to_boto
from tests.e2e.processes import Program, wait_until
from tests.engine.conftest import SCRIPTED
from tests.engine.server.running import TestServer, body, settings_in, until_ended
from tests.proxy import Fate, Proxy, Trouble

TROUBLES = 15
KILLS = 2
"""Of each run; ten times as many with ``--soak``."""
AT_ONCE = 8
AWAY = "bucket|storage|audio was cut off|cut off|without completing"

State = Callable[[str], None]


@pytest.fixture
def bucket(moto: S3Server) -> Iterator[Bucket]:
    with known_to_boto(moto):
        yield moto.bucket()


def check(bucket: Bucket, home: Path) -> Counter[str]:
    """Hold rows and objects against each other; returns how many of what there are."""
    with closing(sqlite3.connect(home / "data" / "studio.db")) as rows:
        takes = dict(rows.execute("SELECT path, sha256 FROM takes"))
        jobs = Counter(row[0] for row in rows.execute("SELECT status FROM jobs"))
    assert bucket.keys() == set(takes), "each take has its object, and there is no other one"
    for key, sha256 in takes.items():
        assert hashlib.sha256(bucket.content(key)).hexdigest() == sha256, "no half take"
    assert bucket.unfinished() == 0
    left = [path.name for path in (home / "storage" / "outgoing").glob("*")]
    assert left == [], "what is stored is gone from here"
    return jobs


class Outage:
    """A server whose bucket goes away: what its callers see before, meanwhile and after."""

    def __init__(self, server: TestServer, bucket: Bucket) -> None:
        self._server = server
        self._bucket = bucket
        self._known = ""
        """A link to a take that was stored before."""
        self._jobs: list[str] = []

    def before(self) -> None:
        with self._server.client() as here:
            job = here.post("/generate", json=body("hz=200")).json()
            self._known = until_ended(here, job["job_id"])["audio_url"]
            assert self._storage(here) == ("healthy", 200)

    def meanwhile(self) -> None:
        """Takes are made, and wait to be stored."""
        with self._server.client() as here:
            self._jobs = [
                here.post("/generate", json=body(f"hz={300 + n}")).json()["job_id"]
                for n in range(AT_ONCE)
            ]
            made = self._server.service.takes.folder
            wait_until(lambda: len(list(made.glob("gen_*"))) == AT_ONCE, "takes on their way")
            self._all_told(here, Path(next(made.glob("gen_*"))).read_bytes())
            self._server.service.health._looked = None
            assert self._storage(here) == ("degraded", 200)
            states = {here.get(f"/jobs/{job}").json()["status"] for job in self._jobs}
            assert states == {"processing"}
            assert len(self._bucket.keys()) == 1

    def after(self) -> None:
        """Each take was stored, and is heard."""
        with self._server.client() as here:
            for job_id in self._jobs:
                job = until_ended(here, job_id)
                assert (job["status"], job["retry_count"]) == ("completed", 0), job
                assert httpx.get(job["audio_url"], trust_env=False).status_code == 200
            assert httpx.get(self._known, trust_env=False).status_code == 200

    def _all_told(self, here: httpx.Client, audio: bytes) -> None:
        """Who asks for audio hears when to come back, and nothing of where it is kept."""
        answers = [
            httpx.get(self._known, trust_env=False, timeout=60),
            httpx.head(self._known, trust_env=False, timeout=60),
            here.post("/uploads", content=audio),
        ]
        for answer in answers:
            assert answer.status_code == 503 and int(answer.headers["retry-after"]) > 0
        problem = answers[0]
        assert problem.headers["content-type"] == "application/problem+json"
        assert self._bucket.name not in problem.text and "127.0.0.1" not in problem.text

    def _storage(self, here: httpx.Client) -> tuple[str, int]:
        """What health says of it, and with which status."""
        health = here.get("/health/detailed")
        return health.json()["checks"]["storage"]["status"], health.status_code


@pytest.mark.logs(AWAY)
@pytest.mark.parametrize("how", ["refuses", "busy"])
async def test_a_bucket_that_is_away_costs_nothing(
    bucket: Bucket, tmp_path: Path, how: str, caplog: pytest.LogCaptureFixture, state: State
) -> None:
    async with Proxy(bucket.server.url) as proxy:
        settings = settings_in(tmp_path, **bucket.settings(proxy.url))
        server = await asyncio.to_thread(TestServer(settings).__enter__)
        outage = Outage(server, bucket)
        try:
            await asyncio.to_thread(outage.before)
            await proxy.shut()  # the connections that there are, too
            if how == "busy":
                await proxy.open()
                proxy.busy = True
            await asyncio.to_thread(outage.meanwhile)
            proxy.busy = False
            if how == "refuses":
                await proxy.open()
            await asyncio.to_thread(outage.after)
        finally:
            await asyncio.to_thread(server.end)
    found = check(bucket, tmp_path)
    assert found == {"completed": AT_ONCE + 1}
    told = [r for r in caplog.records if "wait until they can be stored" in r.getMessage()]
    assert len(told) == 1 and told[0].levelno == logging.WARNING, "an outage is told once"
    state(
        f"bucket {how} with {AT_ONCE} takes on their way: {AT_ONCE} of {AT_ONCE} stored once, "
        f"told once; media 503, health degraded with 200"
    )


@pytest.mark.logs(AWAY)
async def test_connections_to_the_bucket_break(
    bucket: Bucket, tmp_path: Path, state: State, soak: int
) -> None:
    dice = random.Random(5)

    def fate() -> Fate:
        """Every second connection breaks, at any byte of what goes over it."""
        kinds = (Trouble.CUT, Trouble.TRUNCATE, Trouble.DELAY)
        trouble = dice.choice((*kinds, *(Trouble.NONE for _ in kinds)))
        return Fate(trouble, dice.choice((0, dice.randrange(300_000))), dice.uniform(0.02, 0.2))

    async with Proxy(bucket.server.url) as proxy:
        settings = settings_in(tmp_path, **bucket.settings(proxy.url))
        server = await asyncio.to_thread(TestServer(settings).__enter__)
        proxy._fate = fate  # the start has to be good

        def work(first: int) -> int:
            with server.client() as here:
                given = [
                    here.post("/generate", json=body(f"hz={first + n}", duration=4)).json()
                    for n in range(AT_ONCE)
                ]
                ended = [until_ended(here, job["job_id"]) for job in given]
            assert {job["status"] for job in ended} == {"completed"}, ended
            return len(ended)

        total = 0
        try:
            while sum(proxy.struck.values()) < TROUBLES * soak:
                total += await asyncio.to_thread(work, 300 + total)
        finally:
            await asyncio.to_thread(server.end)
        how = ", ".join(f"{count} {kind.value}" for kind, count in proxy.struck.most_common())
    assert check(bucket, tmp_path) == {"completed": total}
    state(f"way to the bucket broken {sum(proxy.struck.values())} times ({how}): "
          f"{total} of {total} takes stored once")  # fmt: skip


# -- the program as it is started ------------------------------------------------------------


@contextmanager
def served(home: Path, bucket: Bucket, endpoint: str) -> Iterator[tuple[Program, httpx.Client]]:
    """``dgx-music serve`` with the variables by which boto3 finds everything."""
    variables = {
        **os.environ,
        **bucket.server.variables,
        "DGX_MUSIC_HOME": str(home),
        "DGX_MUSIC_GENERATORS": json.dumps(SCRIPTED),
        "DGX_MUSIC_STORAGE": bucket.address,
        "AWS_ENDPOINT_URL_S3": endpoint,
        "PYTHONPATH": str(ROOT),
    }
    log = home.with_suffix(".log")
    log.write_text("")
    command = [sys.executable, "-m", "app.cli", "serve", "--port", "0"]
    with Program(command, log, variables) as program:
        wait_until(lambda: "Serving at" in log.read_text() or not program.running, "its address")
        found = re.search(r"Serving at (http://[\d.]+:\d+)", log.read_text())
        assert found, log.read_text()
        with httpx.Client(base_url=f"{found[1]}/api/v1", timeout=60, trust_env=False) as client:
            yield program, client


async def test_killed_between_made_and_stored_it_loses_nothing(
    bucket: Bucket, tmp_path: Path, state: State, soak: int
) -> None:
    home, jobs, kills = tmp_path / "home", [], KILLS * soak
    outgoing = home / "data" / "server" / "storage" / "outgoing"

    def made_and_killed() -> list[str]:
        """With the bucket gone: all takes are made, none is stored."""
        with served(home, bucket, proxy.url) as (program, here):
            loop.call_soon_threadsafe(gone.set)
            asyncio.run_coroutine_threadsafe(shut.wait(), loop).result(30)
            given = [
                here.post("/generate", json=body(f"hz={300 + len(jobs) + n}")).json()["job_id"]
                for n in range(AT_ONCE)
            ]
            wait_until(lambda: len(list(outgoing.glob("gen_*"))) == AT_ONCE, "takes on their way")
            os.kill(program.pid, signal.SIGKILL)
            program.wait()
        return given

    def stored_after_all() -> None:
        with served(home, bucket, proxy.url) as (program, here):
            for job_id in jobs:
                job = until_ended(here, job_id)
                assert (job["status"], job["retry_count"]) == ("completed", 0), job
            os.kill(program.pid, signal.SIGTERM)
            program.wait()

    loop = asyncio.get_running_loop()
    async with Proxy(bucket.server.url) as proxy:
        for _ in range(kills):
            gone, shut = asyncio.Event(), asyncio.Event()
            killing = asyncio.create_task(asyncio.to_thread(made_and_killed))
            await gone.wait()
            await proxy.shut()
            shut.set()
            jobs += await killing
            await proxy.open()
            await asyncio.to_thread(stored_after_all)
    with closing(sqlite3.connect(home / "data" / "server" / "studio.db")) as rows:
        attempts = Counter(row[0] for row in rows.execute("SELECT attempt FROM jobs"))
        takes = {row[0] for row in rows.execute("SELECT path FROM takes")}
    assert attempts == {1: len(jobs)}, "what was made is stored, and not made again"
    assert bucket.keys() == takes and len(takes) == len(jobs)
    assert list(outgoing.glob("*")) == [] and bucket.unfinished() == 0
    state(f"killed -9 {kills} times between made and stored: {len(jobs)} of {len(jobs)} takes "
          "stored once, none made twice")  # fmt: skip


def test_without_its_bucket_it_does_not_start(bucket: Bucket, tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError, match="can't be reached"),
        served(tmp_path / "home", bucket, "http://127.0.0.1:9"),
    ):
        pass
    log = (tmp_path / "home.log").read_text()
    assert "Traceback" not in log and bucket.server.secret not in log
