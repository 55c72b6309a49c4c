"""Loud guitars: rock, metal, punk."""

from __future__ import annotations

from engine.generators.sketch.rhythm import Feel
from engine.generators.sketch.score import Mix, Send
from engine.generators.sketch.styles.model import Groove, Player, Style, Tune

__all__ = ["STYLES"]

ROCK = Style(
    name="rock",
    title="Rock",
    tempo=(104, 140),
    minor=(
        "i | bVII | bVI | i",
        "i | bVI | bVII | i",
        "i | iv | bVI | i",
        "i | bIII | iv | i",
    ),
    major=("I | V | IV | I", "I | IV | I | V", "I | V | vi | IV", "I | vi | IV | V"),
    modes=("minor", "major", "major", "mixolydian"),
    feel=Feel(loose_ms=6),
    fill="toms",
    valence=0.1,
    arousal=0.7,
    grooves=(
        Groove(
            {
                "kick": "x.......x.x.....",
                "snare": "....x.......x...",
                "hat": "x.x.x.x.x.x.x.x.",
            },
            frozenset({"hat", "kick"}),
        ),
        Groove(
            {
                "kick": "x..x..x.x..x....",
                "snare": "....X.......X...",
                "hat": "X.x.X.x.X.x.X.x.",
                "open": "..............x.",
            },
            frozenset({"hat", "kick"}),
        ),
        Groove(
            {
                "kick": "x.....x.x.x.....|x.....x...x...x.",
                "snare": "....X.......X...",
                "ride": "x.x.x.x.x.x.x.x.",
            },
            frozenset({"ride", "kick"}),
        ),
    ),
    players=(
        Player(
            "drums", "drums", ("kit_rock", "kit_acoustic"), enters=0.3, send=Send(0, reverb=0.15)
        ),
        Player(
            "bass",
            "bass",
            ("electric_bass",),
            ("1-------1-----a.", "1-1-1-1-1-1-1-1-", "1-1-1-1-1-1-5-a-", "1--1--1-1-1-5-1-"),
            register=36,
            gate=0.9,
            send=Send(0, reverb=0.02),
        ),
        Player(
            "chords",
            "chords",
            ("distorted_guitar",),
            ("x---------------", "x-x-x-x-x-x-x-x-", "x--x--x-x--x--x-", "X-----x-X---x-x-"),
            enters=0.6,
            register=50,
            voices=3,
            velocity=0.72,
            gate=0.92,
            send=Send(-3, pan=-0.55, reverb=0.12),
        ),
        Player(
            "chords",
            "chords",
            ("clean_guitar", "distorted_guitar", "muted_guitar"),
            ("1.2.3.2.1.2.3.2.", "x---x---x---x---", "x--x--x-x--x--x-", "1.3.2.3.4.3.2.3."),
            register=57,
            velocity=0.62,
            strum=0.04,
            send=Send(-3, pan=0.5, reverb=0.15, chorus=0.2),
        ),
        Player(
            "texture",
            "pad",
            ("organ", "strings"),
            enters=0.75,
            chance=0.5,
            register=64,
            velocity=0.5,
            send=Send(-7, reverb=0.25),
        ),
        Player(
            "melody",
            "melody",
            ("distorted_guitar", "saw_lead", "organ"),
            enters=0.55,
            register=69,
            velocity=0.7,
            send=Send(-1, pan=0.05, reverb=0.25, delay=0.2),
        ),
    ),
    tune=Tune(
        cells=("x-x-xx--", "x--xx-x-", "x-x-x---", "..x-xxx-", "x---x-x-", "xx-x-x--"),
        steps="pentatonic",
        leap=0.3,
    ),
    mix=Mix(room="room", reverb_seconds=1.2, width=0.7, glue=0.5, tilt_db=0.5),
)

METAL = Style(
    name="metal",
    title="Metal",
    tempo=(120, 180),
    minor=(
        "i5 | bVI5 | bIII5 | i5",
        "i5 | i5 | bIII5 | bVI5",
        "i5 | bVI5 | bVII5 | i5",
        "i5 | bIII5 | iv5 | bVI5",
    ),
    major=("I5 | IV5 | V5 | I5", "I5 | I5 | IV5 | V5"),
    modes=("minor", "minor", "phrygian", "harmonic minor"),
    colour="power",
    feel=Feel(loose_ms=3),
    fill="toms",
    valence=-0.7,
    arousal=1.0,
    cadence={"major": "V5", "minor": "v5"},
    grooves=(
        Groove(
            {
                "kick": "X.ooX.ooX.ooX.oo",
                "snare": "....X.......X...",
                "hat": "X...X...X...X...",
            },
            frozenset({"hat", "snare", "kick"}),
        ),
        Groove(
            {
                "kick": "XoooXoooXoooXooo",
                "snare": "....X.......X...",
                "ride": "X...X...X...X...",
            },
            frozenset({"ride", "snare"}),
        ),
        Groove(
            {
                "kick": "x..x..x.x..x..x.",
                "snare": "....X.......X...",
                "crash": "x.......x.......",
                "hat": "X...X...X...X...",
            },
            frozenset({"hat", "snare"}),
        ),
    ),
    players=(
        Player("drums", "drums", ("kit_rock",), enters=0.3, send=Send(2, reverb=0.1)),
        Player(
            "bass",
            "bass",
            ("electric_bass",),
            ("1-111-111-111-11", "1-..1-..1-..1-1-", "1111111111111111"),
            register=33,
            gate=0.8,
            send=Send(0, reverb=0, drive=0.35),
        ),
        Player(
            "chords",
            "chords",
            ("distorted_guitar",),
            ("X-ooX-ooX-ooX-oo", "X-..x-..X-..x-..", "XoooXoooXoooXoxo", "X---x-oox-ooX-oo"),
            register=45,
            voices=3,
            gate=0.75,
            send=Send(-2, pan=-0.7, reverb=0.06),
        ),
        Player(
            "chords",
            "chords",
            ("distorted_guitar",),
            ("X-ooX-ooX-ooX-oo", "x---x---x---x---", "x---------------", "x-------x-------"),
            enters=0.5,
            register=47,
            voices=3,
            gate=0.8,
            send=Send(-2, pan=0.7, reverb=0.06),
        ),
        Player(
            "melody",
            "melody",
            ("distorted_guitar", "saw_lead"),
            enters=0.65,
            register=74,
            velocity=0.75,
            send=Send(-1, reverb=0.25, delay=0.25),
        ),
        Player(
            "texture",
            "pad",
            ("choir", "strings"),
            enters=0.8,
            chance=0.5,
            register=64,
            velocity=0.5,
            send=Send(-6, reverb=0.4),
        ),
    ),
    tune=Tune(
        cells=(
            "x-x-x-x-x-------",
            "xxxxx---xxxxx---",
            "x---x-x-x---x-x-",
            "x--x--x-x-------",
            "x-xxx-xxx-------",
        ),
        leap=0.2,
        rest=0.05,
    ),
    mix=Mix(room="room", reverb_seconds=1.0, width=0.9, glue=0.7, tilt_db=0.5),
)

PUNK = Style(
    name="punk",
    title="Punk",
    tempo=(160, 190),
    minor=("i | bVI | bVII | i", "i | bVII | bVI | i", "i | iv | bVI | i"),
    major=("I | IV | V | I", "I | V | vi | IV", "I | IV | I | V", "I | vi | IV | V"),
    modes=("major", "major", "minor"),
    colour="power",
    feel=Feel(loose_ms=6),
    fill="snare",
    valence=0.4,
    arousal=1.0,
    grooves=(
        Groove(
            {
                "kick": "x.....x.x.....x.",
                "snare": "....X.......X...",
                "hat": "x...x...x...x...",
            },
            frozenset({"hat", "kick"}),
        ),
        Groove(
            {
                "kick": "x.x...x.x.x...x.",
                "snare": "....X.......X...",
                "open": "x...x...x...x...",
            },
            frozenset({"open", "kick"}),
        ),
        Groove(
            {
                "kick": "x.......x.x.....",
                "snare": "....X.......X...",
                "crash": "x...............",
                "open": "....x...x...x...",
            },
            frozenset({"open", "kick"}),
        ),
    ),
    players=(
        Player("drums", "drums", ("kit_rock",), enters=0.3, send=Send(2, reverb=0.1)),
        Player(
            "bass",
            "bass",
            ("electric_bass",),
            ("1-1-1-1-1-1-1-1-", "1-1-1-1-1-1-5-a-", "1-1-1-1-1-1-1-8-"),
            register=36,
            gate=0.85,
            send=Send(0, drive=0.25, reverb=0),
        ),
        Player(
            "chords",
            "chords",
            ("distorted_guitar",),
            ("X-o-X-o-X-o-X-o-", "X-o-X-o-Xo-oX-o-", "X---X---X---X---"),
            enters=0.3,
            register=48,
            voices=3,
            gate=0.9,
            send=Send(-4, pan=-0.6, reverb=0.08),
        ),
        Player(
            "chords",
            "chords",
            ("distorted_guitar",),
            ("X-------X-------", "X-o-X-o-X-o-X-o-"),
            enters=0.65,
            register=52,
            voices=3,
            gate=0.9,
            send=Send(-5, pan=0.6, reverb=0.08),
        ),
        Player(
            "melody",
            "melody",
            ("distorted_guitar", "square_lead"),
            enters=0.6,
            register=71,
            velocity=0.7,
            send=Send(-1, reverb=0.15),
        ),
    ),
    tune=Tune(
        cells=("x-x-x-x-", "x-xxx-x-", "xxx-x-x-", "x---x-x-", "x-x-x---"),
        steps="pentatonic",
        rest=0.1,
    ),
    mix=Mix(room="room", reverb_seconds=0.8, width=0.8, glue=0.7, tilt_db=1),
)

STYLES = (ROCK, METAL, PUNK)
