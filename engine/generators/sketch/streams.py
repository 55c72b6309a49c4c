"""Randomness by aspect: one seed, one independent stream for each question asked of it.

Changing how the drums draw leaves the melody of a seed as it was.
"""

from __future__ import annotations

import hashlib
from random import Random

__all__ = ["stream"]


def stream(seed: int, aspect: str, draft: int = 0) -> Random:
    """The stream of ``aspect``, another one for each draft; the same in every process."""
    name = f"{seed}/{aspect}/{draft}"
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return Random(int.from_bytes(digest, "big"))
