"""Files that go to a connection without passing through this process: ASGI's zero copy send.

The kernel copies from the file's pages to the socket. It reads the disk in a thread, and a listener
who takes nothing holds none: the loop waits until there is room again.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys

import anyio.to_thread

from engine.errors import StorageError

__all__ = ["POSSIBLE", "ZERO_COPY", "send_file"]

ZERO_COPY = "http.response.zerocopysend"
"""The extension of ASGI, and its message: ``file`` (a descriptor), ``offset`` and ``count``."""
POSSIBLE = sys.platform == "linux"
"""Others have calls of this name that count or wait in other ways."""
AT_ONCE = 4 * 2**20
"""Bytes that the kernel is asked to take; it takes what the socket has room for."""


async def send_file(to: socket.socket, file: int, offset: int, count: int) -> None:
    """Send ``count`` bytes; nobody else may write to the connection meanwhile.

    Raises ConnectionError or TimeoutError when it is lost, StorageError when the file ends early.
    """
    # A descriptor of our own: the loop lets nobody wait for that of a transport.
    out = os.dup(to.fileno())
    try:
        while count:
            try:
                # Not left alone when this is cancelled: the descriptors would be others' then.
                sent = await anyio.to_thread.run_sync(
                    os.sendfile, out, file, offset, min(count, AT_ONCE)
                )
            except BlockingIOError:
                await _room(out)
                continue
            if not sent:
                raise StorageError("The file is shorter than it was.")
            offset += sent
            count -= sent
    finally:
        os.close(out)


async def _room(out: int) -> None:
    """Until it can be written to, or is lost."""
    loop = asyncio.get_running_loop()
    there = loop.create_future()
    loop.add_writer(out, lambda: None if there.done() else there.set_result(None))
    try:
        await there
    finally:
        loop.remove_writer(out)
