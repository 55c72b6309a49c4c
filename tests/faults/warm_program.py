"""The nursery of servers and workers, and of their hosts; see ``tests/nursery.py``.

python warm_program.py serve SOCKET    forks what is asked for, until its input ends
"""

from __future__ import annotations

import os
import socket
import sys
from typing import Any

from tests import nursery
from tests.nursery import request

__all__ = ["request"]


def serve(path: str) -> None:
    import app.journal  # noqa: F401 - what takes so long
    import engine.cluster.front
    import engine.cluster.working
    import engine.generators.sketch.generator
    import engine.server.serving  # noqa: F401
    import tests.fake_generators  # noqa: F401
    from app import cli
    from engine.dispatch import local, process
    from engine.host import loop  # noqa: F401

    def warm_host(settings: object) -> list[str]:
        return nursery.asking(path, process.host_command(settings)[3:])  # type: ignore[arg-type]

    def live(wish: dict[str, Any], line: socket.socket) -> None:
        if wish["kind"] == "host":
            nursery.live_as_host(wish, line)
        nursery.die_with(line)
        line.sendall(str(os.getpid()).encode())
        local.host_command = warm_host  # type: ignore[attr-defined]
        sys.argv = ["dgx-music", *wish["arguments"]]
        cli.main()

    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen()
        nursery.fork_for_ever(door, live)


if __name__ == "__main__":
    serve(sys.argv[-1])
