"""Keys, modes and chords: roman numerals in, pitch classes out.

Pitch classes are 0-11 with C = 0; pitches are MIDI numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

__all__ = [
    "MODES",
    "Chord",
    "Colour",
    "Key",
    "chord_scale",
    "parse_chord",
    "pitch_class",
    "tonic_chord",
]

Colour = Literal["power", "triad", "seventh", "ninth"]
"""How far a style stacks thirds on a plain numeral."""

MODES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "locrian": (0, 1, 3, 5, 6, 8, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "melodic minor": (0, 2, 3, 5, 7, 9, 11),
    "phrygian dominant": (0, 1, 4, 5, 7, 8, 10),
    "pelog": (0, 1, 3, 7, 8),
    "slendro": (0, 2, 4, 7, 9),
}
"""Semitones above the tonic. Pelog and slendro are the nearest twelve-tone spellings."""

_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_NUMERALS = {"I": 0, "II": 2, "III": 4, "IV": 5, "V": 7, "VI": 9, "VII": 11}
_SUFFIXES: dict[str, tuple[int, ...]] = {
    "5": (0, 7),
    "6": (0, 4, 7, 9),
    "69": (0, 4, 7, 9, 14),
    "7": (0, 4, 7, 10),
    "9": (0, 4, 7, 10, 14),
    "13": (0, 4, 10, 14, 21),
    "7b9": (0, 4, 7, 10, 13),
    "7#9": (0, 4, 7, 10, 15),
    "maj7": (0, 4, 7, 11),
    "maj9": (0, 4, 7, 11, 14),
    "add9": (0, 4, 7, 14),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "7sus4": (0, 5, 7, 10),
    "9sus4": (0, 5, 7, 10, 14),
    "+": (0, 4, 8),
    "dim": (0, 3, 6),
    "dim7": (0, 3, 6, 9),
    "m7b5": (0, 3, 6, 10),
    "m6": (0, 3, 7, 9),
}
_MINOR_SUFFIXES: dict[str, tuple[int, ...]] = {
    "6": (0, 3, 7, 9),
    "7": (0, 3, 7, 10),
    "9": (0, 3, 7, 10, 14),
    "11": (0, 3, 7, 10, 17),
    "maj7": (0, 3, 7, 11),
    "add9": (0, 3, 7, 14),
}
_TOKEN = re.compile(r"^([b#]?)(VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)([^/]*)(?:/(.+))?$")


def pitch_class(name: str) -> int:
    """ "F#" -> 6; raises KeyError for a letter that is no note."""
    return (_LETTERS[name[0].upper()] + name.count("#") - name[1:].count("b")) % 12


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic, spelt as the musician would, and a mode of MODES."""

    tonic: str
    mode: str

    @property
    def pc(self) -> int:
        return pitch_class(self.tonic)

    @property
    def scale(self) -> tuple[int, ...]:
        """Pitch classes from the tonic up."""
        return tuple((self.pc + step) % 12 for step in MODES[self.mode])

    @property
    def family(self) -> Literal["major", "minor"]:
        """Which of the two it is heard as: by its third."""
        return "minor" if 3 in MODES[self.mode] else "major"

    def __str__(self) -> str:
        return f"{self.tonic} {self.mode}"


@dataclass(frozen=True, slots=True)
class Chord:
    """Pitch classes of one chord: ``tones`` from the root up, ``bass`` what sounds lowest."""

    symbol: str
    root: int
    tones: tuple[int, ...]
    bass: int

    @property
    def triad(self) -> tuple[int, ...]:
        return self.tones[:3]


@lru_cache(maxsize=2048)
def parse_chord(token: str, key: Key, colour: Colour = "triad") -> Chord:
    """Read a roman numeral, counted from the major scale of the key's tonic.

    "bVI" is Ab in C whatever the mode; small numerals are minor. A plain numeral grows by
    ``colour`` with the key's own notes (IV becomes IVmaj7 in major); a written suffix is kept.
    After a slash stands a chord tone ("I/3") or a pedal numeral ("IV/I").
    Raises ValueError for what is no numeral.
    """
    match = _TOKEN.match(token)
    if match is None:
        raise ValueError(f"not a chord: {token!r}")
    accidental, numeral, suffix, slash = match.groups()
    root = (key.pc + _NUMERALS[numeral.upper()] + {"b": -1, "#": 1, "": 0}[accidental]) % 12
    minor = numeral.islower()
    if suffix:
        table = {**_SUFFIXES, **_MINOR_SUFFIXES} if minor else _SUFFIXES
        if suffix not in table:
            raise ValueError(f"not a chord: {token!r}")
        intervals = table[suffix]
    else:
        intervals = _stack(root, (0, 3, 7) if minor else (0, 4, 7), key, colour)
    tones = tuple((root + step) % 12 for step in intervals)
    bass = root
    if slash in ("3", "5", "7"):
        bass = tones[{"3": 1, "5": 2, "7": 3}[slash]]
    elif slash:
        bass = parse_chord(slash, key).root
    return Chord(token, root, tones, bass)


def _stack(root: int, triad: tuple[int, ...], key: Key, colour: Colour) -> tuple[int, ...]:
    """Grow a triad by the colour, taking the seventh and ninth that the key has."""
    if colour == "power":
        return (0, 7)
    if colour == "triad":
        return triad
    inside = {(pc - root) % 12 for pc in key.scale}
    sevenths = [step for step in (10, 11) if step in inside]
    grown = (*triad, sevenths[0]) if sevenths else triad
    if colour == "ninth" and 2 in inside:
        grown = (*grown, 14)
    return grown


@lru_cache(maxsize=64)
def tonic_chord(key: Key, colour: Colour = "triad") -> Chord:
    return parse_chord("i" if key.family == "minor" else "I", key, colour)


@lru_cache(maxsize=4096)
def chord_scale(chord: Chord, key: Key, steps: tuple[int, ...] | None = None) -> tuple[int, ...]:
    """Pitch classes a melody may use over the chord, sorted.

    The key's scale (or ``steps`` above its tonic), where foreign chord tones push out the
    neighbours they rub against: over V in minor the leading note takes the flat seventh's place.
    """
    scale = {(key.pc + step) % 12 for step in (steps or MODES[key.mode])}
    for tone in chord.tones[:4]:
        if tone not in scale:
            if (tone - key.pc) % 12 not in MODES[key.mode]:
                scale -= {(tone + 1) % 12, (tone - 1) % 12} - set(chord.tones)
            scale.add(tone)
    return tuple(sorted(scale))
