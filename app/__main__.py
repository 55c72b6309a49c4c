"""``python -m app``: the command line. A frozen build is its own engine host, too."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    if sys.argv[1:2] == ["--engine-host"]:
        from engine.host.__main__ import main as host

        host(sys.argv[2:])
    from app.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
