"""W3C trace context: which trace a piece of work belongs to, from the studio to the server.

https://www.w3.org/TR/trace-context/. Only the ``traceparent`` is used; nothing is sent anywhere.
"""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass, replace

__all__ = ["TRACEPARENT", "Trace", "current_trace"]

TRACEPARENT = "traceparent"
_FORM = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_SAMPLED = 1


@dataclass(frozen=True, slots=True)
class Trace:
    """
    >>> str(Trace.begun())
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00'
    """

    trace_id: str
    """32 hex digits; the same for all that belongs together."""
    span_id: str
    """16 hex digits: this piece of it."""
    sampled: bool = False
    """Whether whoever began it records it."""

    @classmethod
    def begun(cls) -> Trace:
        return cls(secrets.token_hex(16), secrets.token_hex(8))

    @classmethod
    def read(cls, header: str) -> Trace | None:
        """The caller's span; None when the header is not well-formed."""
        match = _FORM.fullmatch(header.strip(" \t"))
        if match is None:
            return None
        version, trace_id, span_id, flags, more = match.groups()
        # Later versions may say more after what is known of this one.
        if version == "ff" or (version == "00" and more is not None):
            return None
        if not trace_id.strip("0") or not span_id.strip("0"):
            return None
        return cls(trace_id, span_id, bool(int(flags, 16) & _SAMPLED))

    def child(self) -> Trace:
        """Another piece of the same trace."""
        return replace(self, span_id=secrets.token_hex(8))

    def __str__(self) -> str:
        """The header."""
        return f"00-{self.trace_id}-{self.span_id}-{int(self.sampled):02x}"


current_trace: ContextVar[Trace | None] = ContextVar("current_trace", default=None)
