"""A drag over the waveform, and where the edges of the region fall that it draws."""

from __future__ import annotations

from dataclasses import dataclass

from engine.beats import Beats

__all__ = ["Press", "Region", "Snap"]

Region = tuple[float, float]
"""Start and end, in seconds."""


@dataclass(slots=True)
class Press:
    """A press that is being dragged."""

    anchor: float | None
    """Where the region that is drawn began, in seconds; None: the position is dragged."""
    at: float = 0.0
    moved: bool = False
    free: bool = False
    """Alt is held: not on the beat."""


@dataclass(frozen=True, slots=True)
class Snap:
    """Edges on beats, where these are known and wanted; of a take of ``duration``
    seconds.

    >>> snap = Snap(Beats(120.0, 4), duration=16.0)
    >>> snap.edge(3.3), snap.edge(3.3, free=True), snap.region(3.5, 3.5)
    (3.5, 3.3, (3.5, 4.0))
    """

    beats: Beats | None = None
    duration: float = 0.0
    on: bool = True

    def edge(self, seconds: float, *, free: bool = False) -> float:
        """The beat, or the take's end, that is meant; ``free``: no beat, for once."""
        if self.beats is None or free or not self.on:
            return seconds
        return self.beats.nearest(seconds, within=self.duration)

    def region(self, one: float, other: float, *, free: bool = False) -> Region:
        """From one edge to the other; where both are the same beat, that beat."""
        start, end = sorted((one, other))
        if start < end or self.beats is None or free or not self.on:
            return start, end
        end = min(start + self.beats.beat, self.duration)
        return min(start, max(end - self.beats.beat, 0.0)), end
