"""The connection to one server: login, limits and checks of whatever is asked there.

One ``httpx.AsyncClient`` is kept for as long as the server is used: making one loads the
certificates each time. It follows no redirect, so that the token goes nowhere else.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import truststore

from engine.client.address import checked_token, normal_address
from engine.client.faults import fault_of_answer, fault_of_transport, strange
from engine.tracing import TRACEPARENT, Trace, current_trace
from engine.wire import API

__all__ = ["Answer", "Connection", "Patience"]

# Its information is a line for each request, with the link's signature in it.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)

LONGEST_BODY = 2 * 2**20
"""Bytes of an answer that is no audio."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds."""

    connect: float = 5.0
    read: float = 20.0
    """Of silence, within an answer."""
    answer: float = 30.0
    """For a whole answer that is no audio and no stream of events."""
    events: float = 40.0
    """Of silence in a stream of events: the server says something every 15 s."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A good one, whole."""

    status: int
    body: bytes
    etag: str
    """Empty when it has none."""


class Connection:
    """All methods raise ServerError."""

    def __init__(
        self,
        address: str,
        token: str,
        transport: httpx.AsyncBaseTransport | None,
        patience: Patience,
    ) -> None:
        """Raises InvalidRequest. ``transport``: another way there than the network."""
        self.address = normal_address(address)
        self.patience = patience
        token = checked_token(token)
        self._login = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.AsyncClient(
            transport=transport,
            verify=_trust(),
            follow_redirects=False,
            timeout=httpx.Timeout(patience.read, connect=patience.connect),
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=16),
            headers={
                "Accept": "application/json",
                "Accept-Encoding": "identity",  # what is packed may be a thousand times larger
                "User-Agent": "dgx-music-studio",
            },
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def ask(
        self,
        method: str,
        path: str,
        *,
        also: Collection[int] = (),
        whole: float | None = -1.0,
        login: bool = True,
        **options: Any,
    ) -> Answer:
        """``also``: statuses that are good as well; ``whole``: seconds for all of it, if not the
        usual ones."""
        seconds = self.patience.answer if whole == -1.0 else whole
        try:
            async with (
                asyncio.timeout(seconds),
                self.stream(method, path, login=login, **options) as response,
            ):
                await self.check(response, also)
                body = await _body(response)
                return Answer(response.status_code, body, response.headers.get("etag", ""))
        except TimeoutError as error:
            raise fault_of_transport(error) from None

    async def check(self, response: httpx.Response, also: Collection[int] = ()) -> None:
        """Raises what an answer other than a good one means."""
        if not (200 <= response.status_code < 300 or response.status_code in also):
            body = await _body(response)
            raise fault_of_answer(response.status_code, response.headers, body)

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        login: bool = True,
        **options: Any,
    ) -> AsyncIterator[httpx.Response]:
        """A request with the login, to the API of this server and nowhere else; its answer is
        not checked yet."""
        shown = {**(self._login if login else {}), **(headers or {})}
        url = f"{self.address}{API}{path}"
        async with self.sending(method, url, headers=shown, **options) as response:
            yield response

    @asynccontextmanager
    async def sending(
        self, method: str, url: str, *, headers: Mapping[str, str], **options: Any
    ) -> AsyncIterator[httpx.Response]:
        """A request without a login, as a piece of the trace that the work belongs to."""
        trace = (current_trace.get() or Trace.begun()).child()
        marked = {TRACEPARENT: str(trace), **headers}
        try:
            async with self._http.stream(method, url, headers=marked, **options) as response:
                yield response
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise fault_of_transport(error) from None


def _trust() -> ssl.SSLContext:
    """The computer's own store of certificates: there a house's own authority is known too."""
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


async def _body(response: httpx.Response) -> bytes:
    """Raises ServerStrange when it does not end."""
    body = b""
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > LONGEST_BODY:
            raise strange("an answer that does not end")
    return body
