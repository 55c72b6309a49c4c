"""What the playback thread tells: which track, how it stands, and what is heard right now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import isfinite
from pathlib import Path

from app.playback.meter import Level
from app.playback.output import OutputDevice
from app.playback.spans import Span, frame_at
from engine.beats import Beats
from engine.jobs import Failure, Job

__all__ = ["Now", "Snapshot", "State", "Track"]

_MOST_LOWERED = 20.0
"""Decibels; one that is all but silent would take the other with it."""


class State(StrEnum):
    EMPTY = "empty"
    PAUSED = "paused"
    PLAYING = "playing"
    WAITING = "waiting"
    """Playing, at the end of a take that still grows."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Track:
    """What the player is given to play."""

    id: str
    """The job's id."""
    path: Path
    title: str = ""
    seconds: float = 0.0
    """Length that it has, or will have once grown."""
    growing: bool = False
    beats: Beats | None = None
    """None: not known."""
    loudness: float | None = None
    """Integrated, LUFS; None: not known."""
    trim: float = 1.0
    """Linear; what its samples are lowered by where it is heard beside another."""

    @classmethod
    def of(cls, job: Job) -> Track | None:
        """The take of a finished job, the preview of a running one; None: nothing to hear."""
        if job.take is not None:
            take = job.take
            return cls(
                job.id,
                take.path,
                job.name,
                take.duration,
                beats=Beats.of(take),
                loudness=take.loudness,
            )
        if job.preview is not None and not job.status.final:
            return cls(job.id, job.preview, job.name, job.request.duration, growing=True)
        return None

    def louder_by(self, other: Track) -> float | None:
        """Decibels, negative where it is quieter; None: not known of one of them."""
        one, two = self.loudness, other.loudness
        if one is None or two is None or not (isfinite(one) and isfinite(two)):
            return None
        return one - two

    def beside(self, other: Track) -> Track:
        """As loud as the other where it is the louder one, for comparing: louder seems better."""
        lower = min(max(self.louder_by(other) or 0.0, 0.0), _MOST_LOWERED)
        return replace(self, trim=10 ** (-lower / 20))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How playback stands; a new one is told whenever something of it changes."""

    serial: int = 0
    """Of the last command that was obeyed."""
    track: Track | None = None
    state: State = State.EMPTY
    rate: int = 44_100
    frames: int = 0
    """Length of the take so far, at ``rate``."""
    output: str = ""
    silent: bool = False
    devices: tuple[OutputDevice, ...] = ()
    problem: Failure | None = None


@dataclass(frozen=True, slots=True)
class Now:
    """What is heard, by the device's clock; good until the next block, some 12 ms later."""

    moment: float = 0.0
    """``time.perf_counter()`` when this was true."""
    heard: int = 0
    """Frame of the stream that is heard at that moment."""
    written: int = 0
    rate: int = 44_100
    spans: Sequence[Span] = (Span(0, 0, moving=False),)
    levels: Sequence[Level] = ()

    def stream_frame(self, moment: float) -> int:
        """The stream's frame heard at ``moment``, never beyond what was written."""
        passed = max(0, int((moment - self.moment) * self.rate))
        return min(self.heard + passed, self.written)

    def frame(self, moment: float) -> int:
        """The take's frame heard at ``moment``."""
        return frame_at(self.spans, self.stream_frame(moment))
