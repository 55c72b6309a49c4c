"""A real PostgreSQL of this test process's own: on a free port, in a temporary folder, ended by us.

Debian's ``postgresql`` brings the programs; the system's own cluster is left alone.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from pydantic import SecretStr

from tests.e2e.processes import wait_until
from tests.servers import free_port, start

__all__ = ["LOCKED_OUT", "PASSWORD", "Postgres", "running_postgres"]

PASSWORD = "no/one: @guesses?it"  # noqa: S105
LOCKED_OUT = "stranger"
"""A role that must show its password; all others are trusted here."""
_ENDS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}
"""Ways of stopping it: with a last word to everybody and a checkpoint, or with neither."""
_SAFE = ("fsync=on", "synchronous_commit=on")
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Postgres:
    """Running, until ``stop``."""

    def __init__(self, folder: Path, programs: Path, *, safe: bool) -> None:
        """``safe``: what is committed outlives an immediate stop, at the price of speed."""
        self._folder = folder
        self._data = folder / "data"
        self._programs = programs
        self._settings = _SAFE if safe else _QUICK
        self._process: subprocess.Popen[bytes] | None = None
        # It refuses to run as root.
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._as = {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(folder, "postgres", "postgres")
        self._numbers = itertools.count(1)
        self.port = 0
        self._make()
        for _ in range(5):  # somebody else may take the port before it does
            self.port = free_port()
            self.begin()
            if self._is_there():
                return
        raise RuntimeError((folder / "log").read_text())

    def start(self) -> None:
        """Until it takes connections."""
        self.begin()
        self.until_there()

    def begin(self) -> None:
        """Start it, and do not wait: as ``tests.servers.start``, for the main thread alone."""
        command = [str(self._programs / "postgres"), "-D", str(self._data), "-p", str(self.port)]
        for setting in (*self._settings, "listen_addresses=127.0.0.1", "unix_socket_directories="):
            command += ["-c", setting]
        with (self._folder / "log").open("ab") as log:
            how = {"cwd": self._folder, "stdout": log, "stderr": log, **self._as}
            self._process = start(command, orphaned=signal.SIGQUIT, **how)

    def until_there(self) -> None:
        assert self._is_there(), (self._folder / "log").read_text()

    def stop(self, mode: str = "fast") -> None:
        """``fast`` or ``immediate``."""
        assert self._process is not None
        self._process.send_signal(_ENDS[mode])
        self._process.wait()

    def restart(self, mode: str = "fast") -> None:
        self.stop(mode)
        self.start()

    def url(self, database: str, *, role: str = "postgres", password: str = "") -> SecretStr:
        login = f"{role}:{password}" if password else role
        return SecretStr(f"postgresql://{login}@127.0.0.1:{self.port}/{database}")

    def new_database(self) -> SecretStr:
        """An empty one."""
        name = f"music_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name}")
        return self.url(name)

    def run(self, sql: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """One statement as the superuser; its rows."""
        url = self.url(database).get_secret_value()
        with psycopg.connect(url, autocommit=True) as connection:
            done = connection.execute(sql)
            return done.fetchall() if done.description else []

    def _make(self) -> None:
        command = [str(self._programs / "initdb"), "-D", str(self._data), "-U", "postgres"]
        command += ["-A", "trust", "--no-locale", "-E", "UTF8", "-N"]
        quiet: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        subprocess.run(command, cwd=self._folder, check=True, **quiet, **self._as)
        rules = self._data / "pg_hba.conf"
        rules.write_text(f"host all {LOCKED_OUT} all scram-sha-256\n" + rules.read_text())

    def _is_there(self) -> bool:
        """As soon as it takes connections; False once it has ended."""
        process, status = self._process, self._data / "postmaster.pid"
        assert process is not None

        def known() -> bool:
            if process.poll() is not None:
                return True
            told = status.read_text().splitlines() if status.exists() else []
            return told[:1] == [str(process.pid)] and told[-1].strip() == "ready"

        wait_until(known, "PostgreSQL")
        return process.poll() is None


@contextmanager
def running_postgres(*, safe: bool = False) -> Iterator[Postgres | None]:
    """None where the programs are not installed."""
    programs = _programs()
    if programs is None:
        yield None
        return
    # Not below pytest's folder, into which only its owner can look.
    with tempfile.TemporaryDirectory(prefix="music-postgres-") as folder:
        server = Postgres(Path(folder), programs, safe=safe)
        try:
            yield server
        finally:
            server.stop("immediate")


def _programs() -> Path | None:
    """Debian keeps them apart by version, out of the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[-2]))
    if found:
        return found[-1]
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None
