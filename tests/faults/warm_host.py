"""Host processes that have their libraries imported already, so that many can be killed.

Importing torch and audiocraft takes ten seconds of work, and every death of a host asks for it
again: a suite of deaths would measure imports. So one process imports all once, and forks a child
for each host that is asked for. The child runs the host's own ``main`` on the pipes of who asked.

    python warm_host.py serve SOCKET MODELS        writes the models' files, and forks hosts until
                                                   it is killed
    python warm_host.py ask SOCKET ARGUMENTS       is one host, as its supervisor sees it
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
from dataclasses import replace
from pathlib import Path

STDIO = (0, 1, 2)


def serve(path: str, models: Path) -> None:
    from engine.audio.analysis import get_ready
    from engine.generators.musicgen import loading  # noqa: F401 - what takes so long
    from engine.host import __main__ as host
    from engine.host import loop  # noqa: F401
    from tests.engine.musicgen import checkpoints

    # In a process of its own: one that has computed in parallel can't be forked any more.
    if (writer := os.fork()) == 0:
        checkpoints.write_text_encoder(models)
        checkpoints.write_checkpoint(models / "tiny", replace(checkpoints.TINY, segment=4.0))
        os._exit(0)
    os.waitpid(writer, 0)
    get_ready()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them here
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen()
        while True:
            asked, _ = door.accept()
            message, pipes, _, _ = socket.recv_fds(asked, 2**16, len(STDIO))
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                door.close()
                for pipe, number in zip(pipes, STDIO, strict=True):
                    os.dup2(pipe, number)
                    os.close(pipe)
                threading.Thread(target=follow, args=(asked,), daemon=True).start()
                host.main(json.loads(message))  # ends the process; `asked` closes with it
            for pipe in pipes:
                os.close(pipe)
            asked.close()


def follow(asked: socket.socket) -> None:
    """Be killed with who asked, as it stands for this process."""
    asked.recv(1)
    os.kill(os.getpid(), signal.SIGKILL)


def ask(path: str, arguments: list[str]) -> None:
    with socket.socket(socket.AF_UNIX) as host:
        host.connect(path)
        socket.send_fds(host, [json.dumps(arguments).encode()], STDIO)
        host.recv(1)  # until it is gone


if __name__ == "__main__":
    what, where, *rest = sys.argv[1:]
    serve(where, Path(rest[0])) if what == "serve" else ask(where, rest)
