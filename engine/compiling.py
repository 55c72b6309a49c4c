"""Compiled code is kept from one start to the next, so processes must not compile at once.

Numba numbers the files in which it keeps a function's machine code. Two processes that compile one
function for different types at the same time give the same number to both, and from then on every
process that calls it runs code for other types, and dies. So compile what will be needed inside
``alone``, and nothing outside it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import platformdirs
from filelock import FileLock

__all__ = ["alone"]

log = logging.getLogger(__name__)


@contextmanager
def alone() -> Iterator[None]:
    """No other process of this user compiles meanwhile; waits for one that does."""
    kept = os.environ.get("NUMBA_CACHE_DIR")
    folder = Path(kept) if kept else platformdirs.user_cache_path("dgx-music-studio", False)
    with ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            held.enter_context(FileLock(folder / "compiling.lock"))
        except OSError as error:  # nothing can be kept in such a place either
            log.info("compiles without a lock: %s", error)
        yield
