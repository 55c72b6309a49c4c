"""Runs the server until it is told to end: uvicorn, signals, and an orderly end."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn

from engine.server.app import build_app
from engine.server.opening import opened
from engine.server.service import Service
from engine.server.settings import ServerSettings

__all__ = ["serve"]

log = logging.getLogger(__name__)


async def serve(settings: ServerSettings, on_ready: Callable[[str], None]) -> None:
    """Until SIGTERM or SIGINT. ``on_ready`` hears the address once it answers.

    Raises what opening raises, and OSError when the address can't be had.
    """
    sock = _bound(settings.host, settings.port)
    with sock:
        async with opened(settings) as service:
            config = uvicorn.Config(
                build_app(service),
                log_config=None,
                access_log=False,  # it would log queries, and so the signatures in them
                server_header=False,
                proxy_headers=False,
                lifespan="off",
                timeout_graceful_shutdown=max(1, round(settings.grace_seconds)),
                ws_max_size=64 * 1024,
                h11_max_incomplete_event_size=64 * 1024,
            )
            host, port = sock.getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            server = _Server(config, service, lambda: on_ready(f"http://{shown}:{port}"))
            await server.serve(sockets=[sock])


class _Server(uvicorn.Server):
    """Ends in order: no new jobs, then the running ones to their checkpoints, then the doors."""

    def __init__(
        self, config: uvicorn.Config, service: Service, on_ready: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._service = service
        self._on_ready = on_ready
        self._ending: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.should_exit:
            self._loop = asyncio.get_running_loop()
            self._on_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """In the main thread, between two of its instructions: only wakes the loop."""
        if self._service.draining:  # asked twice: at once
            super().handle_exit(signal.SIGINT if sig == signal.SIGINT else sig, frame)
            self.force_exit = True
            return
        self._service.draining = True
        self._loop.call_soon_threadsafe(self._begin_to_end)

    def _begin_to_end(self) -> None:
        self._ending = asyncio.create_task(self._end())

    async def _end(self) -> None:
        log.info("ending: no new jobs are taken")
        try:
            async with asyncio.timeout(self._service.settings.grace_seconds):
                await self._service.drain()
        except TimeoutError:
            log.warning("the running jobs had no time for a checkpoint; they begin again")
        finally:
            self.should_exit = True


def _bound(host: str, port: int) -> socket.socket:
    """The listening socket: the address is ours before anything is opened."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock
