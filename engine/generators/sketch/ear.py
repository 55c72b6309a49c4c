"""The composer's ear: how plainly a draft is in its key, so that a doubtful one is written anew.

It hears notes, not sound: pitch classes with their overtones, against how well listeners find
each degree to fit a key (Krumhansl and Kessler 1982).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.generators.sketch.score import DRUM_KITS, Note, Part, Score
from engine.generators.sketch.theory import Key

__all__ = ["plainness"]

Floats = NDArray[np.float64]

_PROFILES = {
    "major": (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    "minor": (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
}
_OVERTONES = (
    {0: 2.0, 7: 0.7, 4: 0.25, 10: 0.08},  # a bright band
    {0: 2.0, 7: 0.3, 4: 0.05},  # a mellow one
    {0: 2.0, 7: 1.0, 4: 0.4, 10: 0.15},  # an ear that hears overtones as loud as notes
)
"""Strength by semitones above a note's pitch class: octaves, fifth, third, seventh."""
_SLOTS = 2
"""Moments heard in a quarter note."""
_STRUCK = frozenset(
    {
        "piano",
        "felt_piano",
        "electric_piano",
        "harpsichord",
        "nylon_guitar",
        "steel_guitar",
        "clean_guitar",
        "muted_guitar",
        "ukulele",
        "harp",
        "koto",
        "sitar",
        "marimba",
        "vibraphone",
        "music_box",
        "bell",
        "gamelan",
        "upright_bass",
        "electric_bass",
        "slap_bass",
        "pizzicato",
        "synth_pluck",
        "arp_synth",
    }
)
_DYING = 1.0
"""Seconds in which a struck note falls to a third."""
_UNPITCHED = frozenset({"vinyl_crackle", "tape_hiss", "rain", "sea", "wind", "riser"})


def plainness(score: Score, key: Key) -> float:
    """How much better the key fits what sounds than any other major or minor key, -2 to 2.

    Below 0, another key would be heard.
    """
    sounding = _sounding(score)
    if not sounding.any():
        return 0.0
    return min(_lead(sounding @ _spectrum(i), key) for i in range(len(_OVERTONES)))


def _lead(moments: Floats, key: Key) -> float:
    """``moments``: (slots, 12). Every moment counts the same, however loud it is."""
    loudest = moments.max(axis=1, keepdims=True)
    heard = (moments / np.maximum(loudest, 1e-9)).mean(axis=0)
    fits = _keys() @ _standard(heard)
    own = key.pc + (12 if key.family == "minor" else 0)
    return float(fits[own] - np.delete(fits, own).max())


def _sounding(score: Score) -> Floats:
    """(slots, 12): how strongly each pitch class is played in each moment."""
    count = max(1, int(score.seconds * score.tempo / 60 * _SLOTS))
    found = np.zeros((count, 12))
    fall = float(np.exp(-60 / score.tempo / _SLOTS / _DYING))
    for part in score.parts:
        if part.instrument not in DRUM_KITS and part.instrument not in _UNPITCHED:
            _add(found, part, part.notes, fall if part.instrument in _STRUCK else 1.0)
    return found


def _add(found: Floats, part: Part, notes: Sequence[Note], fall: float) -> None:
    """``fall``: by how much a held note is weaker after a moment."""
    loud = 10 ** (part.send.gain_db / 20)
    table = np.array([(n.start, n.duration, n.pitch % 12, n.velocity) for n in notes])
    first = np.floor(table[:, 0] * _SLOTS + 0.2).astype(int)  # played a little early
    length = np.maximum(1, np.rint(table[:, 1] * _SLOTS)).astype(int)
    pitch, force = table[:, 2].astype(int), table[:, 3] * loud
    for moment in range(int(length.max())):
        at = first + moment
        held = (length > moment) & (at < len(found))
        np.add.at(found, (at[held], pitch[held]), force[held] * fall**moment)


@lru_cache(maxsize=len(_OVERTONES))
def _spectrum(index: int) -> Floats:
    """(12, 12): from what is played to what sounds."""
    matrix = np.zeros((12, 12))
    for step, strength in _OVERTONES[index].items():
        matrix += strength * np.roll(np.eye(12), step, axis=1)
    return matrix


@lru_cache(maxsize=1)
def _keys() -> Floats:
    """(24, 12): the profiles of all keys, major from C up, then minor."""
    return np.array(
        [_standard(np.roll(_PROFILES[mode], tonic)) for mode in _PROFILES for tonic in range(12)]
    )


def _standard(values: Floats) -> Floats:
    """Without mean, of length 1: products of two are their correlation."""
    centred = values - values.mean()
    return np.asarray(centred / (np.linalg.norm(centred) + 1e-12))
