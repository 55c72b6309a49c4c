"""The arrangement: who plays in which section, the last chord, and the human touch."""

from __future__ import annotations

from collections.abc import Sequence

from engine.generators.sketch.band import Seat
from engine.generators.sketch.bass import bass_pitch, write_bass, write_walk
from engine.generators.sketch.chords import Voicer, write_chords, write_pad
from engine.generators.sketch.drums import VOICES, ticking, write_drums
from engine.generators.sketch.melody import write_melody
from engine.generators.sketch.score import DRUM_KITS, INSTRUMENTS, Note, Part, Section
from engine.generators.sketch.song import Hit, Song
from engine.generators.sketch.texture import (
    write_counter,
    write_elaboration,
    write_riser,
    write_texture,
)
from engine.generators.sketch.theory import tonic_chord

__all__ = ["Arrangement"]

_SPEAKS_MS = {
    "accordion": 20,
    "brass": 16,
    "cello": 30,
    "choir": 90,
    "clarinet": 18,
    "flute": 33,
    "glass_pad": 90,
    "saw_lead": 15,
    "saxophone": 14,
    "strings": 55,
    "suling": 45,
    "trumpet": 17,
    "violin": 28,
    "warm_pad": 110,
}
"""How long an instrument takes to speak; its player starts that much early to be in time."""
_UNPITCHED = frozenset({"texture", "riser"})
_HELD = frozenset({"pad", "counter", *_UNPITCHED})
"""Writers whose notes have no edge to keep time by."""
_KICK = VOICES["kick"]
_BEHIND = frozenset({VOICES["snare"], VOICES["clap"], VOICES["rim"]})
"""What lies behind the beat where the feel is late."""
_TICK, _ENOUGH = 0.85, 0.8
"""How loud the drummer ticks, and the share of a section's beats that need no ticking."""


class Arrangement:
    """Every seat's notes; seats that never play are left out."""

    def __init__(self, song: Song, band: Sequence[Seat]) -> None:
        self._song, self._band = song, band
        self._entrance = _entrance(song, band)
        self._tune: list[Hit] = []
        self._written: list[tuple[Seat, list[Hit]]] = []
        self._played: dict[int, tuple[Note, ...]] = {}
        # The tune first: others follow it.
        for seat in sorted(band, key=lambda seat: seat.player.role != "melody"):
            if seat.instrument not in DRUM_KITS:
                self._write(seat)

    def pitched(self) -> tuple[Part, ...]:
        """All but the drums, which are not written before they are asked for."""
        return self._parts()

    def whole(self) -> tuple[Part, ...]:
        for seat in self._band:
            if seat.instrument in DRUM_KITS:
                self._write(seat)
        drummer = next((seat for seat in self._band if seat.player.role == "drums"), None)
        if drummer is not None:
            self._written = _in_time(self._song, drummer, self._written)
        return self._parts()

    def _write(self, seat: Seat) -> None:
        active = _active(self._song, seat, self._entrance)
        hits = _write(self._song, seat, active, self._tune, self._written)
        if seat.player.role == "melody" and not self._tune:
            self._tune = hits
        if hits:
            self._written.append((seat, hits))

    def _parts(self) -> tuple[Part, ...]:
        for seat, hits in self._written:
            if id(seat) not in self._played:
                self._played[id(seat)] = _play(self._song, seat, hits)
        playing = [seat for seat in self._band if self._played.get(id(seat))]
        return tuple(
            Part(name, seat.player.role, seat.instrument, self._played[id(seat)], seat.player.send)
            for name, seat in zip(_names(playing), playing, strict=True)
        )


def _active(song: Song, seat: Seat, entrance: frozenset[str]) -> tuple[Section, ...]:
    """The sections a seat plays in; ``entrance`` are the roles that open the piece."""
    player = seat.player
    if player.writer in _UNPITCHED:
        return song.sections
    found = tuple(
        section
        for section in song.sections
        if player.enters <= section.energy < player.leaves
        and (section.name != "intro" or player.role in entrance)
        and not (section.name == "break" and player.role == "drums" and song.style.form == "club")
    )
    if found or player.role not in ("melody", "bass", "drums"):
        return found
    peak = max(section.energy for section in song.sections)
    return tuple(section for section in song.sections if section.energy == peak)


def _entrance(song: Song, band: Sequence[Seat]) -> frozenset[str]:
    """Who opens the piece: everybody where it is short, else the seed's choice."""
    everybody = frozenset(seat.player.role for seat in band if seat.player.writer not in _UNPITCHED)
    if len(song.sections) <= 2 or song.style.form == "flow":
        return everybody - {"melody"} if "chords" in everybody else everybody
    openings = [everybody - {"melody"}, everybody - {"melody", "drums", "counter"}]
    if {"drums", "bass"} <= everybody:
        openings.append(everybody - {"melody", "counter", "texture"})
    if "chords" in everybody:
        openings.append(frozenset({"chords", "texture", "percussion"}))
    playable = [roles for roles in openings if roles & everybody]
    return song.random("entrance").choice(playable or [everybody])


def _write(
    song: Song,
    seat: Seat,
    active: Sequence[Section],
    tune: Sequence[Hit],
    written: Sequence[tuple[Seat, list[Hit]]],
) -> list[Hit]:
    player, instrument = seat.player, seat.instrument
    aspect = (
        f"{player.role}/{player.writer}/{sum(s.player.role == player.role for s, _ in written)}"
    )
    match player.writer:
        case "drums":
            hits = write_drums(song, player, active)
        case "bass":
            hits = write_bass(song, player, instrument, active)
        case "walk":
            hits = write_walk(song, player, instrument, active)
        case "chords":
            hits = write_chords(song, player, instrument, active, aspect)
        case "pad":
            hits = write_pad(song, player, instrument, active)
        case "melody":
            hits = write_melody(song, player, instrument, active, aspect)
        case "counter":
            hits = write_counter(song, player, instrument, active)
        case "elaborate":
            hits = write_elaboration(song, player, instrument, active, tune, aspect)
        case "texture":
            return write_texture(song, player, active)
        case "riser":
            return write_riser(song, player)
    if song.closes and hits and active[-1] is song.sections[-1]:
        hits.extend(_final(song, seat, hits))
    return hits


def _in_time(
    song: Song, drummer: Seat, written: Sequence[tuple[Seat, list[Hit]]]
) -> list[tuple[Seat, list[Hit]]]:
    """Somebody always keeps time: where nobody strikes the beats, the drummer ticks them."""
    beats = {
        round(bar * song.meter.bar + at, 3)
        for bar in range(song.playing_bars)
        for at in song.meter.beats
    }
    struck = {
        round(hit.start, 3)
        for seat, hits in written
        if seat.player.writer not in _HELD
        for hit in hits
    }
    ticks = [
        Hit(beat, 0.5, 0, _TICK if song.meter.heavy(beat % song.meter.bar) else 0.75 * _TICK)
        for section in song.sections
        if (mine := {beat for beat in beats if song.section_at(beat) is section})
        if len(mine & struck) < _ENOUGH * len(mine)
        for beat in sorted(mine)
    ]
    if not ticks:
        return list(written)
    own = next((hits for seat, hits in written if seat is drummer), [])
    pitch = ticking(hit.pitch for hit in own)
    others = [(seat, hits) for seat, hits in written if seat is not drummer]
    return [*others, (drummer, own + [tick._replace(pitch=pitch) for tick in ticks])]


def _final(song: Song, seat: Seat, hits: Sequence[Hit]) -> list[Hit]:
    """The last chord: everybody comes home on the first beat of the last bar."""
    player, instrument = seat.player, seat.instrument
    start = song.playing_bars * song.meter.bar
    length = song.beats - start
    home = tonic_chord(song.key, song.style.colour)
    if player.role in ("drums", "percussion"):
        used = {hit.pitch for hit in hits}
        closing = {VOICES["kick"], VOICES["low_conga"], VOICES["low_tom"]} & used
        if song.style.crash:
            closing.add(VOICES["crash"])
        return [Hit(start, 1.0, pitch, 0.75 * player.velocity / 0.75) for pitch in sorted(closing)]
    if player.role == "bass":
        return [Hit(start, length, bass_pitch(home.root, player, instrument), player.velocity)]
    if player.writer in ("melody", "counter", "elaborate"):
        span = INSTRUMENTS[instrument]
        tonics = [p for p in range(span.low, span.high + 1) if p % 12 == home.root]
        last, middle = hits[-1].pitch, player.register
        pitch = min(tonics, key=lambda p: abs(p - last) + 0.5 * abs(p - middle))
        return [Hit(start, length, pitch, player.velocity)]
    pitches = Voicer(player, instrument)(home)
    step = max(player.strum, 0.02) / max(1, len(pitches))
    return [
        Hit(start + i * step, length - i * step, pitch, player.velocity)
        for i, pitch in enumerate(pitches)
    ]


def _play(song: Song, seat: Seat, hits: Sequence[Hit]) -> tuple[Note, ...]:
    """Groove and hands: swing, a late snare, small errors of time and force."""
    feel = song.style.feel
    random = song.random(f"hands/{seat.player.role}/{seat.instrument}")
    beat_ms = 60_000 / song.tempo
    loose = feel.loose_ms / beat_ms
    late = feel.late_ms / beat_ms if seat.player.role == "chords" else 0.0
    late -= _SPEAKS_MS.get(seat.instrument, 0) / beat_ms
    if seat.player.role == "bass":
        loose *= 0.6
    drums = seat.instrument in DRUM_KITS
    swings = not song.meter.compound
    gauss, most = random.gauss, 2 * loose
    notes: list[Note] = []
    for hit in hits:
        start, end = hit.start, hit.start + hit.duration
        if swings:
            start = feel.place(start)
            end = max(start + 0.05, feel.place(end))
        off = gauss(0, loose)
        # Not min and max: there are thousands of notes.
        shift = (most if off > most else -most if off < -most else off) + late
        if drums and hit.pitch in _BEHIND:
            shift += feel.late_ms / beat_ms
        elif drums and hit.pitch == _KICK:
            shift *= 0.4
        begin = max(0.0, start + shift)
        if begin >= song.beats - 0.02:
            continue
        length = min(end + shift, song.beats) - begin
        loud = hit.velocity * gauss(1, 0.045)
        notes.append(Note(begin, max(0.02, length), hit.pitch, min(1.0, max(0.05, loud))))
    notes.sort(key=lambda note: (note.start, note.pitch))
    return tuple(notes)


def _names(seats: Sequence[Seat]) -> list[str]:
    """Names for the parts, each only once: "Piano", "Piano 2"."""
    counts: dict[str, int] = {}
    names = []
    for seat in seats:
        name = _name(seat.instrument)
        counts[name] = counts.get(name, 0) + 1
        names.append(name if counts[name] == 1 else f"{name} {counts[name]}")
    return names


def _name(instrument: str) -> str:
    if instrument in DRUM_KITS:
        return "Drums" if instrument != "kit_gendang" else "Kendang"
    return instrument.replace("_", " ").replace("bass 808", "808 bass").capitalize()
