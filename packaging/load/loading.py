"""Downloads of one large file in ranges, and the nginx that the server is held against."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests.servers import free_port, start, until_it_listens

__all__ = ["downloads", "nginx"]

PIECES = 8
CONFIG = """\
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    sendfile on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {root};
    }}
}}
"""


async def downloads(plan: dict[str, Any]) -> dict[str, Any]:
    """The whole file in ranges, one after the other over one connection; GB a second."""
    return {"gigabytes_per_second": await asyncio.to_thread(_download, plan)}


def _download(plan: dict[str, Any]) -> float:
    size, step = plan["size"], -(-plan["size"] // PIECES)
    buffer = memoryview(bytearray(2**20))
    began = time.perf_counter()
    with closing(socket.create_connection((plan["host"], plan["port"]), timeout=60)) as line:
        for start in range(0, size, step):
            last = min(start + step, size) - 1
            asked = f"GET {plan['path']} HTTP/1.1\r\nHost: localhost\r\nRange: bytes={start}-{last}"
            line.sendall(f"{asked}\r\n\r\n".encode())
            head = b""
            while b"\r\n\r\n" not in head:
                head += line.recv(1)  # not one byte of the body
            if b" 206 " not in head.partition(b"\r\n")[0]:
                raise RuntimeError(head.decode())
            missing = last + 1 - start
            while missing:
                got = line.recv_into(buffer, min(missing, len(buffer)))
                if not got:
                    raise RuntimeError("the connection was cut")
                missing -= got
    return float(size / 1e9 / (time.perf_counter() - began))


@contextmanager
def nginx(root: Path, folder: Path) -> Iterator[int | None]:
    """Serves a folder on a free port; None when nginx is not installed."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        yield None
        return
    port = free_port()
    folder.mkdir()
    # As root it would become another user, who can't read our temporary folder.
    user = "user root;\n" if os.geteuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(user + CONFIG.format(folder=folder, port=port, root=root))
    errors = folder / "error.log"
    with start([program, "-c", config, "-p", folder], stderr=subprocess.DEVNULL) as process:
        try:
            until_it_listens(port, process, errors.read_text)
            yield port
        finally:
            process.terminate()
