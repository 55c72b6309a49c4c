"""What a patch is: how one instrument turns a key press into sound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.generators.sketch.synth.dsp import Floats

__all__ = ["Key", "Patch", "Play"]


@dataclass(frozen=True, slots=True)
class Key:
    """One key press: which, how hard, and for how long at most."""

    pitch: int
    velocity: float
    """0 to 1: changes the tone; the level comes from the mixer."""
    seconds: float
    """Longest time that is heard of it, release included."""
    rng: np.random.Generator

    @property
    def hertz(self) -> float:
        return float(440.0 * 2.0 ** ((self.pitch - 69) / 12.0))

    @property
    def count(self) -> int:
        """Frames to render at most."""
        return max(1, round(self.seconds * 44_100))


Play = Callable[[Key], Floats]
"""Renders a key: (frames,) or (2, frames), at any level (the bank levels it). May be shorter than
asked where the sound has died away."""


@dataclass(frozen=True, slots=True)
class Patch:
    """An instrument of the synth."""

    play: Play
    attack: float = 0.0
    """Seconds of fade-in; 0 where the sound itself begins from silence."""
    release: float = 0.12
    """Seconds to die away after the key is let go."""
    endless: bool = False
    """The rendered cycle repeats without a seam for as long as the key is held."""
    held: bool = False
    """Sounds as long as the key is held; others have died away after ``longest``."""
    longest: float = 12.0
    """Seconds rendered at most; a held sound goes round after that."""
    sway: float = 0.0
    """Times a second that the instrument's own tremolo goes from left to right and back."""
    variants: int = 1
    """Strokes of one key that differ a little, taken in turn."""
    level_db: float = 0.0
    """Trim against the other instruments at equal RMS."""
    even: bool = False
    """Fades that keep the power where one note's end overlaps the next one's start."""
    shaped: bool = False
    """Formed over its whole length, so that each length is a voice of its own."""
