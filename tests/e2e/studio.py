"""The program as its user starts it: ``dgx-music`` on a screen, with a home of its own."""

from __future__ import annotations

import sysconfig
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.processes import Program, wait_until

__all__ = ["COMMAND", "Studio", "open_studio"]

COMMAND = Path(sysconfig.get_path("scripts")) / "dgx-music"


class Studio:
    """A running window."""

    def __init__(self, program: Program, home: Path, started: float, announcement: Path) -> None:
        self.program = program
        self.home = home
        self._started = started
        self._announcement = announcement

    def takes(self) -> list[Path]:
        """Files of finished takes, in the order of their names."""
        return sorted((self.home / "takes").glob("*.wav"))

    def first_paint(self) -> float:
        """Seconds from its launch until the window was first painted; waits for that."""

        def painted() -> bool:
            assert self.program.running, f"the studio ended early:\n{self.program.output()}"
            return self._announcement.exists() and bool(self._announcement.read_text())

        wait_until(painted, "the first paint")
        # Both read the machine's monotonic clock, which all processes share.
        return float(self._announcement.read_text()) - self._started


@contextmanager
def open_studio(home: Path, environment: Mapping[str, str]) -> Iterator[Studio]:
    """Start the window with its data in ``home`` and wait until it was painted."""
    home.mkdir(parents=True, exist_ok=True)
    announcement = home.with_name(f"{home.name}-painted-at")
    announcement.unlink(missing_ok=True)
    variables = {
        **environment,
        "DGX_MUSIC_HOME": str(home),
        "DGX_MUSIC_FIRST_PAINT_FILE": str(announcement),
    }
    started = time.monotonic()
    with Program([COMMAND], home.with_name(f"{home.name}.log"), variables) as program:
        studio = Studio(program, home, started, announcement)
        studio.first_paint()
        yield studio
