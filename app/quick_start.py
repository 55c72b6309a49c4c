"""What lets the window come sooner: two things that cost a start a third of its time."""

from __future__ import annotations

import builtins
import gc

__all__ = ["begin", "end"]


def begin() -> None:
    """Before the window's modules are imported; no other Qt module may be imported yet."""
    # What modules make of themselves is no garbage; to look for some among it, again and again
    # as it grows, takes a fifth of the time until the window can be seen.
    gc.disable()
    import PySide6.QtCore  # noqa: F401 - it puts its own import in place of Python's

    # That one reads the source of each module that is imported, to see whether its names of Qt's
    # methods could be other ones (``from __feature__ import snake_case``). Here they never are.
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)


def end() -> None:
    """When the window can be seen: from now on there may be garbage."""
    gc.freeze()  # what is there will stay, so no collection needs to look at it again
    gc.enable()
