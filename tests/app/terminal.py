"""``dgx-music`` as it is typed: in a process of its own, or in this one for what its words lead to,
where another process adds nothing but the time that it takes to start."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from typer.testing import CliRunner, Result

from app.cli import cli

__all__ = ["BESIDE", "started", "typed"]

ROOT = Path(__file__).resolve().parents[2]
BESIDE = ("sh", "-c", 'trap "" INT; exec "$@"', "sh")
"""Before a command: starts it as scripts start what is to run beside them, without Ctrl+C."""


@contextmanager
def started(
    *arguments: str,
    environment: Mapping[str, str] = os.environ,
    stdin: int = subprocess.DEVNULL,
    by: tuple[str, ...] = (),
) -> Iterator[subprocess.Popen[str]]:
    """A running ``dgx-music``, which is gone afterwards whatever happens."""
    with subprocess.Popen(
        [*by, sys.executable, "-m", "app.cli", *arguments],
        cwd=ROOT,
        env=environment,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def typed(*arguments: str, columns: int = 80) -> Result:
    """What it says and ends with. The signals' and the log's handlers are as before."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    on_end = signal.getsignal(signal.SIGTERM)
    try:
        done = CliRunner().invoke(cli, list(arguments), env={"COLUMNS": str(columns)})
    finally:
        signal.signal(signal.SIGTERM, on_end)
        for handler in set(root.handlers) - set(handlers):
            root.removeHandler(handler)
            handler.close()
        root.setLevel(level)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done
