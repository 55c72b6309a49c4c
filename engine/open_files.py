"""How many files and connections a process may have open at once."""

from __future__ import annotations

import sys

__all__ = ["open_files", "raise_limit"]

ENOUGH = 65_536
"""Systems without a limit name numbers in the milliards, which some libraries walk through."""


def open_files() -> int | None:
    """How many this process could have open after ``raise_limit``; None: no such limit here."""
    if sys.platform == "win32":
        return None
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)
    return ENOUGH if soft == resource.RLIM_INFINITY else max(soft, allowed)


def raise_limit() -> int | None:
    """Allow this process, and those that it starts, as many as the system lets it have.

    Returns how many; None: no such limit here.
    """
    wanted = open_files()
    if wanted is None or sys.platform == "win32":
        return None
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):  # macOS has a second limit, which it does not tell
        return soft
    return wanted
