"""Casting: which style answers a brief, and in what key, metre and tempo."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from engine.generators.sketch.band import Seat, hire
from engine.generators.sketch.brief import Brief
from engine.generators.sketch.rhythm import METERS, Meter
from engine.generators.sketch.streams import stream
from engine.generators.sketch.styles import STYLES
from engine.generators.sketch.styles.model import Style
from engine.generators.sketch.theory import Key

__all__ = ["Cast", "cast"]

_TONICS = {
    "major": ("C", "D", "Eb", "E", "F", "G", "A", "Bb"),
    "minor": ("C", "D", "E", "F", "G", "A", "B", "F#"),
}
_FAR = 1.4
"""A stated tempo this many times off a style's range may be counted in halves or doubles."""


@dataclass(frozen=True, slots=True)
class Cast:
    """The answers to what a piece is, before its form."""

    style: Style
    key: Key
    meter: Meter
    tempo: float
    """Quarter notes per minute, as the patterns are written."""
    counted: float
    """Beats per minute as the musician counts them."""
    stated: bool
    """The tempo was asked for as a number, so it must not move."""
    band: tuple[Seat, ...]


def cast(brief: Brief, seed: int) -> Cast:
    """Choose what the brief leaves open, by its moods, its instruments and the seed."""
    style = _style(brief, stream(seed, "style"))
    meter = METERS[brief.meter or _meter(brief, style, stream(seed, "meter"))]
    key = _key(brief, style, stream(seed, "key"))
    counted = brief.tempo or _tempo(brief, style, stream(seed, "tempo"))
    tempo = _written(counted, style) * meter.beat
    band = hire(brief, style, stream(seed, "band"))
    return Cast(style, key, meter, tempo, counted, brief.tempo is not None, band)


def _style(brief: Brief, random: Random) -> Style:
    """The named style; else the one whose mood, instruments, metre and tempo are nearest."""
    if brief.styles:
        return STYLES[brief.styles[0]]

    def distance(style: Style) -> float:
        away = random.uniform(0, 0.5)
        if brief.mood.asked:
            away += abs(style.valence - brief.mood.valence)
            away += abs(style.arousal - brief.mood.arousal)
        playing = {name for player in style.players for name in player.instruments}
        away += sum(0.7 for alternatives in brief.wanted if not playing & set(alternatives))
        away += 0.15 * sum(name not in playing for names in brief.wanted for name in names[:1])
        if brief.meter and brief.meter not in style.meters:
            away += 0.8
        if brief.tempo:
            low, high = style.tempo
            away += min(1.0, max(0.0, low - brief.tempo, brief.tempo - high) / 30)
        if brief.drums and not style.grooves:
            away += 1.0
        if brief.drums is False and style.grooves:
            away += 0.4
        return away

    return min(STYLES.values(), key=distance)


def _meter(brief: Brief, style: Style, random: Random) -> str:
    """One of the style's metres; a number of beats is counted in quarters unless told otherwise."""
    drawn = random.choice(style.meters)
    return style.meters[0] if brief.tempo and METERS[drawn].compound else drawn


def _key(brief: Brief, style: Style, random: Random) -> Key:
    """The stated key; a mood that is plainly glad or sad outweighs the style's habit of mode."""
    mode = random.choice(style.modes)
    wanted = brief.mood.valence
    if brief.mode:
        mode = brief.mode
    elif abs(wanted) >= 0.3:
        family = "major" if wanted > 0 else "minor"
        fitting = [name for name in style.modes if Key("C", name).family == family]
        if fitting:
            mode = random.choice(fitting)
    tonic = random.choice(_TONICS[Key("C", mode).family])
    return Key(brief.tonic or tonic, mode)


def _tempo(brief: Brief, style: Style, random: Random) -> float:
    """Within the style's range, or the range that was said, leaning as the words lean."""
    low, high = brief.pace or style.tempo
    lean = 0.5 * brief.speed + 0.25 * (brief.mood.arousal if brief.mood.asked else 0.0)
    place = min(1.0, max(0.0, random.uniform(0.2, 0.8) + lean))
    tempo = low + (high - low) * place
    if brief.pace is None:
        tempo *= 1 + 0.12 * brief.speed
    return float(round(tempo))


def _written(counted: float, style: Style) -> float:
    """A tempo far off the style's range is read as its half or double: 87 for drum and bass."""
    low, high = style.tempo
    if counted * _FAR < low and counted * 2 <= high * 1.15:
        return counted * 2
    if counted > high * _FAR and counted / 2 >= low * 0.87:
        return counted / 2
    return counted
