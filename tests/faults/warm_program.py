"""Servers and their hosts, forked from a process that has their libraries imported already.

Each start of Python and its libraries takes seconds of work, which a suite of kills would measure
before all else. A forked server runs the program's own ``main`` with its arguments, a forked host
its own on the pipes of who asked; what they do and how they die is the same.

    python warm_program.py serve SOCKET          forks what is asked for, until it is killed
    python warm_program.py ask SOCKET ARGUMENTS  is one host, as its supervisor sees it
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading

STDIO = (0, 1, 2)


def serve(path: str) -> None:
    import app.journal  # noqa: F401 - what takes so long
    import engine.cluster.front
    import engine.cluster.working
    import engine.generators.sketch.generator
    import engine.server.serving  # noqa: F401
    import tests.fake_generators  # noqa: F401
    from app import cli
    from engine.dispatch import local, process
    from engine.host import __main__ as host
    from engine.host import loop  # noqa: F401

    def warm_host(settings: object) -> list[str]:
        arguments = process.host_command(settings)[3:]  # type: ignore[arg-type]
        return [sys.executable, "-S", __file__, "ask", path, *arguments]

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them here
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen()
        while True:
            asked, _ = door.accept()
            message, pipes, _, _ = socket.recv_fds(asked, 2**16, len(STDIO))
            what = json.loads(message)
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                door.close()
                for pipe, number in zip(pipes, STDIO, strict=True):
                    os.dup2(pipe, number)
                    os.close(pipe)
                os.setsid()
                threading.Thread(target=follow, args=(asked,), daemon=True).start()
                if what["kind"] == "host":
                    host.main(what["arguments"])  # ends the process; `asked` closes with it
                asked.sendall(str(os.getpid()).encode())
                os.environ |= what["environment"]
                local.host_command = warm_host  # type: ignore[attr-defined]
                sys.argv = ["dgx-music", *what["arguments"]]
                try:
                    cli.main()
                finally:
                    os._exit(1)  # not into the loop of this process
            for pipe in pipes:
                os.close(pipe)
            asked.close()


def follow(asked: socket.socket) -> None:
    """Be killed with who asked, as it stands for this process."""
    asked.recv(1)
    os.kill(os.getpid(), signal.SIGKILL)


def request(
    path: str, pipes: tuple[int, int, int], kind: str, arguments: list[str], **more: object
) -> socket.socket:
    """Ask for a process on these pipes; the connection says its id, if a server, and closes with
    it. It is killed when this end of the connection closes."""
    line = socket.socket(socket.AF_UNIX)
    line.connect(path)
    message = {"kind": kind, "arguments": arguments} | more
    socket.send_fds(line, [json.dumps(message).encode()], pipes)
    return line


if __name__ == "__main__":
    what, where, *rest = sys.argv[1:]
    if what == "serve":
        serve(where)
    else:
        request(where, STDIO, "host", rest).recv(1)  # until it is gone
