"""An identity provider's public keys (JWKS): fetched, kept, and asked for again with restraint.

Own code, as PyJWKClient fetches in a thread under one lock: while a provider is slow, each login
would hold one of the few threads there are; it also reads whatever size comes, and counts no pause
after a failure.
"""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import jwt
import truststore

from engine.errors import Unavailable

__all__ = ["KeySet"]

log = logging.getLogger(__name__)

FRESH = 300.0
"""Seconds until known keys are looked at again, beside the requests."""
STALE = 3600.0
"""Seconds for which known keys count when the provider does not answer."""
PAUSE = 10.0
"""Seconds between two fetches, however many unknown keys are named meanwhile."""
PATIENCE = 5.0
"""Seconds for one fetch, all in all."""
LARGEST = 256 * 1024
"""Bytes of a key set."""


class KeySet:
    """All waiting is asyncio's: the event loop goes on, and no thread is held.

    >>> key = await keys.key("2026-11")    # None: the provider has no such key
    """

    def __init__(
        self,
        url: str,
        trust: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``trust``: other certificates than the computer's own; ``clock``: in seconds."""
        self._url = url
        self._clock = clock
        self._http = httpx.AsyncClient(
            verify=trust or truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            follow_redirects=False,
            timeout=PATIENCE,
            headers={
                "Accept": "application/jwk-set+json, application/json",
                "Accept-Encoding": "identity",
            },
        )
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched: float | None = None
        self._tried: float | None = None
        self._failed = False
        self._fetching: asyncio.Task[None] | None = None

    async def key(self, kid: str) -> jwt.PyJWK | None:
        """The key of this id. Raises Unavailable when that can't be known now."""
        known = self._known(kid)
        if known is not None:
            if self._age() > FRESH:
                self._fetch_soon()
            return known
        fetching = self._fetch_soon()
        if fetching is not None:
            # All wait for the same one, and it goes on whoever leaves.
            await asyncio.shield(fetching)
            known = self._known(kid)
        if known is None and self._failed:
            raise Unavailable("Logins can't be checked just now.", retry_after=PAUSE)
        return known

    async def close(self) -> None:
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)
        await self._http.aclose()

    def _known(self, kid: str) -> jwt.PyJWK | None:
        return self._keys.get(kid) if self._age() <= STALE else None

    def _age(self) -> float:
        return float("inf") if self._fetched is None else self._clock() - self._fetched

    def _fetch_soon(self) -> asyncio.Task[None] | None:
        """The fetch that is under way or begins now; None: it is too soon for another."""
        if self._fetching is None:
            if self._tried is not None and self._clock() - self._tried < PAUSE:
                return None
            self._tried = self._clock()
            self._fetching = asyncio.create_task(self._fetch(), name="fetch keys")
        return self._fetching

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                self._keys = _keys_in(await self._body())
            self._fetched, self._failed = self._clock(), False
        except (httpx.HTTPError, TimeoutError, ValueError, RecursionError) as error:
            self._failed = True
            log.warning("the key set can't be had: %s: %s", type(error).__name__, error)
        finally:
            self._fetching = None

    async def _body(self) -> bytes:
        """Raises httpx.HTTPError, and ValueError for what is no good answer."""
        body = b""
        async with self._http.stream("GET", self._url) as response:
            if response.status_code != 200:
                raise ValueError(f"HTTP {response.status_code}")
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > LARGEST:
                    raise ValueError(f"it is larger than {LARGEST:,} bytes")
        return body


def _keys_in(body: bytes) -> dict[str, jwt.PyJWK]:
    """The usable keys by their ids. Raises ValueError when there are none, RecursionError."""
    data: Any = json.loads(body)
    keys: dict[str, jwt.PyJWK] = {}
    for each in data.get("keys", ()) if isinstance(data, dict) else ():
        # One of a kind unknown here does not spoil the others.
        with suppress(jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError):
            key = jwt.PyJWK.from_dict(each)
            if isinstance(key.key_id, str) and key.public_key_use in (None, "sig"):
                keys[key.key_id] = key
    if not keys:
        raise ValueError("it holds no key for signatures")
    return keys
