"""Form: how long, how many bars, and which sections with what energy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import Literal, cast

from engine.generators.sketch.rhythm import Meter
from engine.generators.sketch.score import Section
from engine.generators.sketch.shapes import shape
from engine.generators.sketch.styles.model import Form

__all__ = ["Length", "measure", "sections"]

Name = Literal["intro", "verse", "chorus", "bridge", "break", "build", "drop", "outro"]

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


def sections(
    form: Form, bars: int, phrase: int, energy: float, random: Random, *, loop: bool
) -> tuple[Section, ...]:
    """Plan the sections: all bars, without gaps. ``energy`` (-1 to 1) lifts or calms them all."""
    plan = _loop_plan(form, bars, phrase) if loop else _plan(form, bars, phrase, random)
    lift = 0.15 * energy
    found: list[Section] = []
    start = 0
    for name, level, count in plan:
        level = min(1.0, max(0.1, level + lift + random.uniform(-0.04, 0.04)))
        found.append(Section(cast("Name", name), start, count, round(level, 3)))
        start += count
    return tuple(found)


def _plan(form: Form, bars: int, phrase: int, random: Random) -> list[tuple[str, float, int]]:
    unit = _unit(bars, phrase)
    count = bars // unit
    if count == 0:
        return [(*shape(form, 1, random)[0], bars)]
    rest = bars - count * unit
    lead_in = rest % 4 if rest % 4 >= 2 else 0
    plan = [(*named, unit) for named in shape(form, count + bool(lead_in), random)]
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


def _loop_plan(form: Form, bars: int, phrase: int) -> list[tuple[str, float, int]]:
    """A loop has neither beginning nor end: it goes round in one or two lights."""
    if bars <= phrase or bars % 2:
        return [("drop" if form == "club" else "verse", 0.75, bars)]
    half = bars // 2
    second = "drop" if form == "club" else "chorus"
    return [("verse", 0.7, half), (second, 0.85, bars - half)]
