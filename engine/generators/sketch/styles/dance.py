"""Dance floors: house, techno, trance, drum and bass, dubstep, synthwave."""

from __future__ import annotations

from engine.generators.sketch.rhythm import Feel
from engine.generators.sketch.score import Mix, Send
from engine.generators.sketch.styles.model import Groove, Player, Style, Tune

__all__ = ["STYLES"]

HOUSE = Style(
    name="house",
    title="House",
    tempo=(120, 128),
    minor=(
        "i7 | i7 | bVImaj7 | v7",
        "i9 | iv9 | i9 | bVII9",
        "i7 | bIIImaj7 | iv7 | v7",
        "i9 | bVImaj7 | bVII | i9",
    ),
    major=("Imaj7 | vi7 | IVmaj7 | V", "Imaj9 | Imaj9 | ii9 | ii9 V9sus4", "I | IV | vi | V"),
    colour="seventh",
    feel=Feel(swing=0.54, unit=0.25, loose_ms=3),
    form="club",
    fill="roll",
    cadence={"major": "V9sus4", "minor": "v7"},
    valence=0.4,
    arousal=0.5,
    grooves=(
        Groove(
            {
                "kick": "x...x...x...x...",
                "clap": "....x.......x...",
                "open": "..x...x...x...x.",
                "hat": "o.o.o.o.o.o.o.oo",
            },
            frozenset({"kick", "hat"}),
        ),
        Groove(
            {
                "kick": "x...x...x...x...",
                "snare": "....x.......x..g",
                "open": "..x...x...x...x.",
                "shaker": "ooxoooxoooxoooxo",
            },
            frozenset({"kick", "shaker"}),
        ),
        Groove(
            {
                "kick": "x...x...x...x...",
                "clap": "....x.......x...",
                "hat": "..x...x...x...x.",
                "rim": "...x..x....x..x.",
                "high_conga": "..o..o....o..o.o",
            },
            frozenset({"kick", "rim", "hat"}),
        ),
    ),
    players=(
        Player("drums", "drums", ("kit_909",), enters=0.2, leaves=1.1, send=Send(0, reverb=0.05)),
        Player(
            "bass",
            "bass",
            ("synth_bass", "sub_bass", "electric_bass"),
            (
                "..1...1...1...1.",
                "1..1..1.1..1..5.",
                "1..1..8.1..1.81.",
                "..1-..1-..1-..8-",
            ),
            enters=0.45,
            register=36,
            gate=0.8,
            send=Send(0, reverb=0, duck=0.5),
        ),
        Player(
            "chords",
            "chords",
            ("piano", "organ", "electric_piano", "synth_pluck"),
            (
                "x--x--x---x--x--",
                "..x...x...x..x..",
                "x..x..x..x..x.x.",
                "x--.x--.x-.x--..",
            ),
            register=62,
            velocity=0.7,
            gate=0.8,
            send=Send(-1, reverb=0.2, delay=0.15, duck=0.4),
        ),
        Player(
            "texture",
            "pad",
            ("warm_pad", "strings", "supersaw"),
            enters=0.25,
            register=64,
            velocity=0.5,
            spread=True,
            chance=0.7,
            send=Send(-6, reverb=0.4, duck=0.6),
        ),
        Player(
            "melody",
            "melody",
            ("saw_lead", "synth_pluck", "vibraphone", "flute"),
            enters=0.7,
            register=74,
            velocity=0.62,
            send=Send(-3, pan=0.1, reverb=0.3, delay=0.3, duck=0.2),
        ),
        Player("texture", "riser", ("riser",), velocity=0.6, send=Send(-10)),
    ),
    tune=Tune(
        cells=(
            "x..x..x.....x...",
            "x.x..x..x.......",
            "..x..x..x..x....",
            "x..x..x..x..x.x.",
            "x-----x.x.......",
        ),
        steps="pentatonic",
        repeat=0.8,
    ),
    mix=Mix(room="plate", reverb_seconds=1.4, delay_beats=0.75, width=0.7, glue=0.6, tilt_db=0.5),
)

STYLES = (HOUSE,)
