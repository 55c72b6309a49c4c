"""The orchestra and the concert room: cinematic, classical piano, waltz, lullaby."""

from __future__ import annotations

from engine.generators.sketch.rhythm import Feel
from engine.generators.sketch.score import Mix, Send
from engine.generators.sketch.styles.model import Groove, Player, Style, Tune

__all__ = ["STYLES"]

CINEMATIC = Style(
    name="cinematic",
    title="Cinematic",
    tempo=(72, 104),
    minor=(
        "i | bVI | bIII | bVII",
        "i | iv | bVI | V",
        "i | bVII | bVI | V",
        "i | v/3 | bVI | iv V",
        "i | bIII | iv | V",
    ),
    major=("I | V/3 | vi | IV", "I | iii | IV | V", "I | bVI | bVII | I", "I | IV | ii | V"),
    modes=("minor", "minor", "minor", "major"),
    feel=Feel(loose_ms=8),
    form="flow",
    fill="toms",
    valence=-0.2,
    arousal=0.3,
    grooves=(
        Groove(
            {"kick": "x.......x.......", "low_tom": "......x.......xx"},
            frozenset({"kick"}),
        ),
        Groove(
            {
                "kick": "x.....x.x.......",
                "low_tom": "..xx..xx..xx..xx",
                "mid_tom": "x...x...x...x...",
                "snare": "............x.gg",
            },
            frozenset({"kick"}),
        ),
        Groove(
            {
                "kick": "x.......x.......",
                "snare": "x.ggx.ggx.ggxxgg",
                "low_tom": "x...x...x...x...",
            },
            frozenset({"kick"}),
        ),
    ),
    players=(
        Player("drums", "drums", ("kit_orchestral",), enters=0.5, send=Send(-2, reverb=0.35)),
        Player(
            "bass",
            "bass",
            ("cello",),
            ("1---------------", "1-------1-------", "1---1---1---1---"),
            register=40,
            velocity=0.72,
            send=Send(-1, pan=0.15, reverb=0.35),
        ),
        Player(
            "chords",
            "pad",
            ("strings", "strings", "choir"),
            register=60,
            velocity=0.65,
            voices=4,
            spread=True,
            send=Send(-2, reverb=0.45),
        ),
        Player(
            "chords",
            "chords",
            ("pizzicato", "strings", "harp", "piano"),
            (
                "1.2.3.2.1.2.3.2.",
                "1.1.2.1.3.1.2.1.",
                "x.oox.oox.oox.oo",
                "1234321212343212",
            ),
            enters=0.45,
            register=62,
            velocity=0.6,
            gate=0.7,
            send=Send(-3, pan=-0.25, reverb=0.35),
        ),
        Player(
            "chords",
            "pad",
            ("brass",),
            enters=0.75,
            register=55,
            velocity=0.7,
            voices=3,
            send=Send(-3, pan=0.2, reverb=0.4),
        ),
        Player(
            "melody",
            "melody",
            ("violin", "strings", "flute", "brass", "cello"),
            enters=0.5,
            register=72,
            velocity=0.75,
            send=Send(-1, pan=-0.05, reverb=0.4),
        ),
        Player(
            "counter",
            "counter",
            ("choir", "cello", "clarinet"),
            enters=0.7,
            register=60,
            velocity=0.55,
            send=Send(-4, pan=0.3, reverb=0.45),
        ),
        Player("texture", "riser", ("riser",), chance=0.5, velocity=0.5, send=Send(-14)),
    ),
    tune=Tune(
        cells=("x-----x-", "x---x---", "x-------", "x---x-x-", "x--xx---", "x-x-x---"),
        leap=0.35,
        rest=0.1,
    ),
    mix=Mix(room="hall", reverb_seconds=2.6, width=0.8, glue=0.3),
)

STYLES = (CINEMATIC,)
