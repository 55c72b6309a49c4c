"""Broken beats and heavy basses: drum and bass, dubstep."""

from __future__ import annotations

from engine.generators.sketch.rhythm import Feel
from engine.generators.sketch.score import Mix, Send
from engine.generators.sketch.styles.model import Groove, Player, Style, Tune

__all__ = ["STYLES"]

DNB = Style(
    name="dnb",
    title="Drum and bass",
    tempo=(170, 176),
    minor=(
        "i9 | i9 | bVImaj7 | bVImaj7 | iv9 | iv9 | i9 | v7",
        "i9 | i9 | bVII | bVII | bVImaj7 | bVImaj7 | i9 | i9",
        "i9 | i9 | iv9 | iv9 | i9 | i9 | bVImaj7 | v7",
        "i9 | i9 | iv9 | bVImaj7",
    ),
    major=(
        "Imaj9 | Imaj9 | vi9 | vi9 | IVmaj7 | IVmaj7 | V | V",
        "Imaj9 | Imaj9 | IVmaj7 | Imaj9 V",
    ),
    colour="seventh",
    feel=Feel(loose_ms=3),
    form="club",
    fill="snare",
    valence=-0.1,
    arousal=0.9,
    grooves=(
        Groove(
            {
                "kick": "x.........x.....",
                "snare": "....x.......x...",
                "hat": "x.x.x.x.x.x.x.x.",
            },
            frozenset({"hat"}),
        ),
        Groove(
            {
                "kick": "x.*.......x.....|x.*...*...x..*..",
                "snare": "....x..g.g..x...|....x.*g.g..x.*g",
                "hat": "x.xox.xox.xox.xo",
                "ride": "x...x...x...x...",
            },
            frozenset({"hat"}),
        ),
        Groove(
            {
                "kick": "x.x.......x..*..|x.x.....*.x...x.",
                "snare": "....x.gg.gg.x.gg",
                "hat": "x.x.x.x.x.x.x.x.",
                "open": "..............o.",
            },
            frozenset({"hat"}),
        ),
    ),
    players=(
        Player(
            "drums", "drums", ("kit_acoustic", "kit_909"), enters=0.3, send=Send(1, reverb=0.08)
        ),
        Player(
            "bass",
            "bass",
            ("reese_bass", "sub_bass", "synth_bass"),
            (
                "1---------------",
                "1-------1-----8-",
                "1---1-....1-1-..",
                "1-------1-1-..5-|1-------1-1-..a.",
            ),
            enters=0.4,
            register=33,
            send=Send(1, reverb=0, duck=0.3),
        ),
        Player(
            "texture",
            "pad",
            ("warm_pad", "glass_pad", "strings"),
            register=62,
            velocity=0.52,
            spread=True,
            send=Send(-4, reverb=0.5, duck=0.2),
        ),
        Player(
            "chords",
            "chords",
            ("electric_piano", "piano", "synth_pluck"),
            (
                "x-------x-------",
                "1...2...3...4...",
                "x---....x---x---",
                "1.2.3.4.3.2.3.4.",
            ),
            enters=0.35,
            register=64,
            velocity=0.58,
            send=Send(-2, pan=-0.15, reverb=0.3, delay=0.2),
        ),
        Player(
            "melody",
            "melody",
            ("flute", "saw_lead", "vibraphone", "violin", "saxophone"),
            enters=0.6,
            register=74,
            velocity=0.62,
            send=Send(-2, pan=0.1, reverb=0.4, delay=0.3),
        ),
        Player("texture", "riser", ("riser",), velocity=0.6, send=Send(-15)),
    ),
    tune=Tune(
        cells=(
            "x-------x---x---",
            "x-----x-----x---",
            "x---x---x-------",
            "x-----------x-x-",
            "....x---x---x---",
        ),
        steps="pentatonic",
        leap=0.3,
        rest=0.2,
    ),
    mix=Mix(room="plate", reverb_seconds=1.8, delay_beats=1.5, width=0.7, glue=0.6, tilt_db=0.5),
)

DUBSTEP = Style(
    name="dubstep",
    title="Dubstep",
    tempo=(138, 144),
    minor=("i | i | bVI | V", "i | i | iv | bII", "i | bVI | i | V", "i | i | bVI | bVII"),
    major=("I | vi | IV | V", "I | I | IV | V"),
    modes=("minor", "minor", "phrygian", "harmonic minor"),
    feel=Feel(loose_ms=2),
    form="club",
    fill="roll",
    valence=-0.6,
    arousal=1.0,
    grooves=(
        Groove(
            {
                "kick": "X.........x.....",
                "snare": "........X.......",
                "hat": "x.x.x.x.x.x.x.x.",
            },
            frozenset({"hat"}),
        ),
        Groove(
            {
                "kick": "X.....x...x.....|X..x......x...x.",
                "snare": "........X.......",
                "hat": "x.xxx.x.x.x.xrx.",
                "open": "......x.......x.",
            },
            frozenset({"hat"}),
        ),
    ),
    players=(
        Player("drums", "drums", ("kit_909", "kit_rock"), enters=0.3, send=Send(1, reverb=0.1)),
        Player(
            "bass",
            "bass",
            ("reese_bass",),
            (
                "1-------1-------",
                "1---1-1-..1-1-8-",
                "1-1-1---1.1.1---|1---8-1-1-1-1-5-",
                "111.1-1-..8.111.",
            ),
            enters=0.4,
            register=31,
            gate=0.85,
            velocity=0.85,
            send=Send(1, reverb=0.03, drive=0.4, duck=0.3),
        ),
        Player(
            "bass",
            "bass",
            ("sub_bass",),
            ("1---------------", "1-------1-------"),
            enters=0.75,
            register=28,
            send=Send(-2, reverb=0, duck=0.3),
        ),
        Player(
            "chords",
            "chords",
            ("supersaw", "synth_brass", "strings"),
            ("x-----..........", "x-------x-----x-", "x--x--..x--x--.."),
            register=62,
            velocity=0.6,
            gate=0.85,
            send=Send(-3, reverb=0.3, duck=0.4),
        ),
        Player(
            "texture",
            "pad",
            ("choir", "warm_pad", "glass_pad"),
            leaves=0.9,
            register=62,
            velocity=0.52,
            spread=True,
            send=Send(-4, reverb=0.55),
        ),
        Player(
            "melody",
            "melody",
            ("square_lead", "saw_lead", "bell", "violin"),
            enters=0.45,
            register=74,
            velocity=0.62,
            send=Send(-2, pan=0.1, reverb=0.35, delay=0.3),
        ),
        Player("texture", "riser", ("riser",), velocity=0.7, send=Send(-9)),
    ),
    tune=Tune(
        cells=("x---x---x-------", "x-------x-x-x---", "x---x-x-x---x---", "x-----x---------"),
        leap=0.35,
        rest=0.15,
    ),
    mix=Mix(room="hall", reverb_seconds=2.0, delay_beats=0.75, width=0.8, glue=0.8, tilt_db=0.5),
)

STYLES = (DNB, DUBSTEP)
