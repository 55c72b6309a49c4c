"""Hip hop: lo-fi, boom bap, trap."""

from __future__ import annotations

from engine.generators.sketch.rhythm import Feel
from engine.generators.sketch.score import Mix, Send
from engine.generators.sketch.styles.model import Groove, Player, Style, Tune

__all__ = ["STYLES"]

LOFI = Style(
    name="lofi",
    title="Lo-fi hip hop",
    tempo=(70, 90),
    minor=(
        "i9 | iv9 | bVII13 | bIIImaj7",
        "i9 | bVImaj7 | iv9 | v7",
        "i9 | bIIImaj7 | bVImaj7 | V7b9",
        "i9 | iv9 | i9 | bVImaj7 v7",
        "i9 bVII9 | bVImaj9 v7 | i9 | iv9 v7",
    ),
    major=(
        "Imaj9 | vi9 | ii9 | V13",
        "Imaj9 | iii7 | vi9 | IVmaj7",
        "Imaj7 | IVmaj9 | Imaj7 | ii9 V13",
        "Imaj9 | III7 | vi9 | IVmaj7 iv6",
    ),
    colour="ninth",
    modes=("minor", "minor", "minor", "major", "dorian"),
    feel=Feel(swing=0.58, unit=0.25, loose_ms=9, late_ms=14),
    form="beat",
    fill="drop",
    crash=False,
    cadence={"major": "V13", "minor": "V7b9"},
    valence=-0.2,
    arousal=-0.5,
    grooves=(
        Groove(
            {
                "kick": "x......x..x.....|x......x..x...o.",
                "snare": "....x.......x...",
                "hat": "x.o.x.o.x.o.x.o.",
            },
            frozenset({"hat", "rim"}),
        ),
        Groove(
            {
                "kick": "x..x......x.....|x..x......x..x..",
                "snare": "....x.......x..g",
                "hat": "xoxox.xoxoxox.xo",
            },
            frozenset({"hat"}),
        ),
        Groove(
            {
                "kick": "x.....x...x.....",
                "rim": "....x.......x...",
                "shaker": "o.x.o.x.o.x.o.x.",
            },
            frozenset({"shaker", "rim"}),
        ),
    ),
    players=(
        Player("drums", "drums", ("kit_lofi",), enters=0.3, send=Send(-2, reverb=0.08)),
        Player(
            "bass",
            "bass",
            ("upright_bass", "electric_bass", "sub_bass"),
            ("1-----.1--5-....", "1---..1.--a.....|1-----5-1---..a.", "1--1..--..5-1-a."),
            enters=0.4,
            register=38,
            send=Send(0, reverb=0.02),
        ),
        Player(
            "chords",
            "chords",
            ("electric_piano", "felt_piano", "clean_guitar", "piano"),
            (
                "x---------------",
                "x-------..x-----",
                "x-----..o---..x-",
                "b-t-..t---..t---",
                "x--o--..x-------",
            ),
            register=60,
            strum=0.06,
            velocity=0.62,
            send=Send(0, pan=-0.1, reverb=0.25, chorus=0.3),
        ),
        Player(
            "melody",
            "melody",
            ("vibraphone", "clean_guitar", "saxophone", "felt_piano", "flute"),
            enters=0.55,
            register=72,
            velocity=0.6,
            send=Send(-2, pan=0.2, reverb=0.35, delay=0.25),
        ),
        Player(
            "texture",
            "texture",
            ("vinyl_crackle", "tape_hiss"),
            velocity=0.5,
            send=Send(-20, reverb=0),
        ),
        Player(
            "texture", "texture", ("rain",), chance=0.25, velocity=0.5, send=Send(-22, reverb=0)
        ),
    ),
    tune=Tune(
        cells=(
            "x--x--x-........",
            "x-x-x---....x-x-",
            "....x-x-x---....",
            "x---..x-x-x-----",
            "..x-x-x-x-------",
            "x-xx--x---......",
        ),
        steps="pentatonic",
        rest=0.35,
    ),
    mix=Mix(
        room="room",
        reverb_seconds=1.1,
        delay_beats=0.75,
        width=0.5,
        tape=0.6,
        glue=0.5,
        tilt_db=-2,
        lowpass_hz=9000,
    ),
)

STYLES = (LOFI,)
