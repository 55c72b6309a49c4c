"""A server in the same process, its answers streamed as they come.

httpx's own transport hands an answer over when it is complete, and a stream of events never is
while a take grows.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx

__all__ = ["InProcess"]


class InProcess(httpx.ASGITransport):
    """ASGITransport, but for the body, which is passed on while the app still speaks."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "scheme": request.url.scheme,
            "path": request.url.path,
            "raw_path": request.url.raw_path.split(b"?")[0],
            "query_string": request.url.query,
            "server": (request.url.host, request.url.port),
            "client": self.client,
            "root_path": self.root_path,
        }
        sent = request.stream.__aiter__()  # type: ignore[union-attr]
        said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        left = asyncio.Event()

        async def receive() -> dict[str, Any]:
            try:
                return {"type": "http.request", "body": await anext(sent), "more_body": True}
            except StopAsyncIteration:
                if not ended.is_set():
                    ended.set()
                    return {"type": "http.request", "body": b"", "more_body": False}
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            said.put_nowait(message)

        async def work() -> None:
            try:
                await self.app(scope, receive, send)  # type: ignore[arg-type]
            finally:
                said.put_nowait({"type": "end"})

        ended = asyncio.Event()
        task = asyncio.create_task(work())
        start = await said.get()
        if start["type"] == "end":
            await task
            raise AssertionError("the app said nothing")
        stream = _Body(said, task, left)
        return httpx.Response(start["status"], headers=start["headers"], stream=stream)


class _Body(httpx.AsyncByteStream):
    def __init__(
        self,
        said: asyncio.Queue[dict[str, Any]],
        task: asyncio.Task[None],
        left: asyncio.Event,
    ) -> None:
        self._said, self._task, self._left = said, task, left

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (message := await self._said.get())["type"] == "http.response.body":
            if message.get("body"):
                yield message["body"]
            if not message.get("more_body", False):
                return

    async def aclose(self) -> None:
        self._left.set()
        done, _ = await asyncio.wait([self._task], timeout=5)
        if not done:
            self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
