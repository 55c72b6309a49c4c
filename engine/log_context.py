"""Which request and trace a log line belongs to: set where its work is done, on every record."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from engine.tracing import Trace, current_trace

__all__ = ["RequestMark", "current_request", "log_to_stderr", "marked", "request_of", "verbose"]

current_request: ContextVar[str] = ContextVar("current_request", default="")
verbose: ContextVar[bool] = ContextVar("verbose", default=False)
"""Whether this request's debug lines are wanted too."""


@contextmanager
def marked(request_id: str | None, trace: Trace | None = None) -> Iterator[None]:
    """All that is logged in here belongs to this request, and to this trace or none."""
    request_before, trace_before = current_request.set(request_id or ""), current_trace.set(trace)
    try:
        yield
    finally:
        current_trace.reset(trace_before)
        current_request.reset(request_before)


class _MarkedText(logging.Formatter):
    """``INFO [request] message``, each line of it, so that whoever reads lines sees the mark."""

    def format(self, record: logging.LogRecord) -> str:
        request_id = getattr(record, "request_id", "")
        start = f"{record.levelname} [{request_id}] " if request_id else f"{record.levelname} "
        return "\n".join(start + line for line in super().format(record).splitlines())


def log_to_stderr() -> None:
    """How a child process logs: its parent reads the lines (``request_of``)."""
    handler = logging.StreamHandler()
    handler.setFormatter(_MarkedText())
    handler.addFilter(RequestMark())
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def request_of(line: str) -> str:
    """The request that a child's line belongs to; empty when to none."""
    match = re.match(r"[A-Z]+ \[([A-Za-z0-9._-]{1,128})\] ", line)
    return match[1] if match else ""


class RequestMark(logging.Filter):
    """For a handler: marks records with their request and trace, and lets those below ``level``
    pass only for requests that asked for them."""

    def __init__(self, level: int = logging.INFO) -> None:
        super().__init__()
        self._level = level

    def filter(self, record: logging.LogRecord) -> bool:
        if not getattr(record, "request_id", ""):
            record.request_id = current_request.get()
        if (trace := current_trace.get()) is not None:
            record.trace_id = trace.trace_id
        return record.levelno >= self._level or verbose.get()
