"""Opens the window from the command line.

What most people do most often, so it imports nothing that only other commands need.
"""

from __future__ import annotations

import os
import sys

__all__ = ["open_window"]

_DISPLAYS = ("WAYLAND_DISPLAY", "DISPLAY", "QT_QPA_PLATFORM")


def open_window(precision: str | None = None) -> int:
    """Until it is closed; returns the exit status."""
    if sys.platform.startswith("linux") and not any(map(os.environ.get, _DISPLAYS)):
        print(  # noqa: T201 - for who typed the command
            "There is no display here, so no window can open. To make music in the terminal:\n"
            '  dgx-music generate "calm piano, 70 bpm"',
            file=sys.stderr,
        )
        return 1
    # No plugin of pydantic is ours; to look for some reads what is known of each package.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from app import quick_start

    quick_start.begin()
    from app.main import run

    return run(precision=precision)
