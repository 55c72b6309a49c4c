"""Jazz and blues."""

from __future__ import annotations

from engine.generators.sketch.rhythm import Feel
from engine.generators.sketch.score import Mix, Send
from engine.generators.sketch.styles.model import Groove, Player, Style, Tune

__all__ = ["STYLES"]

JAZZ = Style(
    name="jazz",
    title="Jazz",
    tempo=(112, 176),
    minor=(
        "i6 | i6 | iim7b5 V7b9 | i7",
        "i7 | iv7 | iim7b5 | V7b9",
        "i6 | iv7 | i6 | bVI7 V7b9 | i6 | iv7 | iim7b5 V7b9 | i7",
    ),
    major=(
        "Imaj7 | vi7 | ii7 V7 | Imaj7",
        "Imaj7 | VI7 | ii7 | V7 | Imaj7 | IVmaj7 | ii7 V7 | I6",
        "I6 | ii7 V7 | I6 IVmaj7 | Imaj7",
        "Imaj9 | IVmaj7 | ii9 V13 | Imaj9",
    ),
    modes=("major", "major", "minor"),
    colour="seventh",
    feel=Feel(swing=0.65, unit=0.5, loose_ms=9, late_ms=6),
    form="head",
    fill="snare",
    crash=False,
    cadence={"major": "ii7 V7", "minor": "iim7b5 V7b9"},
    valence=0.2,
    arousal=0.1,
    grooves=(
        Groove(
            {"ride": "x.xxx.xx", "pedal": "..x...x.", "kick": "g.g.g.g.", "snare": ".....?.?"},
            frozenset({"ride", "pedal"}),
        ),
        Groove(
            {"ride": "x.xxx.x.", "pedal": "..x...x.", "kick": "o.......", "rim": "......x."},
            frozenset({"ride", "pedal"}),
        ),
        Groove(
            {"ride": "x.xxx.xx", "pedal": "..x...x.", "kick": "x..?....", "snare": "?..?.?.g"},
            frozenset({"ride", "pedal"}),
        ),
    ),
    players=(
        Player(
            "drums",
            "drums",
            ("kit_brush", "kit_acoustic"),
            enters=0.35,
            send=Send(1.5, reverb=0.15),
        ),
        Player(
            "bass", "walk", ("upright_bass",), register=38, gate=0.92, send=Send(-1.5, reverb=0.06)
        ),
        Player(
            "chords",
            "chords",
            ("piano", "piano", "clean_guitar", "electric_piano", "vibraphone"),
            ("x--x----", "x-.x--..", ".x--.x..", "..x-..x-", "x..x.x..|..x-.x.."),
            register=61,
            velocity=0.58,
            gate=0.85,
            send=Send(-2, pan=-0.25, reverb=0.2),
        ),
        Player(
            "melody",
            "melody",
            ("saxophone", "trumpet", "vibraphone", "clarinet", "clean_guitar", "piano"),
            enters=0.35,
            register=69,
            velocity=0.7,
            send=Send(0, pan=0.15, reverb=0.25),
        ),
        Player(
            "counter",
            "counter",
            ("brass", "clarinet", "strings"),
            enters=0.75,
            chance=0.4,
            register=62,
            velocity=0.48,
            send=Send(-6, pan=0.35, reverb=0.25),
        ),
    ),
    tune=Tune(
        cells=(
            "x-xxx-x-",
            "xxxx-xx-",
            "..xxx-x-",
            "x--xx---",
            "xxx-x-xx",
            ".xxxx-..",
            "x-x--xx-",
        ),
        leap=0.3,
        rest=0.2,
        repeat=0.3,
    ),
    mix=Mix(room="room", reverb_seconds=1.2, width=0.5, glue=0.25, tilt_db=-0.5),
)

BLUES = Style(
    name="blues",
    title="Blues",
    tempo=(72, 120),
    minor=(
        "i7 | iv7 | i7 | i7 | iv7 | iv7 | i7 | i7 | bVI7 | V7 | i7 | V7",
        "i7 | iv7 | i7 | V7",
    ),
    major=(
        "I7 | IV7 | I7 | I7 | IV7 | IV7 | I7 | I7 | V7 | IV7 | I7 | V7",
        "I7 | I7 | I7 | I7 | IV7 | IV7 | I7 | I7 | V7 | IV7 | I7 | I7",
        "I7 | IV7 | I7 | V7",
    ),
    modes=("major", "major", "major", "minor"),
    colour="seventh",
    feel=Feel(swing=0.64, unit=0.5, loose_ms=8, late_ms=6),
    form="head",
    phrase=12,
    fill="snare",
    cadence={"major": "V7", "minor": "V7"},
    valence=-0.2,
    arousal=-0.1,
    grooves=(
        Groove(
            {"kick": "x...x...", "snare": "..x...x.", "ride": "x.xxx.xx"},
            frozenset({"ride"}),
        ),
        Groove(
            {"kick": "x..xx...", "snare": "..x...x.", "hat": "xxxxxxxx"},
            frozenset({"hat"}),
        ),
    ),
    players=(
        Player(
            "drums", "drums", ("kit_acoustic", "kit_brush"), enters=0.3, send=Send(0, reverb=0.12)
        ),
        Player(
            "bass",
            "bass",
            ("electric_bass", "upright_bass"),
            ("1-3-5-3-", "1-1-5-5-", "1-3-5-7-", "1-5-8-5-"),
            register=38,
            send=Send(-2, reverb=0.03),
        ),
        Player(
            "chords",
            "chords",
            ("clean_guitar", "muted_guitar"),
            ("x---x---", "..x---x-", "x--xx--x"),
            register=57,
            velocity=0.6,
            strum=0.04,
            send=Send(-3, pan=-0.3, reverb=0.15),
        ),
        Player(
            "chords",
            "chords",
            ("organ", "piano"),
            ("x-------", "..x-..x-", "x--x--x-"),
            enters=0.5,
            register=62,
            velocity=0.55,
            send=Send(-4, pan=0.3, reverb=0.2),
        ),
        Player(
            "melody",
            "melody",
            ("clean_guitar", "distorted_guitar", "saxophone", "piano"),
            register=69,
            velocity=0.72,
            send=Send(-1, pan=0.05, reverb=0.2),
        ),
    ),
    tune=Tune(
        cells=("x-xxx---", "..xxx-x-", "x--xx---", "xxx-x---", "..x-xxx-", "x-x-----"),
        steps="blues",
        rest=0.25,
    ),
    mix=Mix(room="room", reverb_seconds=1.0, width=0.5, glue=0.4, tilt_db=-0.5),
)

STYLES = (JAZZ, BLUES)
