"""The stretch of a take that the waveform shows: zoom and scroll, in seconds."""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = ["Window"]


@dataclass(frozen=True, slots=True)
class Window:
    """Part of a take, from ``start`` to ``end``, of ``duration`` seconds; frozen like all values.

    >>> Window.whole(16.0).zoomed(0.5, at=8.0, shortest=1.0)
    Window(duration=16.0, start=4.0, end=12.0)
    """

    duration: float
    start: float
    end: float

    @classmethod
    def whole(cls, duration: float) -> Window:
        return cls(duration, 0.0, duration)

    @property
    def length(self) -> float:
        return self.end - self.start

    @property
    def is_whole(self) -> bool:
        return self.length >= self.duration

    def zoomed(self, factor: float, at: float, shortest: float) -> Window:
        """As much longer (factor over 1) or shorter; ``at`` stays where it is."""
        length = min(max(self.length * factor, shortest), self.duration)
        share = (at - self.start) / self.length if self.length else 0.0
        return replace(self, start=0.0, end=length).scrolled(at - share * length)

    def scrolled(self, seconds: float) -> Window:
        """As long as now, moved by ``seconds``, but not beyond the take."""
        start = min(max(self.start + seconds, 0.0), max(self.duration - self.length, 0.0))
        return replace(self, start=start, end=start + self.length)

    def showing(self, seconds: float) -> Window:
        """The same, or turned over like a page so that ``seconds`` is in sight."""
        if self.start <= seconds <= self.end:
            return self
        return self.scrolled(seconds - self.start - self.length * 0.05)

    def of_duration(self, duration: float) -> Window:
        """For a take of another length: the whole stays the whole, a part stays if it can."""
        if self.is_whole or self.start >= duration:
            return Window.whole(duration)
        return Window(duration, self.start, min(self.end, duration))

    def x_of(self, seconds: float, width: float) -> float:
        return (seconds - self.start) / self.length * width if self.length else 0.0

    def seconds_at(self, x: float, width: float) -> float:
        """Kept within the take."""
        seconds = self.start + x / max(width, 1.0) * self.length
        return min(max(seconds, 0.0), self.duration)
