"""The rules of packaging/deploy/nginx with the real nginx, before fronts that break at will."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.balancer import NGINX, balancing, written
from tests.certificates import self_signed

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")

DEPLOY = Path(__file__).resolve().parents[2] / "packaging" / "deploy"


class Front:
    """Answers 200 with what it was asked, or breaks off once it has heard everything."""

    def __init__(self, *, breaks: bool = False) -> None:
        self.breaks = breaks
        self.heard: list[str] = []
        """The request of each connection, head and body."""
        self.more = asyncio.Event()
        """Lets a stream go on to its second event."""

    async def __aenter__(self) -> Front:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.address = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = dict(line.lower().split(": ", 1) for line in head.splitlines()[1:] if line)
        body = await reader.readexactly(int(lines.get("content-length", 0)))
        self.heard.append(head + body.decode())
        if not self.breaks:
            writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n")
            if "/events " in head:
                writer.write(b"Content-Type: text/event-stream\r\n\r\nid: 1\ndata: one\n\n")
                await writer.drain()
                await self.more.wait()
                writer.write(b"id: 2\ndata: two\n\n")
            else:
                writer.write(b"Content-Length: 2\r\n\r\nok")
            await writer.drain()
        writer.close()


@pytest.fixture
async def broken() -> AsyncIterator[Front]:
    async with Front(breaks=True) as front:
        yield front


@pytest.fixture
async def good() -> AsyncIterator[Front]:
    async with Front() as front:
        yield front


@pytest.fixture
def through(tmp_path: Path, broken: Front, good: Front) -> Iterator[str]:
    """The balancer, which asks the broken front first, each time."""
    fronts = [f"{broken.address} max_fails=0", f"{good.address} backup"]
    with balancing(tmp_path / "nginx", fronts) as url:
        yield url


async def ask(url: str, method: str, path: str, **more: object) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"{url}/api/v1", trust_env=False) as client:
        return await client.request(method, path, **more)  # type: ignore[arg-type]


async def test_what_may_be_repeated_is(through: str, broken: Front, good: Front) -> None:
    assert (await ask(through, "GET", "/jobs/gen_1")).status_code == 200
    header = {"Idempotency-Key": "k"}
    for path in ("/generate", "/generate/batch"):
        answer = await ask(through, "POST", path, json={"prompt": "calm"}, headers=header)
        assert answer.status_code == 200
    assert len(broken.heard) == len(good.heard) == 3
    for first, second in zip(broken.heard, good.heard, strict=True):
        assert first.partition("\r\n")[0] == second.partition("\r\n")[0]
        assert first.rpartition("\r\n\r\n")[2] == second.rpartition("\r\n\r\n")[2]
    assert all("idempotency-key: k" in heard.lower() for heard in good.heard[1:])


@pytest.mark.parametrize("path", ["/generate", "/generate/batch", "/jobs/gen_1/retry", "/stitch"])
async def test_what_may_be_done_already_is_not(
    through: str, broken: Front, good: Front, path: str
) -> None:
    assert (await ask(through, "POST", path, json={})).status_code == 502
    assert len(broken.heard) == 1
    assert not good.heard


async def test_when_nobody_answers_that_is_said_as_the_fronts_would(
    through: str, good: Front
) -> None:
    good.breaks = True
    for headers in ({}, {"Idempotency-Key": "k"}):
        answer = await ask(through, "POST", "/generate", json={}, headers=headers)
        assert answer.status_code == answer.json()["status"] == 502
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"] == "2"


async def test_what_nobody_has_heard_goes_to_the_next(tmp_path: Path, good: Front) -> None:
    async with Front() as gone:
        address = gone.address
    fronts = [f"{address} max_fails=0", f"{good.address} backup"]
    with balancing(tmp_path / "nginx", fronts) as url:
        assert (await ask(url, "POST", "/generate", json={})).status_code == 200
    assert len(good.heard) == 1


async def test_a_caller_cannot_say_who_he_is(through: str, good: Front) -> None:
    lies = {"X-Forwarded-For": "127.0.0.9", "Forwarded": "for=127.0.0.9", "X-Real-IP": "127.0.0.9"}
    await ask(through, "GET", "/jobs", headers=lies | {"X-Forwarded-Proto": "https"})
    assert "127.0.0.9" not in good.heard[0]
    assert "X-Forwarded-For: 127.0.0.1\r\n" in good.heard[0]
    assert "X-Forwarded-Proto: http\r\n" in good.heard[0]


async def test_events_and_ranges_pass_as_they_are(through: str, good: Front) -> None:
    async with (
        httpx.AsyncClient(base_url=f"{through}/api/v1", trust_env=False) as client,
        client.stream("GET", "/events", headers={"Last-Event-ID": "a-1"}) as answer,
    ):
        pieces = answer.aiter_text()
        assert await anext(pieces) == "id: 1\ndata: one\n\n", "at once, and not when all is over"
        good.more.set()
        assert await anext(pieces) == "id: 2\ndata: two\n\n"
    await ask(through, "GET", "/media/music/a.wav", headers={"Range": "bytes=5-", "If-Range": "x"})
    assert "last-event-id: a-1" in good.heard[0].lower()
    assert "range: bytes=5-" in good.heard[1].lower()
    assert "if-range: x" in good.heard[1].lower()


async def test_what_is_not_for_callers_is_not_passed_on(through: str, good: Front) -> None:
    for path in ("/metrics", "/health/detailed"):
        assert (await ask(through, "GET", path)).status_code == 404
    assert not good.heard


@pytest.mark.parametrize("kind", ["nginx", "compose"])
def test_nginx_takes_the_files_as_they_are(tmp_path: Path, kind: str) -> None:
    """With names that can be looked up here, and a certificate that is here."""
    command = written(tmp_path / "nginx", [], "")
    fronts = (DEPLOY / kind / "fronts.conf").read_text()
    listen = (DEPLOY / kind / "listen.conf").read_text()
    for name in ("front-1", "front-2"):
        fronts = fronts.replace(name, "127.0.0.1")
    certificate = self_signed(tmp_path)  # the key is in the same file
    for name in ("fullchain", "privkey"):
        listen = listen.replace(f"/etc/dgx-music/tls/{name}.pem", str(certificate))
    (tmp_path / "nginx" / "fronts.conf").write_text(fronts)
    (tmp_path / "nginx" / "listen.conf").write_text(listen)
    done = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr
