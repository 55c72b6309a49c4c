"""A real PgBouncer in front of a PostgreSQL: it lends each connection for one transaction."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import SecretStr

from tests.postgres import Postgres
from tests.servers import free_port, start, until_it_listens

__all__ = ["Bouncer", "running_pgbouncer"]


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
    with TemporaryDirectory(prefix="music-pgbouncer-") as name:
        folder, port = Path(name), free_port()
        (folder / "users").write_text('"postgres" ""\n')
        (folder / "ini").write_text(
            f"[databases]\n* = host=127.0.0.1 port={postgres.port} user=postgres\n[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
            f"auth_type = any\nauth_file = {folder}/users\npool_mode = transaction\n"
            "default_pool_size = 5\nmax_client_conn = 500\n"
            "ignore_startup_parameters = options,extra_float_digits\n"
            f"logfile = {folder}/log\n"
        )
        how: dict[str, Any] = dict.fromkeys(("stdout", "stderr"), subprocess.DEVNULL)
        if os.geteuid() == 0:  # it refuses to run as root
            how |= {"user": "postgres", "group": "postgres", "extra_groups": []}
            for place in (folder, *folder.iterdir()):
                shutil.chown(place, "postgres", "postgres")
        process = start([program, folder / "ini"], cwd=folder, **how)
        try:
            until_it_listens(port, process, (folder / "log").read_text)
            yield Bouncer(port)
        finally:
            process.terminate()
            process.wait()
