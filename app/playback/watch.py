"""Since when a sound device has kept the playback thread waiting: some servers hang, not die."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.playback.output import Output

if TYPE_CHECKING:
    from app.playback.frames import Frames

__all__ = ["Watch", "Watched"]


class Watch:
    """Held around every call into a device; read by another thread.

    >>> with watch:
    ...     output.write(block)
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """``clock`` in seconds."""
        self._clock = clock
        self._since: float | None = None

    def __enter__(self) -> None:
        self._since = self._clock()

    def __exit__(self, *_: object) -> None:
        self._since = None

    def waited(self) -> float:
        """Seconds that the call under way takes already; 0 while there is none."""
        since = self._since
        return 0.0 if since is None else self._clock() - since


class Watched:
    """An output whose calls are watched."""

    def __init__(self, output: Output, watch: Watch) -> None:
        self._output, self._watch = output, watch
        self.name, self.silent = output.name, output.silent

    def open(self, rate: int) -> int:
        with self._watch:
            rate = self._output.open(rate)
        self.name = self._output.name
        return rate

    def write(self, block: Frames) -> None:
        with self._watch:
            self._output.write(block)

    def pending(self) -> int:
        with self._watch:
            return self._output.pending()

    def drop(self) -> None:
        with self._watch:
            self._output.drop()

    def close(self) -> None:
        with self._watch:
            self._output.close()
