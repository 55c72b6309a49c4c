"""Lengths as they are typed: into a field, or into a prompt list."""

from __future__ import annotations

__all__ = ["parse_length"]


def parse_length(text: str) -> float | None:
    """Seconds of ``0:16``, ``1:02:05``, ``90`` or ``90 s``; None for anything else.

    >>> parse_length("1:30"), parse_length("2.5s"), parse_length("soon")
    (90.0, 2.5, None)
    """
    parts = text.strip().lower().removesuffix("s").strip().replace(",", ".").split(":")
    if not 1 <= len(parts) <= 3:
        return None
    seconds = 0.0
    for part in parts:
        if not part.replace(".", "", 1).isdecimal():
            return None
        seconds = seconds * 60 + float(part)
    return seconds
