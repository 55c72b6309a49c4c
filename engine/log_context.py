"""Which request a log line belongs to: set where its work is done, put on every record."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["RequestMark", "current_request", "marked", "verbose"]

current_request: ContextVar[str] = ContextVar("current_request", default="")
verbose: ContextVar[bool] = ContextVar("verbose", default=False)
"""Whether this request's debug lines are wanted too."""


@contextmanager
def marked(request_id: str | None) -> Iterator[None]:
    """All that is logged in here belongs to this request."""
    token = current_request.set(request_id or "")
    try:
        yield
    finally:
        current_request.reset(token)


class RequestMark(logging.Filter):
    """For a handler: marks records with their request, and lets those below ``level`` pass only
    for requests that asked for them."""

    def __init__(self, level: int = logging.INFO) -> None:
        super().__init__()
        self._level = level

    def filter(self, record: logging.LogRecord) -> bool:
        if not getattr(record, "request_id", ""):
            record.request_id = current_request.get()
        return record.levelno >= self._level or verbose.get()
