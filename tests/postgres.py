"""A real PostgreSQL of this test process's own: on a free port, in a temporary folder, ended by us.

Debian's ``postgresql`` brings the programs; the system's own cluster is left alone.
"""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from pydantic import SecretStr

__all__ = ["LOCKED_OUT", "PASSWORD", "Postgres", "running_postgres"]

PASSWORD = "no/one: @guesses?it"  # noqa: S105
LOCKED_OUT = "stranger"
"""A role that must show its password; all others are trusted here."""
_SAFE = ("fsync=on", "synchronous_commit=on")
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Postgres:
    """Running, until ``stop``."""

    def __init__(self, folder: Path, programs: Path, *, safe: bool) -> None:
        """``safe``: what is committed outlives an immediate stop, at the price of speed."""
        self._folder = folder
        self._programs = programs
        self._settings = _SAFE if safe else _QUICK
        # It refuses to run as root.
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._as = {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(folder, "postgres", "postgres")
        self._numbers = itertools.count(1)
        self.port = 0
        self._call("initdb", "-U", "postgres", "-A", "trust", "--no-locale", "-E", "UTF8", "-N")
        rules = folder / "data" / "pg_hba.conf"
        rules.write_text(f"host all {LOCKED_OUT} all scram-sha-256\n" + rules.read_text())
        for _ in range(5):  # somebody else may take the port before it does
            self.port = _free_port()
            try:
                self.start()
                break
            except subprocess.CalledProcessError:
                continue
        else:
            raise RuntimeError((folder / "log").read_text())

    def start(self) -> None:
        options = [f"-p {self.port}", "-c listen_addresses=127.0.0.1", "-k ''"]
        options += [f"-c {setting}" for setting in self._settings]
        log = str(self._folder / "log")
        self._call("pg_ctl", "-w", "-s", "-l", log, "-o", " ".join(options), "start")

    def stop(self, mode: str = "fast") -> None:
        self._call("pg_ctl", "-w", "-s", "-m", mode, "stop")

    def restart(self, mode: str = "fast") -> None:
        """With the options that it was started with."""
        log = str(self._folder / "log")
        self._call("pg_ctl", "-w", "-s", "-m", mode, "-l", log, "restart")

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

    def _call(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._programs / program), "-D", str(self._folder / "data"), *arguments],
            cwd=self._folder,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self._as,
        )


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


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
