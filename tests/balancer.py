"""The nginx of ``packaging/deploy``, on a free port of loopback: its rules as they are, between our
own addresses."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.servers import free_port, start, until_it_listens

__all__ = ["NGINX", "balancing", "written"]

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
RULES = Path(__file__).resolve().parents[1] / "packaging" / "deploy" / "nginx" / "nginx.conf"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@contextmanager
def balancing(folder: Path, fronts: Sequence[str]) -> Iterator[str]:
    """The balancer's URL, as long as the body runs. ``fronts``: lines of ``server`` in nginx's
    words, each with ``host:port`` first; ``folder`` is new."""
    port = free_port()
    command = written(folder, fronts, listen=f"listen 127.0.0.1:{port};")
    with start(command, stderr=subprocess.DEVNULL) as process:
        try:
            until_it_listens(port, process, (folder / "error.log").read_text)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def written(folder: Path, fronts: Sequence[str], listen: str) -> list[str]:
    """The configuration, and the command that starts nginx with it."""
    assert NGINX is not None
    folder.mkdir()
    shutil.copy(RULES, folder / "nginx.conf")
    places = [f"{name}_temp_path {folder}/{name};" for name in TEMPORARY]
    servers = "".join(f"    server {front};\n" for front in fronts)
    upstream = f"upstream fronts {{\n    zone fronts 256k;\n    least_conn;\n{servers}}}\n"
    (folder / "fronts.conf").write_text("\n".join([*places, upstream]))
    (folder / "listen.conf").write_text(f"{listen}\n")
    words = [f"pid {folder}/pid;", "daemon off;"]
    if os.geteuid() == 0:  # it would become another user, who can't enter our temporary folder
        words.append("user root;")
    errors = str(folder / "error.log")
    return [
        NGINX,
        "-p",
        str(folder),
        "-c",
        f"{folder}/nginx.conf",
        "-e",
        errors,
        "-g",
        " ".join(words),
    ]
