"""How often one caller may submit."""

from __future__ import annotations

import math
import time

from fastapi import Response
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from engine.errors import TooMany
from engine.server.callers import Caller
from engine.server.settings import ServerSettings

__all__ = ["SubmitLimit"]


class SubmitLimit:
    """Counts submissions of each caller over a sliding minute."""

    def __init__(self, settings: ServerSettings) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._limit = RateLimitItemPerMinute(settings.rate_limit_per_minute)
        self._enabled = settings.rate_limit_enabled
        self._spare_nearby = settings.rate_limit_exempt_loopback

    async def count(self, response: Response, caller: Caller) -> None:
        """One submission; tells in the response what is left. Raises TooMany."""
        if not self._enabled or (caller.nearby and self._spare_nearby):
            return
        allowed = await self._limiter.hit(self._limit, caller.owner)
        left = await self._limiter.get_window_stats(self._limit, caller.owner)
        seconds = max(1, math.ceil(left.reset_time - time.time()))
        if not allowed:
            raise TooMany("Rate limit exceeded.", retry_after=seconds)
        response.headers["RateLimit-Policy"] = f'"submit";q={self._limit.amount};w=60'
        response.headers["RateLimit"] = f'"submit";r={left.remaining};t={seconds}'
