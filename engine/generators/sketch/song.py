"""The plan that all writers read: key, metre, sections, chords; and the notes they write."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from engine.generators.sketch.rhythm import Meter
from engine.generators.sketch.score import Section
from engine.generators.sketch.streams import stream
from engine.generators.sketch.styles.model import Style
from engine.generators.sketch.theory import Chord, Key

__all__ = ["Hit", "Song", "Span"]


class Hit(NamedTuple):
    """A note before groove and humanisation: beats on the grid."""

    start: float
    duration: float
    pitch: int
    velocity: float


class Span(NamedTuple):
    """A chord and the beats it lasts."""

    start: float
    end: float
    chord: Chord


@dataclass(frozen=True, slots=True)
class Song:
    """Everything decided before the first note."""

    style: Style
    key: Key
    meter: Meter
    tempo: float
    """Quarter notes per minute."""
    bars: int
    sections: tuple[Section, ...]
    spans: tuple[Span, ...]
    """Chords, without gaps from the first bar to the last."""
    seed: int
    loop: bool
    closes: bool
    """The last bar is a final chord that rings."""
    beats: float
    """Quarter notes to the end of the audio."""
    draft: int = 0
    """Which attempt this is; each draws its notes anew."""

    def random(self, aspect: str) -> Random:
        return stream(self.seed, aspect, self.draft)

    @property
    def playing_bars(self) -> int:
        """Bars before the final chord."""
        return self.bars - 1 if self.closes else self.bars

    def bars_of(self, section: Section) -> range:
        """The section's bars, without the one of the final chord."""
        return range(section.start_bar, min(section.start_bar + section.bars, self.playing_bars))

    def section_at(self, beat: float) -> Section:
        bar = int(beat / self.meter.bar + 1e-6)
        return next(section for section in reversed(self.sections) if section.start_bar <= bar)

    def chord_at(self, beat: float) -> Chord:
        return self.spans[self._index(beat)].chord

    def next_chord(self, beat: float) -> Chord:
        """The chord after the one at ``beat``; the first one in a loop, else the last again."""
        after = self._index(beat) + 1
        if after < len(self.spans):
            return self.spans[after].chord
        return self.spans[0 if self.loop else -1].chord

    def spans_between(self, start: float, end: float) -> tuple[Span, ...]:
        """Chords within a stretch, cut to it."""
        cut: list[Span] = []
        for span in self.spans[self._index(start) :]:
            if span.start >= end - 1e-6:
                break
            cut.append(Span(max(span.start, start), min(span.end, end), span.chord))
        return tuple(cut)

    def _index(self, beat: float) -> int:
        place = bisect.bisect_right(self.spans, beat + 1e-6, key=lambda span: span.start) - 1
        return min(max(place, 0), len(self.spans) - 1)
