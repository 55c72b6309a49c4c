"""``python -m app``: the command line. A frozen build is its own child processes, too."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from engine.processes import CHILDREN

__all__ = ["main"]


def main() -> None:
    child = _child(sys.argv[1]) if len(sys.argv) > 1 else None
    if child is not None:
        child(sys.argv[2:])
        return
    if sys.argv[1:] in ([], ["studio"]):  # no need for the command line's libraries
        from app.launch import open_window

        raise SystemExit(open_window())
    from app.cli import main as command_line

    command_line()


def _child(word: str) -> Callable[[Sequence[str]], object] | None:
    """Which of CHILDREN is meant, imported by name: a build finds no others."""
    if word == CHILDREN["engine.host"]:
        from engine.host.__main__ import main as host

        return host
    if word == CHILDREN["engine.audio.stems"]:
        from engine.audio.stems import main as stems

        return stems
    if word == CHILDREN["engine.server.weighing"]:
        from engine.server.weighing import main as weighing

        return weighing
    return None


if __name__ == "__main__":
    main()
