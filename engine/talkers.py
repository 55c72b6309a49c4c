"""Libraries that log too much for a journal that people read."""

from __future__ import annotations

import logging

__all__ = ["hush"]

_TALKERS = {
    # Whole URLs, and so the signatures and secrets in them; or what others send.
    **dict.fromkeys(
        ("boto3", "botocore", "s3transfer", "urllib3", "httpx", "python_multipart"), logging.ERROR
    ),
    # A line for each job, and at length what is told in a line here.
    "procrastinate": logging.CRITICAL,
    "psycopg.pool": logging.CRITICAL,
}


def hush() -> None:
    """Let them say only what is worse than what we say of it ourselves."""
    for name, level in _TALKERS.items():
        logging.getLogger(name).setLevel(level)
