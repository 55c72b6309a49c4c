"""Randomness by aspect: one seed, one independent stream for each question asked of it.

Changing how the drums draw leaves the melody of a seed as it was.
"""

from __future__ import annotations

import hashlib
from random import Random

__all__ = ["stream"]


def stream(seed: int, aspect: str) -> Random:
    """The stream of ``aspect``; the same on every machine and in every process."""
    digest = hashlib.blake2b(f"{seed}/{aspect}".encode(), digest_size=8).digest()
    return Random(int.from_bytes(digest, "big"))
