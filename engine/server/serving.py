"""Runs the server until it is told to end: uvicorn, signals, and an orderly end."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn

from engine.log_context import marked
from engine.open_files import raise_limit
from engine.server.app import build_app
from engine.server.opening import opened
from engine.server.service import Service
from engine.server.settings import ServerSettings
from engine.server.speaking import Speaking
from engine.talkers import hush

__all__ = ["Running", "serve"]

log = logging.getLogger(__name__)

LARGEST_MESSAGE = 64 * 1024
"""Bytes, of a WebSocket's message and of a request's head."""
ANSWER_SECONDS = 1.5
"""Of the grace time, for the answers that are under way when the work has been put away."""
STALLED_SECONDS = 120
"""A connection that takes nothing for this long is given up, or its buffers would stay."""
FEW_FILES = 4096
"""Fewer open files than this, and the server says how many listeners it has room for."""


async def serve(
    settings: ServerSettings, on_ready: Callable[[Running], None], **for_tests: Any
) -> None:
    """Until SIGTERM, SIGINT or ``Running.end``; ``on_ready`` is called once it answers.

    Raises what opening raises, and OSError when the address can't be had.
    """
    hush()
    if (files := raise_limit()) is not None and files < FEW_FILES:
        log.warning("only %d files may be open at once, and so fewer connections", files)
    with _bound(settings.host, settings.port) as sock:
        async with opened(settings, **for_tests) as service:
            config = uvicorn.Config(
                build_app(service),
                http=Speaking,
                log_config=None,
                access_log=False,  # the envelope's lines say more
                server_header=False,
                proxy_headers=bool(settings.trusted_proxies),
                forwarded_allow_ips=settings.trusted_proxies,
                lifespan="off",
                ws_max_size=LARGEST_MESSAGE,
                h11_max_incomplete_event_size=LARGEST_MESSAGE,
            )
            await Running(config, service, on_ready, _url(sock)).serve(sockets=[sock])


class Running(uvicorn.Server):
    """Ends in order: no new jobs, then the running ones to their checkpoints, then the doors."""

    def __init__(
        self,
        config: uvicorn.Config,
        service: Service,
        on_ready: Callable[[Running], None],
        url: str,
    ) -> None:
        super().__init__(config)
        self.service = service
        self.url = url
        """Scheme, host and port."""
        self._on_ready = on_ready
        self._loop = asyncio.get_running_loop()
        self._ending: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.should_exit:
            self._on_ready(self)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self._ending is not None:  # asked twice: at once
            self.should_exit = self.force_exit = True
        self.end()

    def end(self) -> None:
        """From any thread, or a signal's handler: only wakes the loop."""
        self._loop.call_soon_threadsafe(self._begin_to_end)

    def _begin_to_end(self) -> None:
        if self._ending is None:
            with marked(None):
                self._ending = asyncio.create_task(self._end())

    async def _end(self) -> None:
        log.info("ending: no new jobs are taken")
        grace = self.service.settings.grace_seconds
        deadline = self._loop.time() + grace
        try:
            async with asyncio.timeout_at(deadline):
                await self.service.drain(grace - min(ANSWER_SECONDS, grace / 4))
        except TimeoutError:
            log.warning("the running jobs could not be put back in time; the next start does it")
        finally:
            # What is left of it is for the answers that are under way.
            self.config.timeout_graceful_shutdown = max(1, int(deadline - self._loop.time()))
            self.should_exit = True


def _bound(host: str, port: int) -> socket.socket:
    """The listening socket: the address is ours before anything is opened."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if sys.platform == "linux":  # connections have it from here
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_SECONDS * 1000)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock


def _url(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
