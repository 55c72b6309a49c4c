"""Drum kits: a stroke for every note of the General MIDI percussion map."""

from __future__ import annotations

import numpy as np

from engine.generators.sketch.synth.drums.kits import KIT_TABLE
from engine.generators.sketch.synth.dsp import Floats, from_db

__all__ = ["KITS", "choked_by", "play_hit"]

KITS = frozenset(KIT_TABLE)

_VOICES: dict[int, str] = {
    35: "kick",
    36: "kick",
    37: "rim",
    38: "snare",
    39: "clap",
    40: "snare",
    41: "low_tom",
    43: "low_tom",
    45: "mid_tom",
    47: "mid_tom",
    48: "high_tom",
    50: "high_tom",
    42: "hat",
    44: "pedal",
    46: "open",
    49: "crash",
    57: "crash",
    52: "china",
    55: "splash",
    51: "ride",
    59: "ride",
    53: "bell",
    54: "tambourine",
    56: "cowbell",
    58: "guiro",
    60: "high_bongo",
    61: "low_bongo",
    62: "mute_conga",
    63: "high_conga",
    64: "low_conga",
    65: "high_timbale",
    66: "low_timbale",
    67: "high_agogo",
    68: "low_agogo",
    69: "cabasa",
    70: "maracas",
    71: "whistle",
    72: "whistle",
    73: "guiro",
    74: "guiro",
    75: "clave",
    76: "block",
    77: "low_block",
    78: "high_conga",
    79: "low_conga",
    80: "mute_triangle",
    81: "triangle",
    82: "shaker",
    83: "tambourine",
    84: "bell_tree",
}
_CHOKES: dict[int, frozenset[int]] = {46: frozenset((42, 44, 46)), 81: frozenset((80,))}


def choked_by(pitch: int) -> frozenset[int]:
    """The strokes that stop this one: a closing hat stops the open one."""
    return _CHOKES.get(pitch, frozenset())


def play_hit(
    kit: str, pitch: int, velocity: float, rng: np.random.Generator, tonic: int | None = None
) -> Floats:
    """One stroke of a kit, tuned to a tonic: (2, frames).

    Pitches outside the map sound as the nearest in it.
    """
    chosen = KIT_TABLE[kit]
    name = _VOICES.get(pitch) or _VOICES[min(_VOICES, key=lambda known: abs(known - pitch))]
    stroke = chosen.strokes[name]
    mono = stroke.strike(rng, velocity, tonic) * np.float32(from_db(stroke.db + chosen.level_db))
    angle = (stroke.pan + 1.0) * np.pi / 4
    sides = np.array([[np.cos(angle)], [np.sin(angle)]], np.float32) * np.float32(2**0.5)
    out = mono * sides
    return out if chosen.finish is None else chosen.finish(rng, out)
