"""The figures of a prompt: tempo, key and metre, found by their shape instead of by words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.generators.sketch.rhythm import METERS
from engine.generators.sketch.vocabulary import vocabulary

__all__ = ["Figures", "read_figures"]

SLOWEST, FASTEST = 30.0, 300.0
"""Beats per minute that make sense."""

_NUMBER = r"(\d{1,4}(?:[.,]\d{1,3})?)"
_TEMPO = (
    re.compile(
        rf"{_NUMBER}(?:\s*(?:-|–|to|sampai|hingga)\s*{_NUMBER})?\s*-?"
        r"(?:bpm\b|beats per minute|beats/min(?:ute)?|b\.p\.m\.?"
        r"|ketuk(?:an)? per menit|ketukan/menit)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?:\b(?:bpm|tempo)|[♩♪]|\bq)\s*(?:of|is|dari|adalah|at|[:=])?\s*{_NUMBER}\b(?!\s*/)",
        re.IGNORECASE,
    ),
    re.compile(r"\bat\s+(\d{2,3}(?:[.,]\d{1,3})?)\b(?=\s*(?:$|[,.;]))", re.IGNORECASE),
)
_METER = re.compile(r"(?<![\d/])(\d{1,2})\s*(?:/|\s+per\s+)\s*(2|4|8|16)(?![\d/])")
_ACCIDENTAL = r"(\s?[#♯♭]|b(?![a-z])|[ -]?sharp|[ -]?flat|[ -]?kres|[ -]?mol\b)?"
_MODE_WORDS = (
    r"(harmonic minor|melodic minor|natural minor|phrygian dominant|minor harmonis|minor melodis"
    r"|major|maj|mayor|dur|besar|ionian|minor|min|moll|kecil|aeolian|dorian|phrygian|lydian"
    r"|mixolydian|locrian|hijaz|pelog|slendro)"
)
_KEY = re.compile(rf"\b([A-Ga-g]){_ACCIDENTAL}[ -]?{_MODE_WORDS}\b", re.IGNORECASE)
_SHORT_KEY = re.compile(r"\b([A-G])([#♯♭b]?)(m|min|maj|M)(?![\w#'])")
_DO = re.compile(r"\bdo\s*=\s*([A-Ga-g])(#|♯|♭|b|is|es)?(?!\w)")
_TONIC = re.compile(
    r"\b(?:(?:in|key|kunci|nada dasar|di)(?:\s+(?:of|dari|the key of|key of|kunci|nada dasar))?"
    r"\s*[:=]?\s*)([A-G])([#♯♭b]?)(?![\w#'])"
)
_MODE_NOUN = re.compile(r"\s+(?:key|scale|mode|mood|feel|tonality|chord|chords|song|vibe)\b")


@dataclass(frozen=True, slots=True)
class Figures:
    """What was found, and the text with it blanked out (the same length)."""

    rest: str
    tempo: float | None = None
    tonic: str | None = None
    mode: str | None = None
    meter: str | None = None
    strange: tuple[tuple[int, str], ...] = ()
    """Figures that make no sense, with their places."""


def read_figures(text: str) -> Figures:
    """Find the first tempo, key and metre; later ones that differ are strange."""
    strange: list[tuple[int, str]] = []
    text, tempo = _tempo(text, strange)
    text, meter = _meter(text, strange)
    text, tonic, mode = _key(text)
    return Figures(text, tempo, tonic, mode, meter, tuple(strange))


def _tempo(text: str, strange: list[tuple[int, str]]) -> tuple[str, float | None]:
    tempo: float | None = None
    for shape in _TEMPO:
        for found in shape.finditer(text):
            numbers = [float(group.replace(",", ".")) for group in found.groups() if group]
            value = sum(numbers) / len(numbers)
            if tempo is None and SLOWEST <= value <= FASTEST:
                tempo = value
            else:
                strange.append((found.start(), found.group().strip()))
            text = _blank(text, found)
    return text, tempo


def _meter(text: str, strange: list[tuple[int, str]]) -> tuple[str, str | None]:
    meter: str | None = None
    for found in _METER.finditer(text):
        name = f"{int(found[1])}/{found[2]}"
        if meter is None and name in METERS:
            meter = name
        elif name != meter:
            strange.append((found.start(), found.group()))
        text = _blank(text, found)
    return text, meter


def _key(text: str) -> tuple[str, str | None, str | None]:
    for found in _KEY.finditer(text):
        letter, accidental, words = found.groups()
        if letter == "a" and not accidental and _article(text, found):
            continue
        return _blank(text, found), _spell(letter, accidental), _mode(words)
    short = _SHORT_KEY.search(text)
    if short:
        mode = "minor" if short[3] in ("m", "min") else "major"
        return _blank(text, short), _spell(short[1], short[2]), mode
    do = _DO.search(text)
    if do:
        return _blank(text, do), _spell(do[1], do[2]), "major"
    tonic = _TONIC.search(text)
    if tonic:
        return _blank(text, tonic), _spell(tonic[1], tonic[2]), None
    return text, None, None


def _article(text: str, found: re.Match[str]) -> bool:
    """Whether the "a" is no tonic: "in a minor key", "a major hit", but not "in a minor"."""
    if _MODE_NOUN.match(text, found.end()):
        return True
    follows = re.match(r"\s+[a-z]", text[found.end() :])
    return follows is not None and not re.search(r"\b(?:in|di|of|kunci)\s+$", text[: found.start()])


def _mode(words: str) -> str:
    meanings = vocabulary()[tuple(words.casefold().split())]
    return next(str(meaning.value) for meaning in meanings if meaning.kind == "mode")


def _spell(letter: str, accidental: str | None) -> str:
    sign = (accidental or "").strip(" -").casefold()
    if sign in ("#", "♯", "sharp", "kres", "is"):
        return letter.upper() + "#"
    return letter.upper() + ("b" if sign else "")


def _blank(text: str, found: re.Match[str]) -> str:
    """Blank out a find; a bar keeps its neighbours from meeting."""
    return (
        text[: found.start()] + "|" + " " * (found.end() - found.start() - 1) + text[found.end() :]
    )
