"""A real PgBouncer in front of a PostgreSQL: it lends each connection for one transaction."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from tests.postgres import Postgres

__all__ = ["Bouncer", "running_pgbouncer"]

PATIENCE = 20.0


class Bouncer:
    """Gives the URLs under which a PostgreSQL's databases are reached through it."""

    def __init__(self, port: int) -> None:
        self._port = port

    def url(self, direct: SecretStr) -> SecretStr:
        name = direct.get_secret_value().rpartition("/")[2]
        return SecretStr(f"postgresql://postgres@127.0.0.1:{self._port}/{name}")


@contextmanager
def running_pgbouncer(postgres: Postgres) -> Iterator[Bouncer | None]:
    """None where it is not installed."""
    program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        yield None
        return
    with TemporaryDirectory(prefix="music-pgbouncer-") as name, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
        free.close()
        folder = Path(name)
        (folder / "users").write_text('"postgres" ""\n')
        (folder / "ini").write_text(
            f"[databases]\n* = host=127.0.0.1 port={postgres.port} user=postgres\n[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
            f"auth_type = any\nauth_file = {folder}/users\npool_mode = transaction\n"
            "default_pool_size = 5\nmax_client_conn = 500\n"
            "ignore_startup_parameters = options,extra_float_digits\n"
            f"logfile = {folder}/log\n"
        )
        command = [program, str(folder / "ini")]
        if os.geteuid() == 0:  # it refuses to run as root
            shutil.chown(folder, "postgres", "postgres")
            for file in folder.iterdir():
                shutil.chown(file, "postgres", "postgres")
            command[1:1] = ["-u", "postgres"]
        process = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _until_there(port, process)
            yield Bouncer(port)
        finally:
            process.terminate()
            process.wait()


def _until_there(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert process.poll() is None and time.monotonic() < deadline, "PgBouncer does not run"
            time.sleep(0.02)
        else:
            return
