"""How often somebody did something within the last minute: in Redis where several servers share
the count, in memory otherwise, and as long as Redis is away."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import math
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError

__all__ = ["Counts", "Limit", "network_of"]

log = logging.getLogger(__name__)

T = TypeVar("T")
Limit = RateLimitItemPerMinute
Counter = SlidingWindowCounterRateLimiter

PATIENCE = 0.5
"""Seconds for one answer of Redis: a request waits for it."""
PAUSE = 10.0
"""Seconds until Redis is asked again after it did not answer."""


class Counts:
    """Sliding minutes of whoever is named. What is counted for one limit counts for no other.

    >>> await counts.hit(Limit(10, namespace="submit"), "token:alice")    # False: too often
    """

    def __init__(
        self, shared_url: str | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``shared_url``: ``redis://…`` or ``rediss://…``."""
        self._own = Counter(MemoryStorage())
        self._redis: RedisStorage | None = None
        if shared_url is not None:
            self._redis = RedisStorage(
                f"async+{shared_url}",
                wrap_exceptions=True,
                implementation="redispy",
                key_prefix="dgx-music",
                socket_timeout=PATIENCE,
                socket_connect_timeout=PATIENCE,
            )
            self._shared = Counter(self._redis)
        self._clock = clock
        self._again = -math.inf
        """By the clock, when Redis is worth asking."""

    async def hit(self, limit: Limit, who: str) -> bool:
        """Count one more; whether it was allowed."""
        return await self._ask(lambda counter: counter.hit(limit, who))

    async def test(self, limit: Limit, who: str) -> bool:
        """Whether one more would be allowed."""
        return await self._ask(lambda counter: counter.test(limit, who))

    async def left(self, limit: Limit, who: str) -> tuple[int, int]:
        """(how many more, seconds until there are more again)."""
        stats = await self._ask(lambda counter: counter.get_window_stats(limit, who))
        return stats.remaining, max(1, math.ceil(stats.reset_time - time.time()))

    async def close(self) -> None:
        if self._redis is not None:
            await self._redis.bridge.get_connection().aclose()  # type: ignore[attr-defined]

    async def _ask(self, what: Callable[[Counter], Awaitable[T]]) -> T:
        if self._redis is not None and self._clock() >= self._again:
            try:
                async with asyncio.timeout(2 * PATIENCE):
                    return await what(self._shared)
            except (StorageError, TimeoutError) as error:
                # A limit that nobody can look up is still a limit: each server counts alone.
                self._again = self._clock() + PAUSE
                why = type(error.__cause__ or error).__name__
                log.warning("Redis does not answer (%s): counting alone", why)
        return await what(self._own)


def network_of(address: str) -> str:
    """Who is counted as one: an IPv4 address, or all of an IPv6 network that one house gets."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
