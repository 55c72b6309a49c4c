"""Where the bars and beats of a take fall, in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.jobs import Take

__all__ = ["Beats", "is_metre", "is_tempo"]

_HAIR = 0.02
"""Of a beat: how far a time may miss the one that it means, as a playhead does that stands on a
sample."""


def is_tempo(beats_per_minute: float) -> bool:
    """Whether music has it. What a file says of itself may be anything."""
    return 20 <= beats_per_minute <= 400


def is_metre(beats_per_bar: int) -> bool:
    return 1 <= beats_per_bar <= 32


@dataclass(frozen=True, slots=True)
class Beats:
    """Even ones, from the first sample of a take on, as a composer writes them.

    >>> beats = Beats(tempo=120.0, per_bar=4)
    >>> beats.beat, beats.bar, beats.place(3.5), beats.nearest(3.3, within=16.0)
    (0.5, 2.0, (2, 4), 3.5)
    """

    tempo: float
    """Beats per minute."""
    per_bar: int

    @classmethod
    def of(cls, take: Take) -> Beats | None:
        """None where nobody knows them: a tempo that was only heard does not say where the first
        bar begins."""
        tempo, per_bar = take.tempo, take.beats_per_bar
        if tempo is None or per_bar is None or not (is_tempo(tempo) and is_metre(per_bar)):
            return None
        return cls(tempo, per_bar)

    @property
    def beat(self) -> float:
        """Seconds."""
        return 60 / self.tempo

    @property
    def bar(self) -> float:
        """Seconds."""
        return self.per_bar * self.beat

    def place(self, seconds: float) -> tuple[int, int]:
        """(bar, beat) that is heard then, both counted from 1."""
        bar, beat = divmod(floor(seconds / self.beat + _HAIR), self.per_bar)
        return bar + 1, beat + 1

    def nearest(self, seconds: float, within: float) -> float:
        """The beat that is nearest; or the end of the take, which lasts ``within`` seconds."""
        beat = round(seconds / self.beat) * self.beat
        return min(beat, within, key=lambda edge: (edge > within, abs(edge - seconds)))

    def first_from(self, seconds: float) -> float:
        """The first beat that does not lie before."""
        return ceil(seconds / self.beat - _HAIR) * self.beat

    def next_bar(self, seconds: float) -> float:
        return self.place(seconds)[0] * self.bar

    def bar_before(self, seconds: float) -> float:
        """The start of the bar that this lies in; from there, of the one before. 0 at least."""
        bars = ceil(ceil(seconds / self.beat - _HAIR) / self.per_bar)
        return max(bars - 1, 0) * self.bar
