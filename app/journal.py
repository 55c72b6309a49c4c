"""The program's log: JSON lines in rotating files, one object a line, for people and for tools."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from engine.log_context import RequestMark

__all__ = ["FILE_NAME", "JsonLines", "start_journal"]

FILE_NAME = "studio.log"
"""Older ones are ``studio.log.1`` (newer) to ``studio.log.5`` (older)."""
FILE_BYTES = 2 * 2**20
FILES = 5


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "severity": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        for name in ("request_id", "trace_id"):
            if text := getattr(record, name, ""):
                line[name] = text
        if record.exc_info:
            line["error"] = "".join(traceback.format_exception(*record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def start_journal(
    folder: Path, level: int = logging.INFO, *, console: logging.Formatter | None = None
) -> Path | None:
    """Log to ``folder`` from now on; returns the file, or None if the folder can't be written
    (the program works without). ``console``: log to stderr too, in this form."""
    root = logging.getLogger()
    root.setLevel(level)
    # More than the level says only for single requests of a server, which ask for it.
    logging.getLogger("engine").setLevel(logging.DEBUG)
    if console is not None:
        terminal = logging.StreamHandler()
        terminal.setFormatter(console)
        terminal.addFilter(RequestMark(level))
        root.addHandler(terminal)
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
    handler.setFormatter(JsonLines())
    handler.addFilter(RequestMark(level))
    root.addHandler(handler)
    return path
