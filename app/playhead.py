"""The playhead: where the ear is and how loud it is there, 60 times a second while that changes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.playback.meter import Meter, Reading
from app.playback.state import Now

__all__ = ["Playhead"]

_FRAME = 16  # milliseconds between two looks at the clock


class Playhead(QObject):
    """Looks at what the playback thread has written, and at the clock.

    >>> playhead.moved.connect(show_position)
    >>> playhead.follow()                       # until it stands, and the meter has come to rest
    """

    moved = Signal()
    """It is somewhere else now."""
    levels_changed = Signal(tuple)
    """(left, right) Readings in dBFS."""

    def __init__(
        self,
        clock: Callable[[], float],
        now: Callable[[], Now],
        playing: Callable[[], bool],
        parent: QObject,
    ) -> None:
        """``clock`` in seconds, as ``now`` counts them."""
        super().__init__(parent)
        self._clock = clock
        self._now = now
        self._playing = playing
        self._meter = Meter()
        self._metered = 0
        """Frame of the stream up to which levels were shown."""
        self._moment = 0.0
        self._timer = QTimer(self, interval=_FRAME, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._look)

    def follow(self) -> None:
        """From here on, until nothing moves any more."""
        if not self._timer.isActive():
            self._moment, self._metered = self._clock(), self._now().written
            self._timer.start()

    def begin_anew(self) -> None:
        """What is written now is another stream."""
        self._metered = 0

    def stop(self) -> None:
        self._timer.stop()

    def _look(self) -> None:
        moment = self._clock()
        passed, self._moment = moment - self._moment, moment
        if self._playing():
            self.moved.emit()
        self._show_levels(moment)
        if not self._playing():
            readings = self._meter.rest(passed)
            self.levels_changed.emit(readings)
            if readings == (Reading(), Reading()):
                self._timer.stop()

    def _show_levels(self, moment: float) -> None:
        """Those of blocks that have been heard since the last look."""
        now = self._now()
        heard = now.stream_frame(moment)
        due = [level for level in now.levels if self._metered <= level.start < heard]
        for level in due:
            self.levels_changed.emit(self._meter.feed(level))
        self._metered = due[-1].start + 1 if due else min(self._metered, heard)
