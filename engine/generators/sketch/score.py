"""The score: notes, parts and mix, between the composer (writes it) and the synth (plays it).

Times are in beats (quarter notes) from the start of the piece; pitches are MIDI numbers
(60 = middle C). Drum parts use the General MIDI percussion map (36 kick, 38 snare, 42 closed hat,
46 open hat, 49 crash, 51 ride, …), which is also what the MIDI file carries.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

__all__ = [
    "DRUM_KITS",
    "INSTRUMENTS",
    "Instrument",
    "Mix",
    "Note",
    "Part",
    "Score",
    "Section",
    "Send",
]


@dataclass(frozen=True, slots=True)
class Instrument:
    """What the composer may rely on: its comfortable range and its General MIDI program."""

    low: int
    high: int
    gm_program: int
    """0-127."""


INSTRUMENTS: dict[str, Instrument] = {
    # keys
    "piano": Instrument(28, 100, 0),
    "felt_piano": Instrument(30, 90, 0),
    "electric_piano": Instrument(36, 92, 4),
    "organ": Instrument(36, 92, 16),
    "harpsichord": Instrument(36, 88, 6),
    "accordion": Instrument(48, 88, 21),
    # plucked
    "nylon_guitar": Instrument(40, 84, 24),
    "steel_guitar": Instrument(40, 86, 25),
    "clean_guitar": Instrument(40, 86, 27),
    "muted_guitar": Instrument(40, 80, 28),
    "distorted_guitar": Instrument(38, 84, 30),
    "ukulele": Instrument(55, 88, 24),
    "harp": Instrument(28, 96, 46),
    "koto": Instrument(48, 88, 107),
    "sitar": Instrument(48, 84, 104),
    # mallets and metal
    "marimba": Instrument(45, 96, 12),
    "vibraphone": Instrument(53, 89, 11),
    "music_box": Instrument(60, 100, 10),
    "bell": Instrument(55, 100, 14),
    "gamelan": Instrument(43, 91, 14),
    # basses
    "upright_bass": Instrument(28, 55, 32),
    "electric_bass": Instrument(28, 57, 33),
    "slap_bass": Instrument(28, 57, 36),
    "sub_bass": Instrument(24, 52, 38),
    "synth_bass": Instrument(26, 55, 38),
    "reese_bass": Instrument(26, 52, 39),
    "acid_bass": Instrument(28, 60, 39),
    "bass_808": Instrument(24, 55, 38),
    # bowed, blown, sung
    "strings": Instrument(36, 96, 48),
    "pizzicato": Instrument(36, 91, 45),
    "violin": Instrument(55, 100, 40),
    "cello": Instrument(36, 72, 42),
    "choir": Instrument(43, 84, 52),
    "brass": Instrument(36, 82, 61),
    "trumpet": Instrument(52, 84, 56),
    "saxophone": Instrument(46, 82, 66),
    "flute": Instrument(60, 96, 73),
    "suling": Instrument(62, 96, 77),
    "clarinet": Instrument(50, 88, 71),
    # synths
    "warm_pad": Instrument(36, 88, 89),
    "glass_pad": Instrument(40, 92, 88),
    "saw_lead": Instrument(48, 93, 81),
    "square_lead": Instrument(48, 96, 80),
    "supersaw": Instrument(40, 92, 90),
    "synth_pluck": Instrument(43, 96, 84),
    "arp_synth": Instrument(43, 96, 84),
    "chip_lead": Instrument(48, 100, 80),
    "synth_brass": Instrument(40, 84, 62),
    # unpitched textures (the pitch is ignored; the note's length is the texture's length)
    "vinyl_crackle": Instrument(60, 60, 122),
    "rain": Instrument(60, 60, 122),
    "sea": Instrument(60, 60, 122),
    "wind": Instrument(60, 60, 122),
    "tape_hiss": Instrument(60, 60, 122),
    "riser": Instrument(60, 60, 119),
}

DRUM_KITS: tuple[str, ...] = (
    "kit_acoustic",
    "kit_rock",
    "kit_brush",
    "kit_808",
    "kit_909",
    "kit_lofi",
    "kit_chip",
    "kit_latin",
    "kit_gendang",
    "kit_orchestral",
)


@dataclass(frozen=True, slots=True)
class Note:
    start: float
    """Beats from the start of the piece, groove and humanisation included."""
    duration: float
    """Beats."""
    pitch: int
    velocity: float
    """0 to 1."""


@dataclass(frozen=True, slots=True)
class Send:
    """How a part sits in the mix; all amounts 0 to 1."""

    gain_db: float = 0.0
    pan: float = 0.0
    """-1 left to 1 right."""
    reverb: float = 0.15
    delay: float = 0.0
    chorus: float = 0.0
    drive: float = 0.0
    duck: float = 0.0
    """How much the kick pushes it down (side-chain)."""
    lowpass_hz: float | None = None
    highpass_hz: float | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One player: becomes one track of the mix and of the MIDI file."""

    name: str
    """Shown to the musician, for example "Electric piano"."""
    role: Literal["drums", "bass", "chords", "melody", "counter", "texture", "percussion"]
    instrument: str
    """A key of INSTRUMENTS, or one of DRUM_KITS."""
    notes: tuple[Note, ...]
    """Sorted by start."""
    send: Send = field(default_factory=Send)


@dataclass(frozen=True, slots=True)
class Section:
    name: Literal["intro", "verse", "chorus", "bridge", "break", "build", "drop", "outro"]
    start_bar: int
    bars: int
    energy: float
    """0 to 1."""


@dataclass(frozen=True, slots=True)
class Mix:
    """The sound of the whole; all amounts 0 to 1."""

    room: Literal["dry", "room", "plate", "hall", "cathedral", "spring"] = "room"
    reverb_seconds: float = 1.2
    delay_beats: float = 0.75
    delay_feedback: float = 0.35
    width: float = 0.5
    tape: float = 0.0
    """Wow, flutter and saturation (lo-fi)."""
    bitcrush: float = 0.0
    glue: float = 0.4
    """Bus compression."""
    tilt_db: float = 0.0
    """Bright (positive) or dark (negative)."""
    lowpass_hz: float | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """A whole piece, ready to be played."""

    style: str
    tempo: float
    """Quarter-note beats per minute, constant."""
    beats_per_bar: float
    """In quarter notes: 4 for 4/4, 3 for 3/4, 3 for 6/8, 3.5 for 7/8."""
    meter: str
    """For example "4/4"."""
    key: str
    """For example "D minor"."""
    sections: tuple[Section, ...]
    parts: tuple[Part, ...]
    mix: Mix
    seconds: float
    """Length of the finished audio; for a loop it is a whole number of bars exactly."""
    loop: bool = False
    """The tail is folded back onto the start, so that it repeats without a gap."""
    fade_out: float = 0.0
    """Seconds of fade at the end, where the piece has no written ending."""
    seed: int = 0
    """For the synth's own randomness (noise, drift)."""
