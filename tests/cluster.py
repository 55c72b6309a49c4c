"""A cluster of real processes on loopback: fronts and workers on one PostgreSQL and one bucket.

Each process has a home, a log and a process group of its own, so that it dies with its host as a
machine does.
"""

from __future__ import annotations

import json
import os
import re
import selectors
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
from tests.faults.warm_program import request

__all__ = ["Cluster", "Process"]

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 90.0
END_SECONDS = 60.0


class Process:
    """``dgx-music serve`` or ``worker``, from its first line on."""

    def __init__(
        self,
        arguments: Sequence[str],
        home: Path,
        variables: Mapping[str, str],
        nursery: psutil.Process | None,
        prefix: Sequence[str] = (),
    ) -> None:
        """``home``: of its log, and of all else unless ``variables`` say another. ``nursery``:
        forks it, with its libraries there already; without one it is started as people start it,
        which takes seconds, by a command that begins with ``prefix``."""
        home.mkdir(parents=True, exist_ok=True)
        self.log = home / "log"
        self.said = ""
        variables = {"DGX_MUSIC_HOME": str(home), **variables}
        self._words, out = os.pipe()
        with self.log.open("ab") as log, open(os.devnull, "rb") as nothing:  # noqa: PTH123
            pipes = (nothing.fileno(), out, log.fileno())
            if nursery is None:
                self._popen: subprocess.Popen[bytes] | None = subprocess.Popen(
                    [*prefix, sys.executable, "-m", "app.cli", *arguments],
                    env={**os.environ, **variables},
                    stdin=pipes[0],
                    stdout=pipes[1],
                    stderr=pipes[2],
                    start_new_session=True,
                )
                self.pid = self._popen.pid
            else:
                self._popen = None
                door = nursery.cmdline()[-1]
                self._line = request(door, pipes, "server", list(arguments), environment=variables)
                self.pid = int(self._line.recv(64))
            self._own = psutil.Process(self.pid)
        os.close(out)

    def up(self) -> Self:
        """Wait for its first line."""
        with selectors.DefaultSelector() as there:
            there.register(self._words, selectors.EVENT_READ)
            while not self.said.endswith("\n"):
                more = os.read(self._words, 1000) if there.select(START_SECONDS) else b""
                assert more, f"no start:\n{self.log.read_text('utf-8', 'replace')[-3000:]}"
                self.said += more.decode()
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
        return bool(self._own.is_running() and self._own.status() != psutil.STATUS_ZOMBIE)

    def busy(self) -> float:
        """Seconds of processor time so far, with its host."""
        tree = [self._own, *self._own.children(recursive=True)]
        times = [each.cpu_times() for each in tree]
        return float(sum(each.user + each.system for each in times))

    def memory(self) -> float:
        """MB that are resident, without its host."""
        return float(self._own.memory_info().rss / 1e6)

    def kill(self) -> None:
        """It and all that it started, as when a machine dies."""
        self._signal(signal.SIGKILL)
        self.over()

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def end(self) -> int | None:
        """Told to end, as by systemd: it alone hears of it. Its exit code, if that is known."""
        self._own.terminate()
        return self.over()

    def over(self) -> int | None:
        """Wait for its end."""
        if self._popen is not None:
            return self._popen.wait(END_SECONDS)
        self._own.wait(END_SECONDS)
        self._line.close()
        return None

    def close(self) -> None:
        """Whatever became of it."""
        self.thaw()
        self.kill()
        os.close(self._words)

    def _signal(self, sign: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, sign)


class Cluster:
    """What all its processes share; they end with it.

    >>> with Cluster(folder, url, bucket) as cluster:
    ...     front, worker = cluster.front().up(), cluster.worker(slots=2).up()
    """

    def __init__(
        self,
        home: Path,
        database_url: str,
        bucket: Bucket,
        nursery: psutil.Process | None = None,
        **settings: str,
    ) -> None:
        """``settings``: ``DGX_MUSIC_…`` of all processes, by their names."""
        self.home = home
        self._nursery = nursery
        self.database_url = database_url
        self.bucket = bucket
        self._variables = {
            **bucket.server.variables,
            **named(bucket.settings()),
            "DGX_MUSIC_DATABASE_URL": database_url,
            "DGX_MUSIC_GENERATORS": json.dumps(SCRIPTED),
            "DGX_MUSIC_SECRET_KEY": "of the tests, the same on all fronts",
            "DGX_MUSIC_QUOTA_QUEUED_JOBS": "0",
            "DGX_MUSIC_RATE_LIMIT_ENABLED": "false",
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
            each.close()

    def token(self, name: str = "anna", *, admin: bool = False) -> str:
        """A login, made before there is a front."""
        database = open_store(self.home, SecretStr(self.database_url), sole=False).database
        try:
            return Tokens(database).create(name, admin=admin)
        finally:
            database.close()

    def front(
        self, *, host: str = "127.0.0.1", port: int = 0, within: str = "", **settings: str
    ) -> Process:
        """``within``: a network namespace."""
        words = ["serve", "--host", host, "--port", str(port), "--log-json"]
        return self._start(words, settings, within=within)

    def worker(
        self,
        *,
        slots: int = 2,
        models: str = "",
        cold: bool = False,
        within: str = "",
        **settings: str,
    ) -> Process:
        """``models``: jobs of these alone; ``cold``: whatever there is to fork it from."""
        words = ["worker", "--slots", str(slots), "--log-json"]
        words += ["--models", models] if models else []
        return self._start(words, settings, cold=cold, within=within)

    def _start(
        self,
        arguments: list[str],
        settings: Mapping[str, str],
        *,
        cold: bool = False,
        within: str = "",
    ) -> Process:
        home = self.home / f"{arguments[0]}-{len(self.processes)}"
        variables = self._variables | named(settings)
        nursery = None if cold or within else self._nursery
        prefix = ["ip", "netns", "exec", within] if within else []
        process = Process(arguments, home, variables, nursery, prefix)
        self.processes.append(process)
        return process


def named(settings: Mapping[str, str]) -> dict[str, str]:
    """Capitals are variables already."""
    return {
        name if name.isupper() else f"DGX_MUSIC_{name.upper()}": value
        for name, value in settings.items()
    }
