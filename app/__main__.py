"""``python -m app``: the command line. A frozen build is its own child processes, too."""

from __future__ import annotations

import sys

from engine.processes import CHILDREN

__all__ = ["main"]


def main() -> None:
    if sys.argv[1:2] == [CHILDREN["engine.host"]]:
        from engine.host.__main__ import main as host

        host(sys.argv[2:])
    if sys.argv[1:2] == [CHILDREN["engine.server.weighing"]]:
        from engine.server.weighing import main as weighing

        weighing(sys.argv[2:])
        return
    if sys.argv[1:] in ([], ["studio"]):  # no need for the command line's libraries
        from app.launch import open_window

        raise SystemExit(open_window())
    from app.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
