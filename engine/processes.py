"""How this program starts other programs, and itself as a child."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

__all__ = ["CHILDREN", "child_command", "is_frozen", "step_back", "unseen"]

log = logging.getLogger(__name__)

NICENESS = 10
"""Of what works in the background; 0 is usual, and 19 the least urgent."""
_AUTOGROUP = Path("/proc/self/autogroup")

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
        process.nice(max(NICENESS, process.nice()))  # only root may go back from a lower one
    if sys.platform == "linux" and os.getsid(0) == os.getpid():
        _step_back_as_a_session()


def _step_back_as_a_session() -> None:
    """Linux may divide its processors among sessions, alike, and go by niceness only within each
    ("The autogroup feature" in sched(7)): a session of its own has to be nice as a whole."""
    try:
        _AUTOGROUP.write_text(str(NICENESS))
    except FileNotFoundError:  # this kernel does not group sessions
        pass
    except OSError as error:
        log.info("this session keeps its share of the processor: %s", error)


def unseen() -> int:
    """Creation flags of a child process that must not be seen: on Windows a console program that
    a window starts would flash a console of its own. 0 elsewhere, where there is no such thing."""
    return getattr(subprocess, "CREATE_NO_WINDOW", 0)
