"""What to put into a report when something went wrong: versions, devices, the last log lines."""

from __future__ import annotations

from collections import deque
from pathlib import Path

from app.doctor import examine
from app.journal import FILE_NAME
from app.paths import Paths
from engine.status import EngineStatus

__all__ = ["gather"]

LINES = 60


def gather(paths: Paths, status: EngineStatus) -> str:
    """A text for the clipboard; the home folder's name, which may be a person's, is left out.

    Takes up to some seconds, because it looks at every device.
    """
    about_engine = f"engine: {status.state}, {status.device}, {status.model or 'no model'}"
    lines = [f"{check.topic}: {check.state}: {check.found}" for check in examine(paths)]
    parts = ["DGX Music Studio", *lines, about_engine, "", *_last_lines(paths.logs / FILE_NAME)]
    return "\n".join(parts).replace(str(Path.home()), "~")


def _last_lines(log: Path) -> list[str]:
    try:
        with log.open(encoding="utf-8", errors="replace") as file:
            return [line.rstrip("\n") for line in deque(file, maxlen=LINES)]
    except OSError as error:
        return [f"no log: {error.strerror}"]
