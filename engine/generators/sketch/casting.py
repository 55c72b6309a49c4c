"""Casting: which style answers a brief, in what key, metre and tempo, and who plays."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from engine.generators.sketch.arrange import Seat
from engine.generators.sketch.brief import Brief
from engine.generators.sketch.rhythm import METERS, Meter
from engine.generators.sketch.score import DRUM_KITS, INSTRUMENTS, Send
from engine.generators.sketch.streams import stream
from engine.generators.sketch.styles import STYLES
from engine.generators.sketch.styles.model import Player, Role, Style, Writer
from engine.generators.sketch.theory import Key

__all__ = ["Cast", "cast"]

_TONICS = {
    "major": ("C", "D", "Eb", "E", "F", "G", "A", "Bb"),
    "minor": ("C", "D", "E", "F", "G", "A", "B", "F#"),
}


@dataclass(frozen=True, slots=True)
class Cast:
    """Style, key, metre and tempo (quarter notes per minute), and the band."""

    style: Style
    key: Key
    meter: Meter
    tempo: float
    stated: bool
    """The tempo was asked for as a number, so it must not move."""
    band: tuple[Seat, ...]


def cast(brief: Brief, seed: int) -> Cast:
    """Choose what the brief leaves open, by its moods, its instruments and the seed."""
    style = _style(brief, stream(seed, "style"))
    meter = METERS[brief.meter or stream(seed, "meter").choice(_own_meters(style))]
    key = _key(brief, style, stream(seed, "key"))
    tempo = brief.tempo or _tempo(brief, style, stream(seed, "tempo"))
    band = _band(brief, style, stream(seed, "band"))
    return Cast(style, key, meter, tempo * meter.beat, brief.tempo is not None, band)


def _own_meters(style: Style) -> tuple[str, ...]:
    """A style's metres; the first is the usual one."""
    return style.meters[:1] * 2 + style.meters


def _style(brief: Brief, random: Random) -> Style:
    """The named style; else the one whose mood and instruments are nearest."""
    if brief.styles:
        return STYLES[brief.styles[0]]

    def distance(style: Style) -> float:
        away = random.uniform(0, 0.35)
        if brief.mood.asked:
            away += abs(style.valence - brief.mood.valence)
            away += abs(style.arousal - brief.mood.arousal)
        for instrument in brief.wanted:
            playing = {name for player in style.players for name in player.instruments}
            away += 0 if instrument in playing else 0.8
        if brief.meter and brief.meter not in style.meters:
            away += 0.8
        if brief.tempo:
            low, high = style.tempo
            away += min(1.0, max(0.0, low - brief.tempo, brief.tempo - high) / 30)
        if brief.drums and not style.grooves:
            away += 1
        return away

    return min(STYLES.values(), key=distance)


def _key(brief: Brief, style: Style, random: Random) -> Key:
    mode = brief.mode
    if mode is None:
        modes = list(style.modes)
        mode = random.choice(modes)
        if abs(brief.mood.valence) >= 0.3:  # a named mood outweighs the style's habit
            mode = "major" if brief.mood.valence > 0 else "minor"
            if brief.styles and mode not in modes:
                mode = modes[0]
    family = Key("C", mode).family
    return Key(brief.tonic or random.choice(_TONICS[family]), mode)


def _tempo(brief: Brief, style: Style, random: Random) -> float:
    low, high = brief.pace or style.tempo
    lean = 0.5 * brief.speed + 0.3 * brief.mood.arousal
    place = min(1.0, max(0.0, random.uniform(0.25, 0.75) + 0.5 * lean))
    tempo = low + (high - low) * place
    if brief.pace is None:
        tempo *= 1 + 0.12 * brief.speed
    return float(round(tempo))


def _band(brief: Brief, style: Style, random: Random) -> tuple[Seat, ...]:
    """Seat the style's players, then give the wanted instruments their chairs."""
    seats: list[Seat] = []
    for player in style.players:
        here = random.random() < player.chance
        instruments = [name for name in player.instruments if name not in brief.unwanted]
        instrument = random.choice(player.instruments if not instruments else instruments)
        if here and instruments and player.role not in brief.unwanted:
            seats.append(Seat(player, instrument))
    for instrument in brief.wanted:
        _seat(instrument, seats, style)
    if brief.only and brief.wanted:
        seats = [seat for seat in seats if seat.instrument in brief.wanted]
    return tuple(seats)


def _seat(instrument: str, seats: list[Seat], style: Style) -> None:
    """Give an instrument the chair the style has for it, or its natural one, or a new one."""
    if any(seat.instrument == instrument for seat in seats):
        return
    for player in style.players:
        if instrument in player.instruments:
            same = next((i for i, seat in enumerate(seats) if seat.player is player), None)
            if same is None:
                seats.append(Seat(player, instrument))
            else:
                seats[same] = Seat(player, instrument)
            return
    player = _natural(instrument)
    seats.append(Seat(player, instrument))


def _natural(instrument: str) -> Player:
    """What an instrument plays when the style has no chair for it."""
    role: Role
    writer: Writer
    if instrument in DRUM_KITS:
        return Player("drums", "drums", (instrument,))
    span = INSTRUMENTS[instrument]
    if span.low == span.high:
        return Player("texture", "texture", (instrument,), velocity=0.5, send=Send(-18, reverb=0))
    if span.high <= 62:
        return Player("bass", "bass", (instrument,), ("1-----5-1---5---",), register=38)
    role, writer = "melody", "melody"
    register = min(max(72, span.low + 12), span.high - 10)
    return Player(role, writer, (instrument,), register=register, enters=0.3)
