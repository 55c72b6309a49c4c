"""The client of a server: its contract as methods, its troubles as ServerErrors.

It believes no length, name or id before it has looked at it.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel

from engine.client.connection import Connection, Patience
from engine.client.faults import strange
from engine.client.fetching import Fetching
from engine.client.looking import JobLook, PreviewLook
from engine.client.reading import own_path, read_as, read_job, safe_id
from engine.client.sse import sent_events
from engine.wire import AudioLink, Generate, JobView, ModelsView, QueueStats, UploadView

__all__ = ["Health", "NoStream", "Patience", "ServerClient"]

V = TypeVar("V", bound=BaseModel)


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
        self._connection = Connection(address, token, transport, patience or Patience())
        self.address = self._connection.address

    async def close(self) -> None:
        await self._connection.close()

    async def health(self) -> Health:
        """How it is; an unhealthy server says so too."""
        return await self._get("/health", Health, also=(503,), login=False)

    async def models(self) -> ModelsView:
        return await self._get("/models", ModelsView)

    async def stats(self) -> QueueStats:
        return await self._get("/queue/stats", QueueStats)

    async def submit(self, body: Generate, key: str) -> JobView:
        """Queue a job; the same key again gives the same job."""
        content = body.model_dump_json(exclude_none=True)
        headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
        answer = await self._connection.ask(
            "POST", "/generate", content=content.encode(), headers=headers
        )
        return read_job(answer.body)

    async def job(self, job_id: str) -> JobView:
        return await self.looking_at(job_id).now()

    def looking_at(self, job_id: str) -> JobLook:
        """For looking more than once."""
        return JobLook(self._connection, job_id)

    def listening_to(self, job_id: str, path: Path) -> PreviewLook:
        """For what grows of a job; ``path``: the WAV that it goes to."""
        return PreviewLook(self._connection, job_id, path)

    async def cancel(self, job_id: str) -> None:
        await self._connection.ask("POST", f"/jobs/{safe_id(job_id)}/cancel")

    async def stop_here(self, job_id: str) -> None:
        """Let a growing job end with what it has."""
        await self._connection.ask("POST", f"/jobs/{safe_id(job_id)}/stop")

    async def events(self, job_id: str, last_id: str = "") -> AsyncGenerator[tuple[str, JobView]]:
        """(event's id, snapshot) from ``last_id`` on, until the stream ends. Raises NoStream."""
        headers = {"Accept": "text/event-stream", "Cache-Control": "no-store"}
        if last_id:
            headers["Last-Event-ID"] = last_id
        patience = self._connection.patience
        timeout = httpx.Timeout(patience.events, connect=patience.connect)
        path = f"/jobs/{safe_id(job_id)}/events"
        async with self._connection.stream(
            "GET", path, headers=headers, timeout=timeout
        ) as response:
            if response.status_code == 204:
                return
            if response.status_code in (404, 405, 406, 501):
                raise NoStream
            await self._connection.check(response)
            if not response.headers.get("content-type", "").startswith("text/event-stream"):
                raise NoStream
            async for sent in sent_events(response.aiter_raw()):
                yield sent.id, read_job(sent.data.encode())

    async def audio_link(self, job_id: str) -> AudioLink:
        return await self._get(f"/jobs/{safe_id(job_id)}/audio/url", AudioLink)

    async def fetch(
        self, link: str, folder: Path, name: str, on_bytes: Callable[[], None] = lambda: None
    ) -> Path:
        """The file of a signed link, checked; its path in ``folder``. What has arrived of it
        stays there when it breaks off, and the next call goes on from it."""
        url = self.address + own_path(link)  # the link needs no login, so it gets none
        fetching = Fetching(folder, name)
        async with self._connection.sending("GET", url, headers=fetching.headers()) as response:
            return await fetching.take(response, on_bytes)

    async def upload(self, path: Path) -> UploadView:
        """Send reference audio. Raises OSError when it can't be read."""
        with closing(await asyncio.to_thread(path.open, "rb")) as file:
            answer = await self._connection.ask(
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
        view = read_as(UploadView, answer.body)
        if not re.fullmatch(r"upl_[0-9a-z]{1,40}", view.upload_id):
            raise strange("an upload's id that is none")
        return view

    # -- inside ------------------------------------------------------------------------------

    async def _get(self, path: str, kind: type[V], **how: Any) -> V:
        return read_as(kind, (await self._connection.ask("GET", path, **how)).body)


async def _chunks(file: Any) -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(file.read, 256 * 1024):
        yield chunk
