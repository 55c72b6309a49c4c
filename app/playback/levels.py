"""What the level meter shows: each block's level when it is heard, and the way down afterwards."""

from __future__ import annotations

from app.playback.meter import Meter, Reading
from app.playback.state import Now

__all__ = ["Levels"]


class Levels:
    """Asked again and again while something moves.

    >>> levels.begin(now, moment)
    >>> for readings in levels.look(now, moment, playing=True): ...
    """

    def __init__(self) -> None:
        self.at_rest = False
        """Silence is shown, and nothing plays."""
        self._meter = Meter()
        self._shown = 0
        """Frame of the stream up to which levels were shown."""
        self._moment = 0.0

    def begin(self, now: Now, moment: float) -> None:
        """What was written before is not shown; ``moment`` in seconds, by the clock of ``now``."""
        self._moment, self._shown = moment, now.written

    def begin_anew(self) -> None:
        """What is written now is another stream."""
        self._shown = 0

    def look(self, now: Now, moment: float, *, playing: bool) -> list[tuple[Reading, Reading]]:
        """(left, right) in dBFS of what was heard since the last look; where nothing plays, at
        last how far the meter has fallen."""
        passed, self._moment = moment - self._moment, moment
        heard = now.stream_frame(moment)
        due = [level for level in now.levels if self._shown <= level.start < heard]
        self._shown = due[-1].start + 1 if due else min(self._shown, heard)
        readings = [self._meter.feed(level) for level in due]
        if not playing:
            readings.append(self._meter.rest(passed))
        self.at_rest = not playing and readings[-1] == (Reading(), Reading())
        return readings
