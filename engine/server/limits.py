"""How often one caller may submit."""

from __future__ import annotations

from fastapi import Response

from engine.errors import TooMany
from engine.server.callers import Caller
from engine.server.counting import Counts, Limit
from engine.server.settings import ServerSettings

__all__ = ["SubmitLimit"]


class SubmitLimit:
    """Counts submissions of each caller, by who it is and not by where it comes from."""

    def __init__(self, settings: ServerSettings, counts: Counts) -> None:
        self._counts = counts
        self._limit = Limit(settings.rate_limit_per_minute, namespace="submit")
        self._enabled = settings.rate_limit_enabled
        self._spare_nearby = settings.rate_limit_exempt_loopback

    async def count(self, response: Response, caller: Caller) -> None:
        """One submission; tells in the response what is left. Raises TooMany."""
        if not self._enabled or (caller.nearby and self._spare_nearby):
            return
        allowed = await self._counts.hit(self._limit, caller.owner)
        remaining, seconds = await self._counts.left(self._limit, caller.owner)
        if not allowed:
            raise TooMany("Rate limit exceeded.", retry_after=seconds)
        response.headers["RateLimit-Policy"] = f'"submit";q={self._limit.amount};w=60'
        response.headers["RateLimit"] = f'"submit";r={remaining};t={seconds}'
