"""A real ``dgx-music serve`` to be measured: a process with a home of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from engine.store.database import Database
from engine.store.opening import open_database
from engine.store.tokens import Tokens

__all__ = ["Served", "serving"]

ROOT = Path(__file__).resolve().parents[2]
Prepare = Callable[[Database, Path], None]


class Served:
    """A running server, seen from outside."""

    def __init__(self, process: subprocess.Popen[bytes], url: str) -> None:
        self.process = psutil.Process(process.pid)
        self.url = url
        self.host = urlsplit(url).hostname or ""
        self.port = urlsplit(url).port or 0

    def busy(self) -> float:
        """Seconds of processor time that it took so far, without its host process."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def memory(self) -> float:
        """MB that are resident."""
        return float(self.process.memory_info().rss / 1e6)


@contextmanager
def serving(
    home: Path, *, prepare: Prepare = lambda _database, _storage: None, **settings: str
) -> Iterator[Served]:
    """``prepare`` gets database and storage before it starts; ``settings``: ``DGX_MUSIC_…``."""
    data = home / "data" / "server"
    data.mkdir(parents=True, exist_ok=True)
    database = open_database(data / "studio.db").database
    prepare(database, data / "storage")
    database.close()
    variables = {f"DGX_MUSIC_{name.upper()}": value for name, value in settings.items()}
    environment = os.environ | variables | {"DGX_MUSIC_HOME": str(home), "PYTHONPATH": str(ROOT)}
    with (
        (home / "server.log").open("ab") as log,
        subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve", "--port", "0", "--log-json"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
        ) as process,
    ):
        try:
            if process.stdout is None:
                raise RuntimeError("the server has no output")
            found = re.search(r"http://[\d.]+:\d+", process.stdout.readline().decode())
            if found is None:
                raise RuntimeError((home / "server.log").read_text("utf-8")[-2000:])
            yield Served(process, found[0])
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


def tokens_for(database: Database, names: list[str]) -> list[str]:
    known = Tokens(database)
    return [known.create(name, admin=False) for name in names]
