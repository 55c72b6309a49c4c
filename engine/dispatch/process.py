"""One life of a host process: start it, talk to it, hear of its end.

Supervision (what to do about the end) is the local lane's.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

from engine.host.protocol import Command, Event, decode_event, encode
from engine.log_context import marked, request_of
from engine.processes import child_command, unseen
from engine.settings import EngineSettings

__all__ = ["HostProcess", "host_command"]

log = logging.getLogger(__name__)

MAX_LINE = 2**20
"""Bytes; a longer line is no event of ours."""
MAX_RUBBISH = 100
"""Unreadable lines in a row before the host counts as broken."""
STDERR_LINES = 20
"""Kept for the details of a failure."""


def host_command(settings: EngineSettings) -> list[str]:
    """How to start a host that works by these settings."""
    return [
        *child_command("engine.host"),
        f"--models={settings.models}",
        f"--precision={settings.precision}",
        f"--unload-after={settings.unload_after:g}",
        *(f"--generator={name}={where}" for name, where in settings.generators.items()),
    ]


class HostProcess:
    """A running host. ``on_event`` hears its events, ``on_end`` its end, with the reason."""

    def __init__(
        self, on_event: Callable[[Event], None], on_end: Callable[[HostProcess, str], None]
    ) -> None:
        self._on_event = on_event
        self._on_end = on_end
        self._process: asyncio.subprocess.Process | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._last_words: deque[str] = deque(maxlen=STDERR_LINES)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def last_words(self) -> str:
        """The newest lines of its log."""
        return "\n".join(self._last_words)

    async def start(self, command: Sequence[str]) -> None:
        """Raises OSError if it can't be started."""
        loop = asyncio.get_running_loop()
        transport, protocol = await loop.subprocess_exec(
            lambda: _Protocol(MAX_LINE, loop),
            *command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            creationflags=unseen(),
            # Its own session: a Ctrl+C in the terminal is for the program, which ends the host.
            start_new_session=os.name == "posix",
        )
        self._process = asyncio.subprocess.Process(transport, protocol, loop)
        self._tasks = [
            asyncio.create_task(self._read_events(), name="host events"),
            asyncio.create_task(self._read_log(), name="host log"),
        ]

    def send(self, command: Command) -> None:
        """To a host that is gone this does nothing: its end is reported anyway."""
        if self._process and self._process.stdin and not self._process.stdin.is_closing():
            self._process.stdin.write(encode(command))

    def kill(self) -> None:
        """At once, with all that it started."""
        if self._process is None or self._process.returncode is not None:
            return
        if os.name == "posix":
            _kill_group(self._process.pid)
        else:
            self._process.kill()

    async def wait(self) -> None:
        """Until it has ended and all that it said was heard."""
        if self._process:
            await self._process.wait()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _read_events(self) -> None:
        process = self._process
        if process is None or process.stdout is None:
            raise RuntimeError("the host was not started")
        try:
            await self._hear(process.stdout)
        except Exception:
            # Nobody listens any more: its end must be told all the same, or its runs never end.
            log.exception("what the host said could not be heard: ending it")
        self.kill()
        while await process.stdout.read(MAX_LINE):  # asyncio waits for the end of its output
            continue
        code = await process.wait()
        reason = f"signal {-code}" if code < 0 else f"status {code}"
        self._on_end(self, reason)

    async def _hear(self, said: asyncio.StreamReader) -> None:
        """To the end of what it says, or of what can be borne of it."""
        rubbish = 0
        while rubbish < MAX_RUBBISH:
            try:
                line = await said.readline()
            except ValueError:  # a line longer than the limit
                return
            if not line:
                return
            event = decode_event(line)
            if event is not None:
                rubbish = 0
                self._on_event(event)
            else:
                if rubbish == 0:
                    log.warning("the host printed no event: %r", line[:200])
                rubbish += 1
        log.error("the host prints rubbish: ending it")

    async def _read_log(self) -> None:
        if self._process is None or self._process.stderr is None:
            raise RuntimeError("the host was not started")
        while True:
            try:
                line = await self._process.stderr.readline()
            except ValueError:
                continue
            if not line:
                return
            text = line.decode(errors="replace").rstrip()
            self._last_words.append(text)
            with marked(request_of(text)):
                log.info("host: %s", text)


class _Protocol(asyncio.subprocess.SubprocessStreamProtocol):
    """As asyncio's; and what a process has started ends with it. Who is left would hold its pipes,
    and asyncio tells of no end before they are closed."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if not isinstance(transport, asyncio.SubprocessTransport):
            raise TypeError("this is no process")
        self._pid = transport.get_pid()

    def process_exited(self) -> None:
        super().process_exited()
        if os.name == "posix":
            _kill_group(self._pid)


def _kill_group(leader: int | None) -> None:
    """Of a process that began a session of its own."""
    if leader is not None:
        with suppress(ProcessLookupError, PermissionError):  # all of it has ended by itself
            os.killpg(leader, signal.SIGKILL)
