"""The client of a server: its contract as methods, its troubles as ServerErrors.

One ``httpx.AsyncClient`` is kept for as long as the server is used: making one loads the
certificates each time. It follows no redirect, so that the token goes nowhere else; it believes no
length, name or id before it has looked at it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import truststore
from pydantic import BaseModel, ValidationError

from engine.client.address import checked_token, normal_address
from engine.client.faults import fault_of_answer, fault_of_transport, strange
from engine.client.fetching import Fetching
from engine.client.sse import sent_events
from engine.jobs import is_job_id
from engine.wire import API, AudioLink, Generate, JobView, ModelsView, QueueStats, UploadView

__all__ = ["Health", "NoStream", "Patience", "ServerClient"]

# Its information is a line for each request, with the link's signature in it.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)

V = TypeVar("V", bound=BaseModel)

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


class Health(BaseModel):
    """What a server says of itself."""

    status: str
    version: str
    checks: Mapping[str, Mapping[str, Any]] = {}

    @property
    def gpu(self) -> str:
        return str(self.checks.get("gpu", {}).get("message", ""))[:200]


class NoStream(Exception):
    """There are no events to follow here; look at the job instead."""


class ServerClient:
    """A server, as seen from a studio. All methods raise ServerError.

    >>> client = ServerClient("https://dgx01:8000", token)
    >>> job = await client.submit(Generate(prompt="calm piano", duration=20), key=job_id)
    """

    def __init__(
        self,
        address: str,
        token: str = "",
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        patience: Patience | None = None,
    ) -> None:
        """Raises InvalidRequest. ``transport``: another way there than the network."""
        self.address = normal_address(address)
        self._patience = patience or Patience()
        token = checked_token(token)
        self._login = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.AsyncClient(
            transport=transport,
            verify=_trust(),
            follow_redirects=False,
            timeout=httpx.Timeout(self._patience.read, connect=self._patience.connect),
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=16),
            headers={
                "Accept": "application/json",
                "Accept-Encoding": "identity",  # what is packed may be a thousand times larger
                "User-Agent": "dgx-music-studio",
            },
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def health(self) -> Health:
        """How it is; an unhealthy server says so too."""
        return await self._get("/health", Health, also=503, login=False)

    async def models(self) -> ModelsView:
        return await self._get("/models", ModelsView)

    async def stats(self) -> QueueStats:
        return await self._get("/queue/stats", QueueStats)

    async def submit(self, body: Generate, key: str) -> JobView:
        """Queue a job; the same key again gives the same job."""
        content = body.model_dump_json(exclude_none=True)
        headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
        answer = await self._ask("POST", "/generate", content=content.encode(), headers=headers)
        return _job(answer)

    async def job(self, job_id: str) -> JobView:
        return _job(await self._ask("GET", f"/jobs/{_safe(job_id)}"))

    async def cancel(self, job_id: str) -> None:
        await self._ask("POST", f"/jobs/{_safe(job_id)}/cancel")

    async def events(self, job_id: str, last_id: str = "") -> AsyncGenerator[tuple[str, JobView]]:
        """(event's id, snapshot) from ``last_id`` on, until the stream ends. Raises NoStream."""
        headers = {"Accept": "text/event-stream", "Cache-Control": "no-store"}
        if last_id:
            headers["Last-Event-ID"] = last_id
        timeout = httpx.Timeout(self._patience.events, connect=self._patience.connect)
        path = f"/jobs/{_safe(job_id)}/events"
        async with self._stream("GET", path, headers=headers, timeout=timeout) as response:
            if response.status_code == 204:
                return
            if response.status_code in (404, 405, 406, 501):
                raise NoStream
            await self._check(response)
            if not response.headers.get("content-type", "").startswith("text/event-stream"):
                raise NoStream
            async for sent in sent_events(response.aiter_raw()):
                yield sent.id, _job(sent.data.encode())

    async def audio_link(self, job_id: str) -> AudioLink:
        return _parsed(AudioLink, await self._ask("GET", f"/jobs/{_safe(job_id)}/audio/url"))

    async def fetch(
        self, link: str, folder: Path, name: str, on_bytes: Callable[[], None] = lambda: None
    ) -> Path:
        """The file of a signed link, checked; its path in ``folder``. What has arrived of it
        stays there when it breaks off, and the next call goes on from it."""
        url = self.address + _own_path(link)  # the link needs no login, so it gets none
        fetching = Fetching(folder, name)
        async with self._sending("GET", url, headers=fetching.headers()) as response:
            return await fetching.take(response, on_bytes)

    async def upload(self, path: Path) -> UploadView:
        """Send reference audio. Raises OSError when it can't be read."""
        with closing(await asyncio.to_thread(path.open, "rb")) as file:
            answer = await self._ask(
                "POST",
                "/uploads",
                params={"name": path.name[-100:]},
                content=_chunks(file),
                headers={
                    "Content-Type": "application/octet-stream",
                    "Content-Length": str(os.fstat(file.fileno()).st_size),
                },
                whole=None,
            )
        view = _parsed(UploadView, answer)
        if not re.fullmatch(r"upl_[0-9a-z]{1,40}", view.upload_id):
            raise strange("an upload's id that is none")
        return view

    # -- inside ------------------------------------------------------------------------------

    async def _get(
        self, path: str, kind: type[V], *, also: int | None = None, login: bool = True
    ) -> V:
        return _parsed(kind, await self._ask("GET", path, also=also, login=login))

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        also: int | None = None,
        whole: float | None = -1.0,
        login: bool = True,
        **options: Any,
    ) -> bytes:
        """The body of a good answer. ``whole``: seconds for all of it; ``also``: a status that
        is good as well."""
        seconds = self._patience.answer if whole == -1.0 else whole
        try:
            async with (
                asyncio.timeout(seconds),
                self._stream(method, path, login=login, **options) as response,
            ):
                if response.status_code != also:
                    await self._check(response)
                return await _body(response)
        except TimeoutError as error:
            raise fault_of_transport(error) from None

    async def _check(self, response: httpx.Response) -> None:
        if not 200 <= response.status_code < 300:
            body = await _body(response)
            raise fault_of_answer(response.status_code, response.headers, body)

    @asynccontextmanager
    async def _stream(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        login: bool = True,
        **options: Any,
    ) -> AsyncIterator[httpx.Response]:
        """A request with the login, to the API of this server and nowhere else."""
        shown = {**(self._login if login else {}), **(headers or {})}
        url = f"{self.address}{API}{path}"
        async with self._sending(method, url, headers=shown, **options) as response:
            yield response

    @asynccontextmanager
    async def _sending(
        self, method: str, url: str, **options: Any
    ) -> AsyncIterator[httpx.Response]:
        try:
            async with self._http.stream(method, url, **options) as response:
                yield response
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise fault_of_transport(error) from None


def _trust() -> ssl.SSLContext:
    """The computer's own store of certificates: there a house's own authority is known too."""
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _safe(job_id: str) -> str:
    """An id that can stand in a path. Raises ServerStrange."""
    if not is_job_id(job_id) or len(job_id) > 60:
        raise strange("a job's id that is none")
    return job_id


def _own_path(link: str) -> str:
    """A signed link's path and query: a proxy may know the server by another name, but audio
    comes from where the jobs are. Raises ServerStrange."""
    try:
        parts = urlsplit(link)
    except ValueError:
        raise strange("a link that is none") from None
    at = parts.path.find(f"{API}/media/")
    path = parts.path[at:]
    if at < 0 or ".." in path or not re.fullmatch(r"[\x21-\x7e]{1,2000}", path + parts.query):
        raise strange("audio that lies elsewhere")
    return f"{path}?{parts.query}"


def _job(body: bytes) -> JobView:
    view = _parsed(JobView, body)
    _safe(view.job_id)
    return view


def _parsed(kind: type[V], body: bytes) -> V:
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        places = ", ".join(".".join(map(str, e["loc"])) or e["type"] for e in error.errors()[:5])
        raise strange(f"no {kind.__name__}: {places}") from None


async def _body(response: httpx.Response) -> bytes:
    """Raises ServerStrange when it does not end."""
    body = b""
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > LONGEST_BODY:
            raise strange("an answer that does not end")
    return body


async def _chunks(file: Any) -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(file.read, 256 * 1024):
        yield chunk
