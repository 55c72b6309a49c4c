"""What a style is, as data: players and their figures, grooves, progressions, form and sound.

Patterns are read by ``rhythm``; their signs, by writer:

- drums: ``X`` accent, ``x`` stroke, ``o`` soft, ``g`` ghost, ``?`` sometimes, ``r`` roll
- bass: ``1`` root, ``8`` octave, ``5`` fifth, ``4`` the fifth below, ``3`` third, ``7`` seventh,
  ``a`` approach to the next root, ``g`` dead note
- chords: ``x`` the chord, ``X`` accented, ``o`` soft, ``u`` soft upstroke, ``t`` its upper notes,
  ``b`` the root below, ``f`` the fifth below, ``1``-``9`` single notes from the lowest up
- melody cells: ``x`` a note
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from engine.generators.sketch.rhythm import Feel
from engine.generators.sketch.score import Mix, Send
from engine.generators.sketch.theory import Colour

__all__ = ["Form", "Groove", "Player", "Role", "Style", "Tune", "Writer"]

Role = Literal["drums", "bass", "chords", "melody", "counter", "texture", "percussion"]
Writer = Literal[
    "drums", "bass", "walk", "chords", "pad", "melody", "counter", "elaborate", "texture", "riser"
]
Form = Literal["song", "beat", "club", "flow", "head"]


@dataclass(frozen=True, slots=True)
class Groove:
    """One drum pattern: a voice of the kit (see ``drums.VOICES``) to its steps."""

    voices: dict[str, str]
    light: frozenset[str] = frozenset()
    """Voices that stay where the music is quiet; empty: all of them."""


@dataclass(frozen=True, slots=True)
class Player:
    """A chair in the band: what it plays, on what, and when it joins."""

    role: Role
    writer: Writer
    instruments: tuple[str, ...]
    """Alternatives; the seed takes one."""
    figures: tuple[str, ...] = ("x---------------",)
    """Alternatives of patterns, from sparse to busy."""
    enters: float = 0.0
    """Plays in sections of this energy and above."""
    leaves: float = 1.01
    """… and below this."""
    chance: float = 1.0
    """How many of the seeds have this chair."""
    register: int = 60
    """The middle of what it plays, as a MIDI pitch."""
    voices: int = 4
    """Notes of a chord."""
    spread: bool = False
    """Open voicings."""
    strum: float = 0.0
    """Beats from the first to the last note of a chord."""
    velocity: float = 0.75
    gate: float = 0.95
    """How much of its length a note sounds."""
    follow: float = 1.0
    """Elaborations: notes for each beat of the melody's skeleton."""
    grooves: tuple[Groove, ...] = ()
    """Drums and percussion: its own patterns; empty: the style's."""
    send: Send = field(default_factory=Send)


@dataclass(frozen=True, slots=True)
class Tune:
    """How a style sings."""

    cells: tuple[str, ...] = (
        "x-x-x-x-",
        "x--xx-x-",
        "x---x-x-",
        "x-x-x---",
        "x-xxx---",
        "..x-x-x-",
    )
    """Rhythms of one bar to make motifs of."""
    steps: Literal["mode", "pentatonic", "blues"] = "mode"
    """The notes it moves on."""
    leap: float = 0.25
    """How often it leaps instead of stepping."""
    rest: float = 0.15
    """How often a bar is left to breathe."""
    repeat: float = 0.6
    """How often a motif comes back as it was instead of moved."""


@dataclass(frozen=True, slots=True)
class Style:
    """A family of music. ``minor`` and ``major`` are progressions: bars split by "|"."""

    name: str
    title: str
    tempo: tuple[int, int]
    players: tuple[Player, ...]
    minor: tuple[str, ...]
    major: tuple[str, ...]
    grooves: tuple[Groove, ...] = ()
    meters: tuple[str, ...] = ("4/4",)
    """The first is what its patterns are written in."""
    modes: tuple[str, ...] = ("minor", "minor", "major")
    """The seed takes one, so repeats weigh."""
    colour: Colour = "triad"
    feel: Feel = field(default_factory=Feel)
    form: Form = "song"
    phrase: int = 4
    """Bars."""
    tune: Tune = field(default_factory=Tune)
    fill: Literal["snare", "toms", "roll", "drop", "latin", "none"] = "snare"
    crash: bool = True
    ending: Literal["chord", "fade"] = "chord"
    cadence: dict[str, str] = field(
        default_factory=lambda: {"major": "V", "minor": "V"},
    )
    """The bar before the last, by family."""
    valence: float = 0.0
    """-1 sad or dark to 1 happy: what moods choose it by."""
    arousal: float = 0.0
    """-1 still to 1 wild."""
    mix: Mix = field(default_factory=Mix)
