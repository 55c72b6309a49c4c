"""Form: how long, how many bars, and which sections with what energy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import Literal, cast

from engine.generators.sketch.rhythm import Meter
from engine.generators.sketch.score import Section
from engine.generators.sketch.styles.model import Form

__all__ = ["Length", "measure", "sections"]

Name = Literal["intro", "verse", "chorus", "bridge", "break", "build", "drop", "outro"]
Template = tuple[tuple[str, float], ...]

RING_SECONDS = 1.1
"""A final chord needs at least this long to ring."""


@dataclass(frozen=True, slots=True)
class Length:
    """A tempo (quarter notes per minute) and the bars it gives."""

    tempo: float
    bars: int
    seconds: float
    closes: bool
    """The last bar is the final chord."""


def measure(
    seconds: float, meter: Meter, tempo: float, *, free: float, loop: bool, closes: bool
) -> Length:
    """How many bars fill the length; the tempo may move by the share ``free`` to fit them.

    A loop's length becomes whole bars, in fours or twos where that is near.
    """
    wanted = seconds * tempo / 60 / meter.bar
    if loop:
        bars = _loop_bars(wanted)
        if free and abs(bars / wanted - 1) <= free:
            tempo *= bars / wanted
        return Length(tempo, bars, bars * meter.bar * 60 / tempo, closes=False)
    bars = _near_bars(wanted, free)
    if free and bars >= 2 and abs(bars / wanted - 1) <= free:
        tempo *= bars / wanted
        return Length(tempo, bars, seconds, closes and bars >= 3)
    bar_seconds = meter.bar * 60 / tempo
    bars = math.floor(seconds / bar_seconds + 1e-6)
    rest = seconds - bars * bar_seconds
    if closes and bars >= 2:
        return Length(tempo, bars + (rest >= RING_SECONDS), seconds, closes=bars >= 3)
    return Length(tempo, max(1, bars + (rest > 0.05)), seconds, closes=False)


def _loop_bars(wanted: float) -> int:
    for unit in (8, 4, 2):
        bars = unit * round(wanted / unit)
        if bars and abs(bars / wanted - 1) <= (0.08 if unit == 8 else 0.15):
            return bars
    return max(1, round(wanted))


def _near_bars(wanted: float, free: float) -> int:
    """A number of bars within reach of the tempo, in phrases of four where possible."""
    for unit in (4, 2):
        bars = unit * round(wanted / unit)
        if bars and abs(bars / wanted - 1) <= free:
            return bars
    return max(1, round(wanted))


_SONG: dict[int, Template] = {
    1: (("verse", 0.75),),
    2: (("verse", 0.6), ("chorus", 0.85)),
    3: (("intro", 0.4), ("verse", 0.65), ("chorus", 0.9)),
    4: (("intro", 0.4), ("verse", 0.6), ("chorus", 0.85), ("chorus", 0.95)),
    5: (("intro", 0.4), ("verse", 0.6), ("chorus", 0.85), ("bridge", 0.5), ("chorus", 0.95)),
    6: (
        ("intro", 0.4),
        ("verse", 0.6),
        ("chorus", 0.85),
        ("verse", 0.65),
        ("bridge", 0.5),
        ("chorus", 0.95),
    ),
}
_BEAT: dict[int, Template] = {
    1: (("verse", 0.7),),
    2: (("verse", 0.6), ("chorus", 0.8)),
    3: (("intro", 0.35), ("verse", 0.65), ("chorus", 0.8)),
    4: (("intro", 0.35), ("verse", 0.65), ("chorus", 0.8), ("verse", 0.7)),
    5: (("intro", 0.35), ("verse", 0.65), ("chorus", 0.8), ("break", 0.4), ("chorus", 0.85)),
    6: (
        ("intro", 0.35),
        ("verse", 0.6),
        ("chorus", 0.8),
        ("break", 0.4),
        ("verse", 0.7),
        ("chorus", 0.85),
    ),
}
_CLUB: dict[int, Template] = {
    1: (("drop", 0.85),),
    2: (("verse", 0.65), ("drop", 0.95)),
    3: (("verse", 0.6), ("build", 0.5), ("drop", 0.95)),
    4: (("intro", 0.45), ("verse", 0.65), ("build", 0.5), ("drop", 0.95)),
    5: (("intro", 0.45), ("verse", 0.65), ("build", 0.5), ("drop", 0.95), ("drop", 1.0)),
    6: (
        ("intro", 0.45),
        ("verse", 0.65),
        ("build", 0.5),
        ("drop", 0.95),
        ("break", 0.3),
        ("drop", 1.0),
    ),
}
_FLOW: dict[int, Template] = {
    1: (("verse", 0.6),),
    2: (("verse", 0.5), ("chorus", 0.75)),
    3: (("intro", 0.35), ("verse", 0.6), ("chorus", 0.8)),
    4: (("intro", 0.35), ("verse", 0.55), ("bridge", 0.65), ("chorus", 0.85)),
    5: (("intro", 0.3), ("verse", 0.5), ("bridge", 0.6), ("chorus", 0.85), ("outro", 0.4)),
    6: (
        ("intro", 0.3),
        ("verse", 0.5),
        ("chorus", 0.7),
        ("bridge", 0.55),
        ("chorus", 0.9),
        ("outro", 0.4),
    ),
}
_HEAD: dict[int, Template] = {
    1: (("verse", 0.7),),
    2: (("verse", 0.6), ("chorus", 0.75)),
    3: (("verse", 0.6), ("bridge", 0.75), ("verse", 0.7)),
    4: (("intro", 0.4), ("verse", 0.6), ("bridge", 0.8), ("verse", 0.7)),
    5: (("intro", 0.4), ("verse", 0.6), ("chorus", 0.7), ("bridge", 0.85), ("verse", 0.7)),
    6: (
        ("intro", 0.4),
        ("verse", 0.6),
        ("chorus", 0.7),
        ("bridge", 0.8),
        ("bridge", 0.9),
        ("verse", 0.7),
    ),
}
_TEMPLATES: dict[Form, dict[int, Template]] = {
    "song": _SONG,
    "beat": _BEAT,
    "club": _CLUB,
    "flow": _FLOW,
    "head": _HEAD,
}
_CYCLES: dict[Form, Template] = {
    "song": (("verse", 0.62), ("chorus", 0.88), ("bridge", 0.5), ("chorus", 0.9)),
    "beat": (("verse", 0.65), ("chorus", 0.8), ("break", 0.4), ("verse", 0.7)),
    "club": (("verse", 0.6), ("build", 0.5), ("drop", 0.95), ("break", 0.3)),
    "flow": (("bridge", 0.55), ("verse", 0.5), ("chorus", 0.75), ("break", 0.35)),
    "head": (("bridge", 0.75), ("bridge", 0.85), ("chorus", 0.75), ("verse", 0.65)),
}
"""What a long piece goes round through, between its beginning and its end."""


def sections(
    form: Form, bars: int, phrase: int, energy: float, random: Random, *, loop: bool
) -> tuple[Section, ...]:
    """Plan the sections: all bars, without gaps. ``energy`` (-1 to 1) lifts or calms them all."""
    plan = _loop_plan(form, bars, phrase) if loop else _plan(form, bars, phrase)
    lift = 0.15 * energy
    found: list[Section] = []
    start = 0
    for name, level, count in plan:
        level = min(1.0, max(0.1, level + lift + random.uniform(-0.04, 0.04)))
        found.append(Section(cast("Name", name), start, count, round(level, 3)))
        start += count
    return tuple(found)


def _plan(form: Form, bars: int, phrase: int) -> list[tuple[str, float, int]]:
    unit = _unit(bars, phrase)
    count = bars // unit
    if count == 0:
        return [(*_TEMPLATES[form][1][0], bars)]
    rest = bars - count * unit
    lead_in = rest % 4 if rest % 4 >= 2 else 0
    names = _template(form, count + bool(lead_in))
    plan = [(name, level, unit) for name, level in names]
    if lead_in:  # the odd bars open the piece
        name, level, _ = plan[0]
        opens = ("intro", min(level, 0.45)) if name != "intro" else (name, level)
        plan[0] = (*opens, min(lead_in, 2))
        rest -= min(lead_in, 2)
    if rest >= 4:  # long sections: the odd phrases lead into the last one
        extra = rest // 4 * 4
        plan.insert(len(plan) - 1, ("build" if form == "club" else "break", 0.45, extra))
        rest -= extra
    name, level, length = plan[-1]
    plan[-1] = (name, level, length + rest)
    return plan


def _unit(bars: int, phrase: int) -> int:
    """Bars of a section: a phrase, doubled until the piece has about eight of them."""
    unit = phrase if bars >= phrase else 4
    while bars / unit > 9 and unit < 16:
        unit *= 2
    return unit


def _template(form: Form, count: int) -> Template:
    table = _TEMPLATES[form]
    if count in table:
        return table[count]
    begin, end = table[6][:3], table[6][3:]
    cycle = _CYCLES[form]
    middle = tuple(cycle[i % len(cycle)] for i in range(count - 6))
    return (*begin, *middle, *end)


def _loop_plan(form: Form, bars: int, phrase: int) -> list[tuple[str, float, int]]:
    """A loop has neither beginning nor end: it goes round in one or two lights."""
    if bars <= phrase or bars % 2:
        return [("drop" if form == "club" else "verse", 0.75, bars)]
    half = bars // 2
    second = "drop" if form == "club" else "chorus"
    return [("verse", 0.7, half), (second, 0.85, bars - half)]
