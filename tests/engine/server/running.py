"""A real server on a free port, in a thread of its own or as a process, and clients for it."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import jwt
import numpy as np
import pytest
import soundfile as sf

from app.journal import start_journal
from engine.server.service import Service
from engine.server.serving import Running, serve
from engine.server.settings import ServerSettings
from engine.store.tokens import Tokens
from tests.buckets import S3Server, known_to_boto
from tests.engine.conftest import SCRIPTED

ROOT = Path(__file__).resolve().parents[3]
KEY = "a shared secret of the tests, long enough"
BOTH = ("disk", "moto")
"""Kinds of storage."""
FINAL = ("completed", "failed", "cancelled")


def settings_in(folder: Path, **changes: Any) -> ServerSettings:
    values: dict[str, Any] = {
        "data_folder": folder / "data",
        "takes_folder": folder / "storage",
        "cache_folder": folder / "cache",
        "port": 0,
        "generators": SCRIPTED,
        "retry_delay": 0.01,
        "jwt_key": KEY,
        "jwt_audience": "music",
        "heartbeat_seconds": 0.5,
    }
    return ServerSettings(**(values | changes))


def storage_settings(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """Of the kind that is the fixture's parameter; without one, of the disk."""
    kind = getattr(request, "param", "disk")
    if kind == "disk":
        yield {}
        return
    server: S3Server = request.getfixturevalue(kind)
    with known_to_boto(server):
        yield server.bucket().settings()


class TestServer:
    """Runs while in ``with``; ``client()`` talks to it."""

    __test__ = False

    def __init__(self, settings: ServerSettings, **options: Any) -> None:
        self.settings = settings
        self._options = options
        self._ready = threading.Event()
        self._error: BaseException | None = None
        self._running: Running | None = None
        self._thread = threading.Thread(target=self._live, name="test server")

    def __enter__(self) -> TestServer:
        self._thread.start()
        self._ready.wait()
        if self._error is not None:
            self._thread.join()
            raise self._error
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        if self._running is not None and self._thread.is_alive():
            self._running.end()
        self._thread.join()

    @property
    def service(self) -> Service:
        assert self._running is not None
        return self._running.service

    @property
    def url(self) -> str:
        assert self._running is not None
        return self._running.url

    def client(self, token: str | None = None, **options: Any) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= options.pop("headers", {})
        return httpx.Client(
            base_url=f"{self.url}/api/v1", headers=headers, timeout=30, trust_env=False, **options
        )

    def in_loop(self, work: Any) -> Any:
        """Call this on the server's loop, and wait for what it gives."""
        assert self._running is not None

        async def do() -> Any:
            return work()

        loop = self._running._loop
        return asyncio.run_coroutine_threadsafe(do(), loop).result(30)

    def in_loop_async(self, work: Any) -> Any:
        """The same for a coroutine function."""
        assert self._running is not None
        return asyncio.run_coroutine_threadsafe(work(), self._running._loop).result(30)

    def sql(self, statement: str) -> list[Any]:
        """Run this in the server's database; its rows, if it gives any."""
        database = self.service.engine.database

        def run() -> list[Any]:
            with database.writing():
                cursor = database.peewee.execute_sql(statement)
                return list(cursor.fetchall()) if cursor.description else []

        return list(self.in_loop(run))

    def keys(self, prefix: str) -> set[str]:
        """What the storage has under ``music`` or ``uploads``."""

        async def listed() -> set[str]:
            return {stored.key async for stored in self.service.storage.list(prefix)}

        found: set[str] = self.in_loop_async(listed)
        return found

    def on_the_way(self) -> list[str]:
        """What still lies among the outgoing."""
        return [path.name for path in self.service.takes.folder.glob("*")]

    def token(self, name: str, *, admin: bool = False) -> str:
        return self.in_loop(lambda: Tokens(self.service.engine.database).create(name, admin=admin))

    def _live(self) -> None:
        try:
            asyncio.run(serve(self.settings, self._is_ready, **self._options))
        except BaseException as error:  # noqa: BLE001 - raised where the test waits
            self._error = error
        finally:
            self._ready.set()

    def _is_ready(self, running: Running) -> None:
        self._running = running
        self._ready.set()


class Served:
    """``dgx-music serve`` as a process."""

    def __init__(self, home: Path, *arguments: str, **variables: str) -> None:
        environment = {
            **os.environ,
            "DGX_MUSIC_HOME": str(home),
            "DGX_MUSIC_GENERATORS": json.dumps(SCRIPTED),
            "PYTHONPATH": str(ROOT),
            **variables,
        }
        home.mkdir(parents=True, exist_ok=True)
        self._log = home / "serve.log"  # no pipe: nobody reads while it works
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app.cli", "serve", "--port", "0", *arguments],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://[\d.]+:\d+", line)
        assert found, line + self._log.read_text()
        self.client = httpx.Client(base_url=f"{found[0]}/api/v1", timeout=30, trust_env=False)

    def stop(self, sign: int) -> str:
        """Its log, after it has ended."""
        self.process.send_signal(sign)
        self.process.communicate(timeout=60)
        self.client.close()
        return self._log.read_text()


def jwt_for(subject: str, key: str = KEY, **claims: Any) -> str:
    now = int(time.time())
    payload = {"sub": subject, "aud": "music", "iat": now, "exp": now + 600} | claims
    return jwt.encode({k: v for k, v in payload.items() if v is not None}, key, "HS256")


def body(prompt: str = "calm piano, 70 bpm", **more: Any) -> dict[str, Any]:
    """A request that the scripted generator does at once."""
    return {"prompt": prompt, "duration": 1, "model": "scripted"} | more


def events(response: httpx.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    """(id, job) of each server-sent event."""
    event_id = ""
    for line in response.iter_lines():
        if line.startswith("id: "):
            event_id = line[4:]
        elif line.startswith("data: "):
            yield event_id, json.loads(line[6:])


def until_ended(client: httpx.Client, job_id: str) -> dict[str, Any]:
    """Follow a job's events to its end; the last snapshot."""
    last: dict[str, Any] = client.get(f"/jobs/{job_id}").json()
    with client.stream("GET", f"/jobs/{job_id}/events") as response:
        for _, last in events(response):
            if last["status"] in FINAL:
                break
    return last


def until_step(client: httpx.Client, job_id: str, step: str) -> dict[str, Any]:
    """Follow a job's events to a step; the snapshot."""
    with client.stream("GET", f"/jobs/{job_id}/events") as response:
        for _, job in events(response):
            if job["current_step"] == step:
                return job
            assert job["status"] not in FINAL, job
    raise AssertionError("the stream ended")


def made(client: httpx.Client, **more: Any) -> dict[str, Any]:
    """Submit, and wait until it has ended well."""
    answer = client.post("/generate", json=body(**more))
    assert answer.status_code == 202, answer.text
    job = until_ended(client, answer.json()["job_id"])
    assert job["status"] == "completed", job
    return job


def tone(seconds: float, format: str = "WAV", rate: int = 8_000) -> bytes:
    """A file of this length."""
    out = io.BytesIO()
    samples = 0.3 * np.sin(np.arange(round(seconds * rate)) * 0.3)
    sf.write(out, samples, rate, format=format)
    return out.getvalue()


@contextmanager
def journal_in(folder: Path) -> Iterator[Path]:
    """The program's log, as long as the body runs."""
    root = logging.getLogger()
    known, level = list(root.handlers), root.level
    path = start_journal(folder)
    assert path is not None
    try:
        yield path
    finally:
        for handler in [h for h in root.handlers if h not in known]:
            root.removeHandler(handler)
            handler.close()
        root.setLevel(level)
