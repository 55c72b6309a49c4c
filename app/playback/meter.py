"""Levels in decibels, moving as a studio meter moves."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log10

__all__ = ["FLOOR", "Level", "Meter", "Reading"]

FLOOR = -60.0
"""dBFS below which the meter shows nothing."""
_FALL = 20 / 1.7
"""dB per second that a peak falls (IEC 60268-10, type I: 20 dB in 1.7 s)."""
_INTEGRATION = 0.3
"""Seconds over which the mean is taken, as a VU meter does."""
_HOLD = 1.5
"""Seconds that the highest peak stays marked."""


@dataclass(frozen=True, slots=True)
class Level:
    """A block's loudness, per side: greatest absolute sample, and mean of the squares."""

    start: int
    """Frame of the stream at which it begins."""
    seconds: float
    peak: tuple[float, float]
    square: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Reading:
    """What to show for one side, in dBFS; FLOOR is silence."""

    peak: float = FLOOR
    rms: float = FLOOR
    hold: float = FLOOR


class Meter:
    """Ballistics for two sides: peaks rise at once and fall slowly, the mean moves calmly.

    >>> meter = Meter()
    >>> meter.feed(Level(0, 0.012, (1.0, 0.5), (0.5, 0.125)))[0].peak
    0.0
    """

    def __init__(self) -> None:
        self._sides = (_Side(), _Side())

    def feed(self, level: Level) -> tuple[Reading, Reading]:
        """Take in one block and the time that it lasts."""
        left, right = (
            side.feed(peak, square, level.seconds)
            for side, peak, square in zip(self._sides, level.peak, level.square, strict=True)
        )
        return left, right

    def rest(self, seconds: float) -> tuple[Reading, Reading]:
        """Let ``seconds`` of silence pass."""
        return self.feed(Level(0, seconds, (0.0, 0.0), (0.0, 0.0)))


class _Side:
    def __init__(self) -> None:
        self._peak = FLOOR
        self._square = 0.0
        self._hold = FLOOR
        self._held = 0.0

    def feed(self, peak: float, square: float, seconds: float) -> Reading:
        self._peak = max(_db(peak), self._peak - _FALL * seconds)
        keep = exp(-seconds / _INTEGRATION)
        self._square = square + (self._square - square) * keep
        self._held += seconds
        if self._peak >= self._hold or self._held > _HOLD:
            self._hold, self._held = self._peak, 0.0
        return Reading(max(self._peak, FLOOR), _db(self._square**0.5), self._hold)


def _db(amplitude: float) -> float:
    return max(FLOOR, 20 * log10(amplitude)) if amplitude > 0 else FLOOR
