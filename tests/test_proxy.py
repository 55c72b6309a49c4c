"""The proxy by which tests break connections leaves none of them behind."""

from __future__ import annotations

import asyncio
import socket

import pytest

from tests.proxy import Proxy


@pytest.mark.parametrize("rounds", range(6))
async def test_who_comes_while_it_shuts_is_cut(rounds: int) -> None:
    """However far the loop is with a connection when the proxy is shut."""
    with socket.create_server(("127.0.0.1", 0)) as there:
        host, port = there.getsockname()
        async with Proxy(f"http://{host}:{port}") as proxy:
            with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as client:
                for _ in range(rounds):
                    await asyncio.sleep(0)
                await proxy.shut()
                client.settimeout(10)
                assert await asyncio.to_thread(_last_words, client) == b""


def _last_words(client: socket.socket) -> bytes:
    try:
        return client.recv(1)
    except ConnectionResetError:
        return b""
