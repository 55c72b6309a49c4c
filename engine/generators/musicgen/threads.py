"""Small sums between two steps of a decoder, without torch's threads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

__all__ = ["one_thread"]


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch count on this thread alone.

    It shares even a choice among 2,048 tokens with its other threads. To wake them takes longer
    than to do their share, and OpenMP lets them wait for more at full speed, ten milliseconds
    long: on the cores that the next step of the decoder wants.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
