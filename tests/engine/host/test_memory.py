"""What was let go of is the system's again."""

from __future__ import annotations

import sys

import numpy as np
import psutil
import pytest

from engine.host.memory import give_back

PIECE = 64 << 10
"""Bytes: so small that the C library takes it from its own store."""
PIECES = 4_000


class Knot:
    """One that only the collector can free."""

    def __init__(self) -> None:
        self.me = self
        self.pieces = [np.ones(PIECE, np.int8) for _ in range(PIECES)]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="what glibc does")
def test_freed_pieces_leave_the_process() -> None:
    process = psutil.Process()
    knot = Knot()
    last = np.ones(PIECE, np.int8)  # above all of them: the store can't shrink from its end
    full = process.memory_info().rss
    del knot
    give_back()
    assert full - process.memory_info().rss > 0.8 * PIECE * PIECES
    assert last.all()
