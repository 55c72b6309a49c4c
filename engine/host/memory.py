"""Memory that was let go of goes back to the system."""

from __future__ import annotations

import ctypes
import gc
import sys

__all__ = ["give_back"]


def give_back() -> None:
    """Free what only cycles hold on to, and let the C library return what it keeps for later.

    A model's weights come in pieces of many sizes, and after the first few glibc keeps what is
    freed of them; this program may sleep for hours then.
    """
    gc.collect()
    if sys.platform.startswith("linux"):
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none, and keeps little
        if trim is not None:
            trim(0)
