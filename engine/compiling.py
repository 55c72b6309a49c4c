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

__all__ = ["alone", "forget_older"]

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


def forget_older(compiled: Path, sources: Path) -> None:
    """Delete machine code in the folder ``compiled`` that is older than a module in ``sources``.

    Numba looks whether a function's own file has changed, and not those of the functions that it
    has taken in: after an update it would go on with the old ones. Only inside ``alone``.
    """
    newest = max((file.stat().st_mtime_ns for file in sources.glob("*.py")), default=0)
    for file in (*compiled.glob("*.nbi"), *compiled.glob("*.nbc")):
        if file.stat().st_mtime_ns < newest:
            log.info("compiled anew: %s", file.name)
            file.unlink()
