"""A cluster of real processes on loopback: fronts and workers on one PostgreSQL and one bucket.

Each process has a home, a log and a process group of its own, so that it dies with its host as a
machine does.
"""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
from pydantic import SecretStr

from engine.store.factory import open_store
from engine.store.tokens import Tokens
from tests.buckets import Bucket
from tests.engine.conftest import SCRIPTED

__all__ = ["Cluster", "Process"]

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 90.0
END_SECONDS = 60.0


class Process:
    """``dgx-music serve`` or ``worker``, from its first line on."""

    def __init__(self, arguments: Sequence[str], home: Path, variables: Mapping[str, str]) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.log = home / "log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app.cli", *arguments],
                env={**os.environ, **variables, "DGX_MUSIC_HOME": str(home)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        self.said = ""

    def up(self) -> Self:
        """Wait for its first line."""
        pipe = self.process.stdout
        assert pipe is not None
        if not self.said:
            there, _, _ = select.select([pipe], [], [], START_SECONDS)
            self.said = pipe.readline().decode() if there else ""
        assert self.said, f"it did not start:\n{self.log.read_text('utf-8', 'replace')[-3000:]}"
        return self

    @property
    def url(self) -> str:
        """Of a front."""
        return re.search(r"http://[\d.]+:\d+", self.said)[0]  # type: ignore[index]

    @property
    def id(self) -> str:
        """Of a worker."""
        return self.said.split()[2]

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def tree(self) -> list[psutil.Process]:
        own = psutil.Process(self.process.pid)
        return [own, *own.children(recursive=True)]

    def busy(self) -> float:
        """Seconds of processor time so far, with its host."""
        times = [each.cpu_times() for each in self.tree()]
        return float(sum(each.user + each.system for each in times))

    def memory(self) -> float:
        """MB that are resident, without its host."""
        return float(psutil.Process(self.process.pid).memory_info().rss / 1e6)

    def signal(self, sign: int) -> None:
        """To it and all that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, sign)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self._over()

    def freeze(self) -> None:
        self.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.signal(signal.SIGCONT)

    def end(self) -> int:
        """Told to end, as by systemd: it alone hears of it. Its exit code."""
        if self.running:
            self.process.send_signal(signal.SIGTERM)
        return self._over()

    def _over(self) -> int:
        self.process.communicate(timeout=END_SECONDS)
        return self.process.returncode


class Cluster:
    """What all its processes share; they end with it.

    >>> with Cluster(folder, url, bucket) as cluster:
    ...     front, worker = cluster.front().up(), cluster.worker(slots=2).up()
    """

    def __init__(self, home: Path, database_url: str, bucket: Bucket, **settings: str) -> None:
        """``settings``: ``DGX_MUSIC_…`` of all processes, by their names."""
        self.home = home
        self.database_url = database_url
        self.bucket = bucket
        self._variables = {
            **bucket.server.variables,
            **named(bucket.settings()),
            "DGX_MUSIC_DATABASE_URL": database_url,
            "DGX_MUSIC_GENERATORS": json.dumps(SCRIPTED),
            "DGX_MUSIC_SECRET_KEY": "of the tests, the same on all fronts",
            "DGX_MUSIC_QUOTA_QUEUED_JOBS": "0",
            "DGX_MUSIC_RETRY_DELAY": "0.01",
            "PYTHONPATH": str(ROOT),
            **named(settings),
        }
        self.processes: list[Process] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for each in self.processes:
            each.thaw()
            each.kill()

    def token(self, name: str = "anna", *, admin: bool = False) -> str:
        """A login, made before there is a front."""
        database = open_store(self.home, SecretStr(self.database_url), sole=False).database
        try:
            return Tokens(database).create(name, admin=admin)
        finally:
            database.close()

    def front(self, *, port: int = 0, **settings: str) -> Process:
        return self._start(["serve", "--port", str(port), "--log-json"], settings)

    def worker(self, *, slots: int = 2, **settings: str) -> Process:
        return self._start(["worker", "--slots", str(slots), "--log-json"], settings)

    def logs(self) -> str:
        """Of all, for who looks for what went wrong."""
        return "".join(path.read_text("utf-8", "replace") for path in self.home.glob("*/log"))

    def _start(self, arguments: list[str], settings: Mapping[str, str]) -> Process:
        home = self.home / f"{arguments[0]}-{len(self.processes)}"
        process = Process(arguments, home, self._variables | named(settings))
        self.processes.append(process)
        return process


def named(settings: Mapping[str, str]) -> dict[str, str]:
    """Capitals are variables already."""
    return {
        name if name.isupper() else f"DGX_MUSIC_{name.upper()}": value
        for name, value in settings.items()
    }
