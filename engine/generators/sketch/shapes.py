"""The shapes of pieces: sections and their energy, by the number of sections there is room for."""

from __future__ import annotations

from random import Random

from engine.generators.sketch.styles.model import Form

__all__ = ["shape"]

# "name:energy", energy in hundredths; the seed takes one of each line's alternatives.
_SHAPES: dict[Form, dict[int, tuple[str, ...]]] = {
    "song": {
        1: ("verse:75",),
        2: ("verse:60 chorus:85", "chorus:78 chorus:90"),
        3: (
            "intro:40 verse:65 chorus:90",
            "verse:60 chorus:80 chorus:92",
            "verse:55 verse:66 chorus:90",
        ),
        4: (
            "intro:40 verse:60 chorus:85 chorus:95",
            "verse:55 chorus:80 verse:65 chorus:92",
            "verse:60 chorus:85 bridge:50 chorus:95",
        ),
        5: (
            "intro:40 verse:60 chorus:85 bridge:50 chorus:95",
            "intro:40 verse:60 chorus:82 verse:66 chorus:95",
        ),
        6: ("intro:40 verse:60 chorus:85 verse:65 bridge:50 chorus:95",),
    },
    "beat": {
        1: ("verse:70",),
        2: ("verse:60 chorus:80", "chorus:76 verse:66"),
        3: (
            "intro:35 verse:65 chorus:80",
            "verse:62 break:40 chorus:82",
            "verse:60 chorus:78 verse:68",
        ),
        4: (
            "intro:35 verse:65 chorus:80 verse:70",
            "verse:60 chorus:80 break:40 chorus:84",
        ),
        5: (
            "intro:35 verse:65 chorus:80 break:40 chorus:85",
            "intro:35 verse:60 verse:68 chorus:82 verse:66",
        ),
        6: ("intro:35 verse:60 chorus:80 break:40 verse:70 chorus:85",),
    },
    "club": {
        1: ("drop:85",),
        2: ("verse:65 drop:95", "build:50 drop:95", "drop:80 drop:95"),
        3: ("verse:60 build:50 drop:95", "drop:82 break:30 drop:97", "intro:45 verse:65 drop:95"),
        4: (
            "intro:45 verse:65 build:50 drop:95",
            "verse:60 drop:85 build:45 drop:98",
            "drop:80 break:30 build:50 drop:97",
        ),
        5: (
            "intro:45 verse:65 build:50 drop:95 drop:100",
            "intro:45 drop:85 break:30 build:50 drop:98",
        ),
        6: ("intro:45 verse:65 build:50 drop:95 break:30 drop:100",),
    },
    "flow": {
        1: ("verse:60",),
        2: ("verse:50 chorus:75",),
        3: ("intro:35 verse:60 chorus:80", "verse:50 bridge:62 chorus:78"),
        4: ("intro:35 verse:55 bridge:65 chorus:85", "verse:45 chorus:68 bridge:55 chorus:84"),
        5: ("intro:30 verse:50 bridge:60 chorus:85 outro:40",),
        6: ("intro:30 verse:50 chorus:70 bridge:55 chorus:90 outro:40",),
    },
    "head": {
        1: ("verse:70",),
        2: ("verse:60 chorus:75",),
        3: ("verse:60 bridge:75 verse:70", "verse:58 verse:66 bridge:80"),
        4: ("intro:40 verse:60 bridge:80 verse:70", "verse:60 chorus:70 bridge:82 verse:70"),
        5: ("intro:40 verse:60 chorus:70 bridge:85 verse:70",),
        6: ("intro:40 verse:60 chorus:70 bridge:80 bridge:90 verse:70",),
    },
}
_CYCLES: dict[Form, str] = {
    "song": "verse:62 chorus:88 bridge:50 chorus:90",
    "beat": "verse:65 chorus:80 break:40 verse:70",
    "club": "verse:60 build:50 drop:95 break:30",
    "flow": "bridge:55 verse:50 chorus:75 break:35",
    "head": "bridge:75 bridge:85 chorus:75 verse:65",
}
"""What a long piece goes round through, between its beginning and its end."""


def shape(form: Form, count: int, random: Random) -> list[tuple[str, float]]:
    """``count`` sections as (name, energy 0 to 1), one of the form's ways to lay them out."""
    known = _SHAPES[form]
    if count in known:
        return _read(random.choice(known[count]))
    whole, cycle = _read(known[max(known)][0]), _read(_CYCLES[form])
    middle = [cycle[i % len(cycle)] for i in range(count - len(whole))]
    return [*whole[:3], *middle, *whole[3:]]


def _read(line: str) -> list[tuple[str, float]]:
    pairs = (word.split(":") for word in line.split())
    return [(name, int(energy) / 100) for name, energy in pairs]
