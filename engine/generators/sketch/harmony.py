"""Harmony: which progression each section takes, its cadences, and the chords bar by bar."""

from __future__ import annotations

from random import Random

from engine.generators.sketch.rhythm import Meter
from engine.generators.sketch.score import Section
from engine.generators.sketch.song import Span
from engine.generators.sketch.styles.model import Style
from engine.generators.sketch.theory import Chord, Key, parse_chord, tonic_chord

__all__ = ["harmonise"]

_MODAL: dict[str, tuple[str, ...]] = {
    "dorian": ("i | IV | i | IV", "i | bVII | IV | i", "i | ii | IV | i", "i | bIII | IV | i"),
    "phrygian": ("i | bII | i | bII", "i | bII | bvii | i", "i | bVI | bII | i"),
    "lydian": ("I | II | I | II", "I | II | iii | I", "I | II | vi | I"),
    "mixolydian": ("I | bVII | IV | I", "I | v | IV | I", "I | bVII | I | IV"),
    "locrian": ("i | bII | i | bV", "i | bII | bvii | i"),
    "harmonic minor": ("i | iv | V | i", "i | bVI | V | i", "i | V | iv | V"),
    "melodic minor": ("i | IV | V | i", "i | ii | V | i"),
    "phrygian dominant": ("I | bII | I | bII", "I | bII | bvii | I", "I | iv | bII | I"),
    "pelog": ("i5 | bII | i5 | bVI", "i5 | i5 | bVI | i5"),
    "slendro": ("I5 | V5 | vi | I5", "I5 | II5 | V5 | I5", "I5 | vi | V5 | I5"),
}
"""What makes the other modes heard; major and minor are each style's own."""

_MODAL_CADENCE: dict[str, str] = {
    "dorian": "IV",
    "phrygian": "bII",
    "lydian": "II",
    "mixolydian": "bVII",
    "locrian": "bII",
    "phrygian dominant": "bII",
    "pelog": "bVI",
    "slendro": "V5",
}


def harmonise(
    style: Style,
    key: Key,
    meter: Meter,
    plan: tuple[Section, ...],
    random: Random,
    *,
    closes: bool,
) -> tuple[Span, ...]:
    """Lay chords under all bars. The piece starts on its tonic; if it closes, it ends there."""
    pool = list(progressions(style, key))
    chosen = _choose(pool, plan, random)
    spans: list[Span] = []
    for section in plan:
        bars = _bars_for(chosen[_kind(section)], section.bars)
        if closes and section is plan[-1]:
            bars = _close(bars, style, key)
        for i, tokens in enumerate(bars):
            start = (section.start_bar + i) * meter.bar
            spans.extend(_bar_spans(tokens, start, key, style, meter))
    return _merge(spans, tonic_chord(key, style.colour))


def progressions(style: Style, key: Key) -> tuple[str, ...]:
    """The progressions a style offers in a key's mode."""
    if key.mode in _MODAL:
        return _MODAL[key.mode]
    return style.minor if key.mode == "minor" else style.major


def _choose(pool: list[str], plan: tuple[Section, ...], random: Random) -> dict[str, str]:
    """One progression for each kind of section; short pieces stay with one or two."""
    longest = max(section.bars for section in plan)
    pool = [written for written in pool if written.count("|") < longest] or pool
    random.shuffle(pool)
    bars = sum(section.bars for section in plan)
    first = pool[0]
    second = pool[1 % len(pool)] if bars > 12 else first
    third = pool[2 % len(pool)] if bars > 20 else first
    return {"verse": first, "chorus": second, "bridge": third}


def _kind(section: Section) -> str:
    if section.name in ("chorus", "drop"):
        return "chorus"
    return "bridge" if section.name == "bridge" else "verse"


def _bars_for(progression: str, bars: int) -> list[str]:
    """The progression's bars, over and over; a written bar is one or more numerals."""
    written = [bar.strip() for bar in progression.split("|")]
    return [written[i % len(written)] for i in range(bars)]


def _close(bars: list[str], style: Style, key: Key) -> list[str]:
    """Lead the last two bars home: cadence, tonic."""
    home = "i" if key.family == "minor" else "I"
    if len(bars) >= 3:
        bars[-2] = _MODAL_CADENCE.get(key.mode, style.cadence[key.family])
    bars[-1] = home
    return bars


def _bar_spans(tokens: str, start: float, key: Key, style: Style, meter: Meter) -> list[Span]:
    """A bar's chords: alone, or shared by felt beats, the first taking what is over."""
    names = tokens.split()
    pulses = list(meter.pulses)
    names = names[: len(pulses)]
    share, over = divmod(len(pulses), len(names))
    spans = []
    at, used = start, 0
    for i, name in enumerate(names):
        take = share + (1 if i < over else 0)
        end = at + sum(pulses[used : used + take])
        spans.append(Span(at, end, parse_chord(name, key, style.colour)))
        at, used = end, used + take
    return spans


def _merge(spans: list[Span], home: Chord) -> tuple[Span, ...]:
    """Join equal neighbours; a piece never starts away from home without a reason."""
    if spans and spans[0].chord.root != home.root and len(spans) > 1 and spans[0].start == 0:
        first = spans[0]
        if all(span.chord.root != home.root for span in spans[:4]):
            spans[0] = Span(first.start, first.end, home)
    merged: list[Span] = []
    for span in spans:
        if merged and merged[-1].chord == span.chord:
            merged[-1] = merged[-1]._replace(end=span.end)
        else:
            merged.append(span)
    return tuple(merged)
