"""Audio that goes out by zero copy: the right bytes, whoever listens, and nothing left open."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest

from engine.errors import StorageError
from engine.server.zero_copy import POSSIBLE, send_file
from tests.e2e.processes import wait_until
from tests.engine.server.running import TestServer, made

pytestmark = pytest.mark.skipif(not POSSIBLE, reason="Linux alone has it")

DATA = np.random.default_rng(1).bytes(24 * 2**20 + 7)
MANY = 48
"""More than there are threads for files."""


@pytest.fixture
def large(server: TestServer, here: httpx.Client) -> Iterator[tuple[Path, str]]:
    """A take that no socket has room for, and the link to it."""
    job = made(here)
    [path] = (server.settings.takes_folder / "music").glob("*.wav")
    path.write_bytes(DATA)
    yield path, job["audio_url"]
    path.unlink()


def asking(url: str, headers: str = "") -> tuple[socket.socket, bytes]:
    """A connection, and a request to send over it."""
    parts = urlsplit(url)
    request = f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n"
    connection = socket.create_connection((parts.hostname, parts.port), timeout=30)
    return connection, request.encode()


def answer(stream: socket.SocketIO, size: int) -> bytes:
    """The body that follows the next head."""
    while stream.readline() != b"\r\n":
        pass
    body = bytearray()
    while len(body) < size:
        body += stream.read(size - len(body)) or b"?"
    return bytes(body)


def open_files() -> list[Path]:
    """What this process has open, as often as it has."""
    found = []
    for each in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # closed by another thread just now
            found.append(each.resolve())
    return found


def open_times(path: Path) -> int:
    return open_files().count(path.resolve())


def test_ranges_over_one_connection_are_those_bytes(large: tuple[Path, str]) -> None:
    """Asked for all at once, so nothing may come between one answer and the next."""
    path, url = large
    pieces = [(0, 10), (5, 9 * 2**20), (len(DATA) - 1, len(DATA)), (0, len(DATA))]
    requests = []
    for start, end in pieces:
        connection, request = asking(url, f"Range: bytes={start}-{end - 1}\r\n")
        requests.append(request)
        if len(requests) < len(pieces):
            connection.close()
    with connection, connection.makefile("rb") as stream:
        connection.sendall(b"".join(requests))
        for start, end in pieces:
            assert answer(stream, end - start) == DATA[start:end]
    wait_until(lambda: open_times(path) == 0, "the file to be closed")


def test_who_takes_nothing_keeps_nobody_from_listening(large: tuple[Path, str]) -> None:
    path, url = large
    with ExitStack() as waiting:
        for _ in range(MANY):
            connection, request = asking(url)
            waiting.enter_context(connection)
            connection.sendall(request)
            assert connection.recv(12) == b"HTTP/1.1 200"
        assert httpx.get(url, trust_env=False, timeout=30).content == DATA
        assert open_times(path) == MANY
    wait_until(lambda: open_times(path) == 0, "the files of those who left")


async def pair() -> tuple[socket.socket, socket.socket]:
    near, far = socket.socketpair()
    near.setblocking(False)
    return near, far


async def test_a_file_that_ends_early_is_told(tmp_path: Path) -> None:
    near, far = await pair()
    with near, far, (tmp_path / "a").open("w+b") as file:
        file.write(b"short")
        file.flush()
        with pytest.raises(StorageError, match="shorter"):
            await send_file(near, file.fileno(), 1, 100)
        assert far.recv(100) == b"hort"


async def test_who_leaves_or_is_given_up_leaves_nothing_open(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(DATA)
    before = len(open_files())
    for leaves in (True, False):
        near, far = await pair()
        with near, path.open("rb") as file:
            sending = asyncio.create_task(send_file(near, file.fileno(), 0, len(DATA)))
            await asyncio.to_thread(far.recv, 1)  # it has begun, and soon there is no room
            if leaves:
                far.close()
                with pytest.raises(ConnectionError):
                    await sending
            else:
                sending.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await sending
        far.close()
    assert len(open_files()) == before
