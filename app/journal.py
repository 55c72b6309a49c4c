"""The program's log: JSON lines in rotating files, one object a line, for people and for tools."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

__all__ = ["FILE_NAME", "start_journal"]

FILE_NAME = "studio.log"
"""Older ones are ``studio.log.1`` (newer) to ``studio.log.5`` (older)."""
FILE_BYTES = 2 * 2**20
FILES = 5


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "severity": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = "".join(traceback.format_exception(*record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def start_journal(folder: Path, level: int = logging.INFO) -> Path | None:
    """Log to ``folder`` from now on; returns the file, or None if the folder can't be written
    (the program works without)."""
    root = logging.getLogger()
    root.setLevel(level)
    path = folder / FILE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            path,
            maxBytes=FILE_BYTES,
            backupCount=FILES,
            encoding="utf-8",
            errors="backslashreplace",  # names of files may be no text; JSON reads \udce9 back
        )
    except OSError as error:
        logging.basicConfig(level=level)
        root.warning("no log file: %s", error)
        return None
    handler.setFormatter(_JsonLines())
    root.addHandler(handler)
    return path
