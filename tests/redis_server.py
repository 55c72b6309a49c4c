"""A real Redis on a free port, in a folder of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.servers import free_port, start

__all__ = ["Redis"]


class Redis:
    """Runs from ``start`` to ``stop``, and again on the same port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Until it takes connections."""
        options = {
            "port": str(self._port), "bind": "127.0.0.1", "dir": str(self._folder),
            "save": "", "appendonly": "no",
        }  # fmt: skip
        command = ["redis-server"]
        for name, value in options.items():
            command += [f"--{name}", value]
        self._process = start(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        said = []
        for line in self._process.stdout:
            said.append(line)
            if "Ready to accept connections" in line:
                return
        raise AssertionError("".join(said))

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.communicate()
            self._process = None
