"""Silence for audiocraft and its friends, whose warnings and bars tell a musician nothing."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["quiet"]


@contextmanager
def quiet() -> Iterator[None]:
    """Drop what the libraries say while they are imported or build a model.

    xformers warns that its compiled parts do not load (audiocraft's attention does not use them),
    torch that audiocraft calls something old, transformers draws bars on stderr.
    """
    logging.getLogger("xformers").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Not named at the top: importing it already warns.
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()
        yield
