"""Servers that are killed and started again, most of them forked from a warm process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psutil

from tests.e2e.processes import wait_until
from tests.engine.conftest import SCRIPTED
from tests.nursery import request

__all__ = ["Server", "alive", "nursery"]

GRACE = 10.0
"""Seconds that a server has to end."""
ROOT = Path(__file__).parents[2]


@contextmanager
def nursery(folder: Path) -> Iterator[psutil.Process]:
    """The process whose children are the servers and their hosts."""
    door = folder / "door"
    script = Path(__file__).with_name("warm_program.py")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, script, "serve", door], env=environment, stdin=subprocess.PIPE
    ) as process:
        wait_until(door.exists, "the libraries", 120)
        try:
            yield psutil.Process(process.pid)
        finally:
            for child in psutil.Process(process.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):  # it is about to end by itself
                    child.kill()  # of a test that failed


class Server:
    """``dgx-music serve``: one life of it."""

    def __init__(self, home: Path, nursery: psutil.Process, *, cold: bool) -> None:
        environment = {
            "DGX_MUSIC_HOME": str(home),
            "DGX_MUSIC_GENERATORS": json.dumps(SCRIPTED),
            "DGX_MUSIC_MAX_RETRIES": "100000",
            "DGX_MUSIC_RETRY_DELAY": "0.001",
            "DGX_MUSIC_GRACE_SECONDS": str(GRACE),
            "PYTHONPATH": str(ROOT),
        }
        arguments = ["serve", "--port", "0"]
        self._nursery = nursery
        self._cold: subprocess.Popen[bytes] | None = None
        with (home.parent / "server.log").open("ab") as log:
            if cold:
                self._cold = subprocess.Popen(
                    [sys.executable, "-m", "app.cli", *arguments],
                    env=os.environ | environment, stdout=subprocess.PIPE, stderr=log,
                )  # fmt: skip
                assert self._cold.stdout is not None
                self._said, self.pid = self._cold.stdout.fileno(), self._cold.pid
            else:
                self._said, out = os.pipe()
                pipes = (os.open(os.devnull, os.O_RDONLY), out, log.fileno())
                door = nursery.cmdline()[-1]
                self._line = request(door, pipes, "server", arguments, environment=environment)
                self.pid = int(self._line.recv(64))
                for pipe in pipes[:2]:
                    os.close(pipe)
        said = b""
        while b"\n" not in said:
            more = os.read(self._said, 1000)
            assert more, (home.parent / "server.log").read_text("utf-8")[-3000:]
            said += more
        self.url = re.search(r"http://[\d.]+:\d+", said.decode())[0]  # type: ignore[index]

    def hosts(self) -> list[psutil.Process]:
        """All that belongs to it and must not outlive it."""
        own = psutil.Process(self.pid).children(recursive=True)
        forked = [child for child in self._nursery.children() if child.pid != self.pid]
        return own + forked

    def leave(self) -> None:
        """Whatever became of the test."""
        if self._cold is not None and self._cold.poll() is None:
            self._cold.kill()
            self._cold.communicate()

    def end(self, sign: int) -> int | None:
        """Its exit code, where that is known, once it has ended."""
        os.kill(self.pid, sign)
        code = None
        if self._cold is not None:
            code = self._cold.wait(GRACE + 20)
            self._cold.communicate()
        else:
            self._line.settimeout(GRACE + 20)
            with closing(self._line):
                assert self._line.recv(1) == b""
            os.close(self._said)
        return code


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [
        each for each in processes if each.is_running() and each.status() != psutil.STATUS_ZOMBIE
    ]
