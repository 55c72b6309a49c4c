"""The hosts of all engines that tests open come from a nursery, as most tests have one.

Started as users start them are those of whole programs: the command line's, the window's, the
server's as a process, and what a frozen build runs.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import nursery

if TYPE_CHECKING:
    from engine.settings import EngineSettings

ROOT = Path(__file__).parents[1]
LIBRARIES = ("engine.host.loop", "engine.generators.sketch.generator", "tests.fake_generators")


@pytest.fixture(scope="session", autouse=True)
def _warm_hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The nursery of this test process, from its first host on."""
    if not hasattr(os, "fork") or "engine.dispatch.local" not in sys.modules:
        yield  # none of the tests that were collected has a host
        return
    from engine.dispatch import local, process

    with ExitStack() as running, pytest.MonkeyPatch.context() as patch:
        door: Path | None = None

        def command(settings: EngineSettings) -> list[str]:
            nonlocal door
            if door is None:
                door = tmp_path_factory.mktemp("nursery") / "door"
                running.enter_context(serving(door))
            return nursery.asking(str(door), process.host_command(settings)[3:])

        patch.setattr(local, "host_command", command)
        yield


def serving(door: Path) -> subprocess.Popen[bytes]:
    """A nursery of hosts at this socket. Who asks before it is ready waits in the queue."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(door))
        listening.listen()
        number = listening.fileno()
        return subprocess.Popen(
            [sys.executable, "-P", nursery.__file__, "serve", str(number), *LIBRARIES],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            pass_fds=[number],
        )
