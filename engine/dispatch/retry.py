"""When to try again: exponential backoff with jitter, so that many do not come back at once."""

from __future__ import annotations

import random
from dataclasses import dataclass

__all__ = ["RetryPolicy"]

LONGEST = 300.0
"""Seconds; no wait is longer."""
JITTER = 0.2
"""A wait is its nominal length, give or take this share."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """
    >>> RetryPolicy(retries=3, delay=1.0).wait(0)  # about 1, then about 2, then about 4
    """

    retries: int = 3
    """Tries after the first."""
    delay: float = 1.0
    """Seconds before the first of them."""

    def allows(self, retries: int) -> bool:
        """Whether one more is allowed after this many."""
        return retries < self.retries

    def wait(self, retries: int) -> float:
        """Seconds before the next one, after this many."""
        nominal = min(LONGEST, self.delay * 2.0**retries)
        return nominal * random.uniform(1 - JITTER, 1 + JITTER)
