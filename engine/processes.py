"""How this program starts other programs."""

from __future__ import annotations

import subprocess

__all__ = ["unseen"]


def unseen() -> int:
    """Creation flags of a child process that must not be seen: on Windows a console program that
    a window starts would flash a console of its own. 0 elsewhere, where there is no such thing."""
    return getattr(subprocess, "CREATE_NO_WINDOW", 0)
