"""The band: who plays on what, from the style's chairs and the brief's wishes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from engine.generators.sketch.brief import Brief
from engine.generators.sketch.rhythm import METERS
from engine.generators.sketch.score import DRUM_KITS, INSTRUMENTS, Send
from engine.generators.sketch.styles import STYLES
from engine.generators.sketch.styles.model import Groove, Player, Style

__all__ = ["Seat", "hire"]

_WANTED_FROM = 0.3
"""Energy from which an instrument that was asked for plays."""

_DRONES = frozenset({"vinyl_crackle", "rain", "sea", "wind", "tape_hiss"})
_ALONE = frozenset(  # these can play chords and a tune at once
    {
        "piano",
        "felt_piano",
        "electric_piano",
        "organ",
        "harpsichord",
        "accordion",
        "nylon_guitar",
        "steel_guitar",
        "clean_guitar",
        "ukulele",
        "harp",
        "koto",
        "marimba",
        "vibraphone",
        "music_box",
        "gamelan",
        "strings",
    }
)
_PADS = frozenset({"warm_pad", "glass_pad", "choir", "strings", "supersaw", "organ"})
_SOLO_FIGURES = {
    4: ("b...2.3.4.3.2.3.", "b.2.3.2.f.2.3.2.", "b...x...f...x..."),
    3: ("b.2.3.", "b.3.2.", "b.x.x."),
    2: ("b.2.3.2.", "b.x."),
}
"""An accompaniment for one pair of hands, by the beats of the style's bar."""
_PLAIN_GROOVES = {
    4: Groove({"kick": "x.......x.......", "snare": "....x.......x...", "hat": "x.x.x.x.x.x.x.x."}),
    3: Groove({"kick": "x.....", "snare": "..x.x.", "hat": "x.x.x."}),
    2: Groove({"kick": "x.......", "snare": "....x...", "hat": "x.x.x.x."}),
}
"""Drums for styles that have none of their own."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A player with the instrument it has in this piece."""

    player: Player
    instrument: str
    asked: bool = False
    """The prompt named it."""


def hire(brief: Brief, style: Style, random: Random) -> tuple[Seat, ...]:
    """Fill the style's chairs, then give the wanted instruments theirs."""
    seats = [
        Seat(player, instrument)
        for player in style.players
        if (instrument := _pick(player, brief, random)) is not None
    ]
    for alternatives in (*brief.wanted, *_borrowed(brief)):
        allowed = [name for name in alternatives if name not in brief.unwanted]
        if allowed:
            seats = _seat(allowed, seats, style)
    asked = [seat for seat in seats if seat.asked or (brief.drums and seat.instrument in DRUM_KITS)]
    if brief.only and asked:
        seats = _alone(asked, style)
    if brief.drums and not any(seat.instrument in DRUM_KITS for seat in seats):
        seats.append(_drummer("kit_acoustic", style))
    return tuple(seats)


def _pick(player: Player, brief: Brief, random: Random) -> str | None:
    """An instrument for a chair, or None when it stays empty. Draws the same for every brief."""
    here = random.random() < player.chance
    place = random.random()
    allowed = [name for name in player.instruments if name not in brief.unwanted]
    if not here or not allowed or player.role in brief.unwanted:
        return None
    return allowed[int(place * len(allowed))]


def _borrowed(brief: Brief) -> list[tuple[str, ...]]:
    """The colour of a second style in the prompt: what plays its tune, or its chords."""
    found = []
    for name in brief.styles[1:2]:
        for role in ("melody", "chords"):
            player = next((p for p in STYLES[name].players if p.role == role), None)
            if player is not None:
                found.append(player.instruments[:1])
                break
    return found


def _seat(alternatives: list[str], seats: list[Seat], style: Style) -> list[Seat]:
    """Give one of the alternatives a chair: its own in the style, or its natural one."""
    for i, seat in enumerate(seats):
        if seat.instrument in alternatives:
            return _with(seats, i, _asked(seat.player, seat.instrument))
    for name in alternatives:
        for player in style.players:
            if name in player.instruments:
                place = next((i for i, seat in enumerate(seats) if seat.player is player), None)
                seat = _asked(player, name)
                return [*seats, seat] if place is None else _with(seats, place, seat)
    return _natural(alternatives[0], seats, style)


def _asked(player: Player, instrument: str) -> Seat:
    return Seat(
        replace(player, enters=min(player.enters, _WANTED_FROM), leaves=1.01, chance=1.0),
        instrument,
        asked=True,
    )


def _with(seats: list[Seat], place: int, seat: Seat) -> list[Seat]:
    return [*seats[:place], seat, *seats[place + 1 :]]


def _natural(instrument: str, seats: list[Seat], style: Style) -> list[Seat]:
    """A chair for an instrument that is foreign to the style."""
    if instrument in DRUM_KITS:
        place = next((i for i, s in enumerate(seats) if s.player.role == "drums"), None)
        seat = _drummer(instrument, style)
        return [*seats, seat] if place is None else _with(seats, place, seat)
    span = INSTRUMENTS[instrument]
    if instrument in _DRONES:
        player = Player("texture", "texture", (instrument,), velocity=0.5, send=Send(-18, reverb=0))
        return [*seats, _asked(player, instrument)]
    if instrument == "riser":
        return [*seats, _asked(Player("texture", "riser", (instrument,)), instrument)]
    role = "bass" if span.high <= 60 else "chords" if instrument in _PADS else "melody"
    for place, seat in enumerate(seats):
        # The first player of that role hands over its part, unless the prompt asked for it.
        if seat.player.role == role and not seat.asked and seat.player.writer != "texture":
            centre = (span.low + span.high) // 2
            register = min(max(seat.player.register, span.low + 9), max(centre, span.high - 12))
            player = replace(seat.player, register=register)
            return _with(seats, place, _asked(player, instrument))
    if role == "chords":
        player = Player("texture", "pad", (instrument,), velocity=0.5, send=Send(-5, reverb=0.4))
    elif role == "bass":
        player = Player("bass", "bass", (instrument,), ("1" + "-" * 11,), register=38)
    else:
        register = min(max(71, span.low + 10), span.high - 12)
        send = Send(-2, pan=0.2, reverb=0.3)
        player = Player("melody", "melody", (instrument,), register=register, send=send)
    return [*seats, _asked(player, instrument)]


def _drummer(kit: str, style: Style) -> Seat:
    grooves = () if style.grooves else (_PLAIN_GROOVES[_beats(style)],)
    return _asked(Player("drums", "drums", (kit,), grooves=grooves, send=Send(-1)), kit)


def _alone(asked: list[Seat], style: Style) -> list[Seat]:
    """Nobody but the wanted: one that can plays both hands, chords below and the tune above."""
    able = next((seat.instrument for seat in asked if seat.instrument in _ALONE), None)
    seats = asked
    if able is not None:
        span = INSTRUMENTS[able]
        roles = {seat.player.role for seat in asked}
        if "chords" not in roles:
            left = Player(
                "chords",
                "chords",
                (able,),
                _SOLO_FIGURES[_beats(style)],
                register=max(54, span.low + 8),
                voices=3,
                velocity=0.58,
                send=Send(-2, reverb=0.25),
            )
            seats = [*seats, Seat(left, able)]
        if "melody" not in roles:
            register = min(73, span.high - 13)
            right = Player(
                "melody", "melody", (able,), register=register, send=Send(0, reverb=0.25)
            )
            seats = [*seats, Seat(right, able)]
    return [Seat(replace(seat.player, enters=0.0), seat.instrument, asked=True) for seat in seats]


def _beats(style: Style) -> int:
    return len(METERS[style.meters[0]].pulses)
