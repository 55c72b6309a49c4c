"""A connection that is given up when no answer comes.

PostgreSQL ends what takes too long and says so, and where nothing arrives any more the system finds
that out. But what stands between may go on to take all that is said and pass nothing on: a pooler
that hangs, a firewall that has forgotten us. Who asks would wait for ever, and with him whatever
else goes on in his thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.pq import TransactionStatus

__all__ = ["ANSWER_SECONDS", "Connection"]

ANSWER_SECONDS = 15.0
"""Longer than PostgreSQL works on a statement of ours."""


class Connection(psycopg.Connection[Any]):
    """Raises OperationalError after ``patience``, and is closed then."""

    patience: float | None = ANSWER_SECONDS
    """Seconds for each answer."""
    given_up = False
    """No answer came on it."""

    @contextmanager
    def patient(self) -> Iterator[None]:
        """Wait as long as it takes, within the body."""
        self.patience, before = None, self.patience
        try:
            yield
        finally:
            self.patience = before

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()  # or who ends its transaction would wait once more
                self.given_up = True
            raise
