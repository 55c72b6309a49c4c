"""Servers that tests start beside ours: on a free port, and never left behind.

Whoever starts one ends it. Where he can't, as he was killed himself, the system does: Linux tells
a process when its parent is gone, if it has asked for that (util-linux' ``setpriv`` asks).
"""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.e2e.processes import wait_until

__all__ = ["free_port", "start", "until_it_listens"]


def start(
    command: Sequence[str | Path],
    *,
    orphaned: signal.Signals = signal.SIGTERM,
    **how: Any,
) -> subprocess.Popen[Any]:
    """A server that runs until it is ended, or this process is over in whatever way: then it gets
    ``orphaned``, which it must take for an order to end at once, with all that it has started.
    ``how``: see ``subprocess.Popen``.
    """
    assert threading.current_thread() is threading.main_thread(), (
        "who started it is a thread to Linux: it would end with this one"
    )
    asking = ["setpriv", "--pdeathsig", orphaned.name.removeprefix("SIG")]
    words = [*(asking if shutil.which("setpriv") else []), *map(str, command)]
    return subprocess.Popen(words, **{"stdin": subprocess.DEVNULL} | how)


def free_port() -> int:
    """Of loopback; somebody else may take it before its server does."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def until_it_listens(
    port: int, process: subprocess.Popen[Any], why: Callable[[], str] = lambda: ""
) -> None:
    """Return once it does; fails with ``why`` if it has ended."""

    def listens() -> bool:
        assert process.poll() is None, f"{process.args!r} has ended: {why()}"
        with socket.socket() as sock:
            return sock.connect_ex(("127.0.0.1", port)) == 0

    wait_until(listens, f"{process.args!r}")
