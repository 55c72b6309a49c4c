"""Logins by an identity provider's keys, over a real HTTPS server that has its bad days."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
import time
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from engine.errors import Unavailable
from engine.server import keyset
from engine.server.keyset import FRESH, LARGEST, PAUSE, STALE, KeySet
from tests.certificates import self_signed
from tests.engine.server.running import TestServer, settings_in

PRIVATE = {kid: rsa.generate_private_key(65537, 2048) for kid in ("spring", "summer", "winter")}


DRIP = 0.005
"""Seconds between two bytes."""


def keys_of(*kids: str) -> bytes:
    keys = [
        json.loads(RSAAlgorithm.to_jwk(PRIVATE[kid].public_key())) | {"kid": kid, "use": "sig"}
        for kid in kids
    ]
    return json.dumps({"keys": keys}).encode()


class Provider:
    """``says``: its body, or None: it hangs up; ``gate``: it answers when this is set."""

    def __init__(self, folder: Path) -> None:
        self.says: bytes | None = keys_of("spring")
        self.status = 200
        self.asked = 0
        self.heard = threading.Event()
        self.gate = threading.Event()
        self.gate.set()
        self.drips = False
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked += 1
                provider.heard.set()
                provider.gate.wait(30)
                if provider.says is None:
                    return
                self.send_response(provider.status)
                self.send_header("Location", "https://127.0.0.1/elsewhere")
                self.send_header("Content-Length", str(len(provider.says)))
                self.end_headers()
                try:
                    for piece in provider.pieces:
                        self.wfile.write(piece)
                except OSError:
                    pass  # who asked has heard enough

            def log_message(self, *_: object) -> None:
                pass

        certificate = self_signed(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self._server.server_port}/keys"
        self.trust = ssl.create_default_context(cafile=certificate)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def pieces(self) -> Iterator[bytes]:
        """Of the body. What drips would come to its end, in two seconds or more."""
        if not self.drips:
            yield self.says or b""
            return
        for byte in self.says or b"":
            yield bytes([byte])
            threading.Event().wait(DRIP)

    def close(self) -> None:
        self.gate.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    running = Provider(tmp_path)
    yield running
    running.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def keys(provider: Provider, clock: Clock) -> AsyncIterator[KeySet]:
    known = KeySet(provider.url, provider.trust, clock)
    yield known
    await known.close()


async def test_keys_are_fetched_once_for_all(keys: KeySet, provider: Provider) -> None:
    found = await asyncio.gather(*(keys.key("spring") for _ in range(50)))
    assert all(found) and provider.asked == 1
    assert await keys.key("spring") and provider.asked == 1


async def test_a_new_key_is_found_at_a_bounded_rate(
    keys: KeySet, provider: Provider, clock: Clock
) -> None:
    assert await keys.key("spring")
    provider.says = keys_of("spring", "summer")
    assert [await keys.key(f"made up {n}") for n in range(20)] == [None] * 20
    assert await keys.key("summer") is None and provider.asked == 1
    clock.now += PAUSE
    assert await keys.key("summer") and await keys.key("spring")
    assert provider.asked == 2
    provider.says = keys_of("summer")
    clock.now += FRESH + 1
    assert await keys.key("spring"), "known, while it is looked at again"
    while keys._fetching is not None:
        await asyncio.shield(keys._fetching)
    assert await keys.key("spring") is None, "withdrawn"


@pytest.mark.logs("key set can't be had")
@pytest.mark.parametrize(
    ("says", "status"),
    [
        (None, 200),
        (b"", 200),
        (b"<html>it works</html>", 200),
        (b"[" * 100_000, 200),
        (b'{"keys": "all"}', 200),
        (b'{"keys": [1, {}, {"kty": "RSA", "kid": "summer"}]}', 200),
        (b'{"keys": []}', 200),
        (keys_of("summer") + b" " * 10_000_000, 200),
        (keys_of("summer"), 503),
        (keys_of("summer"), 302),
    ],
    ids=["hangs up", "empty", "html", "deep", "no list", "no keys", "none", "10 MB", "503", "302"],
)
async def test_a_provider_with_troubles_costs_nobody_who_is_known(
    keys: KeySet, provider: Provider, clock: Clock, says: bytes | None, status: int
) -> None:
    assert await keys.key("spring")
    provider.says, provider.status = says, status
    clock.now += FRESH + 1
    with pytest.raises(Unavailable):
        await keys.key("summer")
    assert await keys.key("spring")
    asked = provider.asked
    for _ in range(20):
        with pytest.raises(Unavailable):
            await keys.key("summer")
    assert provider.asked == asked, "not more often because it fails"
    clock.now += STALE
    with pytest.raises(Unavailable):
        await keys.key("spring")
    provider.says, provider.status = keys_of("spring", "summer"), 200
    clock.now += PAUSE
    assert await keys.key("summer") and await keys.key("spring")


@pytest.mark.logs("key set can't be had")
async def test_a_slow_provider_holds_up_nothing(
    keys: KeySet, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither one that does not begin, nor one that does not end."""
    monkeypatch.setattr(keyset, "PATIENCE", 0.3)
    provider.gate.clear()
    waiting = asyncio.create_task(keys.key("spring"))
    await asyncio.to_thread(provider.heard.wait)  # the loop goes on meanwhile
    assert not waiting.done()
    with pytest.raises(Unavailable):
        await waiting
    provider.gate.set()
    provider.drips = True
    monkeypatch.setattr(keys, "_tried", None)
    with pytest.raises(Unavailable):
        await keys.key("spring")


@pytest.mark.logs("key set can't be had")
async def test_a_provider_that_nobody_vouches_for_is_not_believed(provider: Provider) -> None:
    keys = KeySet(provider.url)
    try:
        with pytest.raises(Unavailable):
            await keys.key("spring")
    finally:
        await keys.close()
    assert provider.asked == 0 and LARGEST < 10_000_000


@pytest.mark.logs("key set can't be had|Logins can't be checked")
def test_people_log_in_by_it(provider: Provider, tmp_path: Path) -> None:
    settings = settings_in(
        tmp_path / "server",
        jwt_key=None,
        jwt_jwks_url=provider.url,
        require_login=True,
    )
    with TestServer(settings, trust=provider.trust) as server:
        assert status(server, "spring") == 200
        assert provider.asked == 1
        assert status(server, "spring", signed_by="summer") == 401, "the wrong key for its name"
        assert status(server, "summer") == 401
        assert status(server, None) == 401
        forged = jwt.encode(claims(), "a secret that somebody made up, long enough", "HS256",
                            headers={"kid": "made up"})  # fmt: skip
        with server.client(forged) as eve:
            assert eve.get("/jobs").status_code == 401
        assert provider.asked == 1, "what could not count anyway causes no fetch"
    provider.says = None
    with TestServer(settings, trust=provider.trust) as server:
        assert status(server, "spring") == 503, "it can't be known now"
        with server.client() as anybody:
            assert anybody.get("/health/live").status_code == 200


def status(server: TestServer, kid: str | None, signed_by: str | None = None) -> int:
    key: Any = PRIVATE[signed_by or kid or "spring"]
    token = jwt.encode(claims(), key, "RS256", headers={"kid": kid} if kid else None)
    with server.client(token) as client:
        return client.get("/jobs").status_code


def claims() -> dict[str, Any]:
    return {"sub": "dora", "aud": "music", "exp": int(time.time()) + 60}
