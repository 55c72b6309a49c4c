"""How this program starts other programs, and itself as a child."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

__all__ = ["CHILDREN", "child_command", "is_frozen", "step_back", "unseen"]

CHILDREN: Mapping[str, str] = {
    "engine.audio.stems": "--stems",
    "engine.host": "--engine-host",
    "engine.server.weighing": "--weigh",
}
"""Modules that run as processes of their own, and by which word a frozen build, which has no
Python to start them with, knows them (``app/__main__.py``)."""


def is_frozen() -> bool:
    """Whether this is the program that ``dev.py build`` made, which has no Python beside it."""
    return bool(getattr(sys, "frozen", False))


def child_command(module: str) -> list[str]:
    """How to start one of ``CHILDREN``; its arguments follow. Raises KeyError for another."""
    option = CHILDREN[module]
    if is_frozen():
        return [sys.executable, option]
    return [sys.executable, "-m", module]


def step_back() -> None:
    """Give this process a lower priority than the window's: music may take a little longer, clicks
    may not."""
    import psutil  # here: who only asks for a command has no need of it

    process = psutil.Process()
    if os.name == "nt":
        process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        process.nice(max(10, process.nice()))  # only root may go back from a lower one


def unseen() -> int:
    """Creation flags of a child process that must not be seen: on Windows a console program that
    a window starts would flash a console of its own. 0 elsewhere, where there is no such thing."""
    return getattr(subprocess, "CREATE_NO_WINDOW", 0)
