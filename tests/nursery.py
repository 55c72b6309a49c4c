"""Processes forked from one that has their libraries imported already, in place of started ones.

Starting Python with the libraries of a host or a server is seconds of work, which tests that start
many would measure before all else. A forked child runs the program's own ``main`` on the pipes, in
the folder and with the variables of who asked; what it does and how it dies is the same.

    python -P nursery.py serve NUMBER MODULE...   imports these, and forks hosts for who comes to
                                                  the listening socket of this number, until its
                                                  input ends
    python -SP nursery.py ask SOCKET ARGUMENT...  is one host, as its supervisor sees it

Standard library only, and run by its path: who asks has imported next to nothing.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

__all__ = ["asking", "die_with", "fork_for_ever", "live_as_host", "request"]

STDIO = (0, 1, 2)

Live = Callable[[dict[str, Any], socket.socket], object]


def fork_for_ever(door: socket.socket, live: Live) -> None:
    """Fork a child for each wish that comes through ``door``, until this process' input ends.

    ``live`` is what the child does, with the wish and the line to who has it. No thread may run
    here: it would not be there in the child.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them here
    ends = STDIO[0]
    while ends not in select.select([door.fileno(), ends], [], [])[0]:
        line, _ = door.accept()
        message, pipes, _, _ = socket.recv_fds(line, 2**16, len(STDIO))
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            door.close()
            for pipe, number in zip(pipes, STDIO, strict=True):
                os.dup2(pipe, number)
                os.close(pipe)
            os.setsid()
            _live(live, json.loads(message), line)
        for pipe in pipes:
            os.close(pipe)
        line.close()


def _live(live: Live, wish: dict[str, Any], line: socket.socket) -> None:
    """Never back into the loop of the process that this was forked from."""
    try:
        os.chdir(wish["folder"])
        os.environ.clear()
        os.environ |= wish["environment"]
        live(wish, line)
    except BaseException:  # noqa: BLE001 - as Python does at its end
        traceback.print_exc()
    finally:
        os._exit(1)


def live_as_host(wish: dict[str, Any], line: socket.socket) -> None:
    """A host; it is killed with who asked, as that stands for it."""
    from engine.host import __main__ as host

    die_with(line)
    host.main(wish["arguments"])


def die_with(line: socket.socket) -> None:
    """Be killed when who asked closes the line, or is gone himself."""

    def follow() -> None:
        line.recv(1)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=follow, daemon=True).start()


def request(
    path: str,
    pipes: tuple[int, int, int],
    kind: str,
    arguments: list[str],
    environment: dict[str, str] | None = None,
) -> socket.socket:
    """Ask for a process on these pipes, with variables beside those of this one. The line closes
    when the process ends."""
    line = socket.socket(socket.AF_UNIX)
    line.connect(path)
    wish = {
        "kind": kind,
        "arguments": arguments,
        "folder": os.getcwd(),  # noqa: PTH109 - pathlib would be most of what is imported here
        "environment": {**os.environ, **(environment or {})},
    }
    socket.send_fds(line, [json.dumps(wish).encode()], pipes)
    return line


def asking(path: str, arguments: list[str]) -> list[str]:
    """The command that is one host of the nursery at this socket."""
    return [sys.executable, "-SP", __file__, "ask", path, *arguments]


if __name__ == "__main__":
    what, where, *rest = sys.argv[1:]
    if what == "serve":
        for name in rest:
            importlib.import_module(name)
        fork_for_ever(socket.socket(fileno=int(where)), live_as_host)
    else:
        request(where, STDIO, "host", rest).recv(1)  # until it is gone
