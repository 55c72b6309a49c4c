"""A proxy on loopback that does to connections what bad networks do."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

__all__ = ["Fate", "Proxy", "Trouble"]


class Trouble(Enum):
    NONE = "passed"
    CUT = "cut"
    """Reset, in both directions, in the middle of whatever was said."""
    TRUNCATE = "truncated"
    """The server's words end early, politely."""
    DELAY = "delayed"
    DUPLICATE = "duplicated"
    """All that the client says reaches the server twice, over two connections."""
    REPEAT = "repeated"
    """The last bytes of something that the client says come twice, over the same connection."""
    UNHEARD = "unheard"
    """What is told by ``DEED`` is done, and the answer to it is lost with the connection."""
    HOLE = "swallowed"
    """From some byte on, nothing arrives any more."""


DEED = b"COMMIT"
REPEATED = 3
"""Bytes: too few for a message of PostgreSQL's, which would be done a second time."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens to one connection, after so many bytes of it."""

    trouble: Trouble = Trouble.NONE
    after: int = 0
    seconds: float = 0.0


class Proxy:
    """Listens on one port all its life; ``shut`` and ``open`` make the server go and come.

    >>> async with Proxy(server.url) as proxy:
    ...     await proxy.shut()
    """

    def __init__(
        self, target: str, fate: Callable[[], Fate] = Fate, host: str = "127.0.0.1"
    ) -> None:
        """``host``: where it listens."""
        self._host = host
        parts = urlsplit(target)
        self._target = (parts.hostname or "", parts.port or 80)
        self._fate = fate
        self._port = 0
        self._server: asyncio.Server | None = None
        self.busy = False
        """Answer 503 in place of the server."""
        self.spoil: Callable[[bytes], bytes] = bytes
        """Done to what the client says."""
        self.refused = 0
        """So often."""
        self._connections: set[asyncio.Task[None]] = set()
        self.struck: Counter[Trouble] = Counter()
        """Troubles that happened, and not only could have."""

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self._port}"

    @property
    def port(self) -> int:
        return self._port

    async def __aenter__(self) -> Proxy:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.shut()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, self._host, self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """Refuse connections, and cut those that there are."""
        if self._server is not None:
            # Nothing more is accepted, and only then closed: what asyncio has accepted and not yet
            # given out when its server closes, it forgets with an open socket.
            for listening in self._server.sockets:
                asyncio.get_running_loop().remove_reader(listening)
            await _settled()
            self._server.close()
            self._server = None
        connections = list(self._connections)
        for each in connections:
            each.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        await _settled()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._carry(reader, writer, self._fate()))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        await asyncio.gather(task, return_exceptions=True)
        writer.close()  # cancelled before it began, it has closed nothing

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fate: Fate
    ) -> None:
        there: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        try:
            if self.busy:
                await self._refuse(reader, writer)
                return
            times = 2 if fate.trouble is Trouble.DUPLICATE else 1
            there += [await asyncio.open_connection(*self._target) for _ in range(times)]
            if times == 2:
                self.struck[fate.trouble] += 1
            line = _Line(self, fate, writer)
            async with asyncio.TaskGroup() as pumps:
                pumps.create_task(line.ask(reader, [each for _, each in there]))
                pumps.create_task(line.answer(there[0][0], writer))
                for echo, _ in there[1:]:
                    pumps.create_task(_drain(echo))
        except* (ConnectionError, _Over):
            pass
        finally:
            for each in [writer, *(each for _, each in there)]:
                if fate.trouble is Trouble.CUT:
                    each.transport.abort()
                each.close()

    async def _refuse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """After what was asked has come, or the client would be cut while it speaks."""
        with suppress(asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
            if length and b"100-continue" not in head.lower():
                await reader.readexactly(int(length[1]))
            writer.write(
                b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            await writer.drain()
            self.refused += 1


_IN_ANSWERS = (Trouble.CUT, Trouble.TRUNCATE, Trouble.DELAY, Trouble.HOLE)
"""What happens to what the server says; a cut to whatever is said next."""


class _Over(Exception):
    """This connection's end has come."""


class _Line:
    """The bytes of one connection, counted in both directions."""

    def __init__(self, proxy: Proxy, fate: Fate, client: asyncio.StreamWriter) -> None:
        self._proxy = proxy
        self._fate = fate
        self._client = client
        self._carried = 0
        self._struck = False
        self._deaf = False
        """To what the server answers from now on."""

    async def ask(self, reader: asyncio.StreamReader, to: list[asyncio.StreamWriter]) -> None:
        while data := self._proxy.spoil(await reader.read(65536)):
            match self._fate.trouble:
                case Trouble.CUT:
                    data = await self._strike(data, to)
                case Trouble.REPEAT if self._due(data):
                    data += data[-REPEATED:]
                case Trouble.UNHEARD if self._due(data, DEED in data):
                    self._deaf = True
            for each in to:
                each.write(data)
                await each.drain()
        raise _Over

    async def answer(self, reader: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if self._deaf:
                raise _Over
            if self._fate.trouble in _IN_ANSWERS:
                data = await self._strike(data, [to])
            to.write(data)
            await to.drain()
        raise _Over

    def _due(self, data: bytes, fit: bool = True) -> bool:
        """Whether its fate comes over this, if it is ``fit``; once."""
        self._carried += len(data)
        if self._struck or not fit or self._carried <= self._fate.after:
            return False
        self._struck = True
        self._proxy.struck[self._fate.trouble] += 1
        return True

    async def _strike(self, data: bytes, to: list[asyncio.StreamWriter]) -> bytes:
        """What is passed on of this, once its fate has been done to it."""
        fate = self._fate
        if fate.trouble is Trouble.NONE or not self._due(data):
            return data
        if fate.trouble is Trouble.DELAY:
            await asyncio.sleep(fate.seconds)
            return data
        kept = data[: max(0, len(data) - (self._carried - fate.after))]
        for each in to:
            each.write(kept)
            await each.drain()
        if fate.trouble is Trouble.HOLE:
            await asyncio.Event().wait()  # until the client has had enough
        raise _Over


async def _settled() -> None:
    """Let the loop do what is due: from a connection to its task it takes a few rounds."""
    for _ in range(5):
        await asyncio.sleep(0)


async def _drain(reader: asyncio.StreamReader) -> None:
    while await reader.read(65536):
        continue
