"""``dgx-music`` in this process: for what its words lead to, where a process of its own adds
nothing but the time that it takes to start."""

from __future__ import annotations

import logging
import signal

from typer.testing import CliRunner, Result

from app.cli import cli

__all__ = ["typed"]


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
