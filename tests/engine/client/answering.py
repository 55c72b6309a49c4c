"""A server that answers with the very bytes that a test gives it and keeps what it was asked, and a
client for it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from engine.client.client import ServerClient

__all__ = ["JOB", "TOKEN", "Answering", "answer", "answering", "client_of"]

TOKEN = "dgxm_a-secret-that-nobody-sees"  # noqa: S105
JOB = (
    b'{"job_id":"gen_1","status":"processing","current_step":"generating","progress":0.5,'
    b'"eta_seconds":2,"queue_position":null,"prompt":"p","name":null,"retry_count":0,"error":null,'
    b'"created_at":"2025-11-07T10:30:00Z","started_at":null,"finished_at":null,"audio_url":null}'
)
"""A snapshot."""


@dataclass
class Answering:
    """``said``: one answer after the other, the last one again and again; a callable gets the
    request and gives one."""

    said: list[bytes | Callable[[str], bytes]]
    url: str = ""
    asked: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.asked.append(head)
            said = self.said.pop(0) if len(self.said) > 1 else self.said[0]
            writer.write(said if isinstance(said, bytes) else said(head))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has left, which is what many of these tests are about
        finally:
            writer.close()


def answer(
    body: bytes = b"", status: str = "200 OK", length: int | None = -1, **more: str
) -> bytes:
    """One HTTP answer; ``length`` None leaves its header out."""
    headers = {"Content-Type": "application/json", "Connection": "close"}
    if length is not None:
        headers["Content-Length"] = str(len(body) if length == -1 else length)
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def client_of(url: str, **options: object) -> ServerClient:
    return ServerClient(url, TOKEN, **options)  # type: ignore[arg-type]


@asynccontextmanager
async def answering(
    *said: bytes | Callable[[str], bytes], tls: ssl.SSLContext | None = None
) -> AsyncIterator[Answering]:
    there = Answering(list(said))
    server = await asyncio.start_server(there.serve, "127.0.0.1", 0, ssl=tls)
    host, port = server.sockets[0].getsockname()[:2]
    there.url = f"{'https' if tls else 'http'}://{host}:{port}"
    async with server:
        yield there
