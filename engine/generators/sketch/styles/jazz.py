"""Jazz and its cousins from the south: swing, bossa nova, samba, salsa."""

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
        "i6 | i6 | iim7b5 | V7b9",
        "i7 | iv7 | iim7b5 | V7b9",
        "i6 | iv7 | i6 | V7b9 | i6 | iv7 | iim7b5 V7b9 | i6",
    ),
    major=(
        "Imaj7 | vi7 | ii7 | V7",
        "Imaj7 | VI7 | ii7 | V7 | Imaj7 | IVmaj7 | ii7 V7 | I6",
        "I6 | ii7 V7 | I6 vi7 | ii7 V7",
        "Imaj9 | Imaj9 | ii9 | V13",
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
            "drums", "drums", ("kit_brush", "kit_acoustic"), enters=0.35, send=Send(-1, reverb=0.15)
        ),
        Player(
            "bass", "walk", ("upright_bass",), register=38, gate=0.92, send=Send(1, reverb=0.06)
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

BOSSA = Style(
    name="bossa",
    title="Bossa nova",
    tempo=(112, 138),
    minor=(
        "i9 | i9 | iim7b5 | V7b9",
        "i7 | iv7 | V7b9 | i7",
        "i9 | bVImaj7 | iim7b5 | V7b9",
    ),
    major=(
        "Imaj9 | Imaj9 | ii9 | V13",
        "Imaj7 | II7 | ii7 | V13",
        "Imaj9 | vi9 | ii9 | V13",
        "Imaj7 | IVmaj7 | ii7 V7 | Imaj7",
    ),
    modes=("major", "major", "minor"),
    colour="ninth",
    feel=Feel(loose_ms=7),
    form="head",
    fill="none",
    crash=False,
    cadence={"major": "ii9 V13", "minor": "iim7b5 V7b9"},
    valence=0.4,
    arousal=-0.4,
    grooves=(
        Groove(
            {
                "kick": "x..xx..xx..xx..x",
                "rim": "x..x..x...x..x..",
                "pedal": "....x.......x...",
                "shaker": "x.o.x.o.x.o.x.o.",
            },
            frozenset({"rim", "shaker"}),
        ),
        Groove(
            {
                "kick": "x.....x.x.....x.",
                "rim": "....x.......x.x.",
                "shaker": "x.xox.xox.xox.xo",
            },
            frozenset({"shaker", "rim"}),
        ),
    ),
    players=(
        Player(
            "drums",
            "drums",
            ("kit_brush", "kit_latin"),
            enters=0.4,
            velocity=0.62,
            send=Send(-2, reverb=0.12),
        ),
        Player(
            "bass",
            "bass",
            ("upright_bass",),
            ("1-----.51-----.5", "1-----555-----.1", "1-----5-1-----5-"),
            register=38,
            gate=0.9,
            send=Send(1, reverb=0.05),
        ),
        Player(
            "chords",
            "chords",
            ("nylon_guitar",),
            ("x--x--x-x--x--x-", "b-.x-.x-b-.x-.x-", "b-x-x-.xb-x-x-.x", "b.x-..x-b.x-..x-"),
            register=59,
            velocity=0.62,
            strum=0.03,
            send=Send(0, pan=-0.2, reverb=0.15),
        ),
        Player(
            "chords",
            "chords",
            ("electric_piano", "piano"),
            ("x---------------", "x-----x---------", "......x-......x-"),
            enters=0.6,
            chance=0.6,
            register=64,
            velocity=0.48,
            send=Send(-5, pan=0.3, reverb=0.25),
        ),
        Player(
            "melody",
            "melody",
            ("flute", "saxophone", "nylon_guitar", "vibraphone", "clarinet"),
            enters=0.4,
            register=71,
            velocity=0.62,
            send=Send(-1, pan=0.12, reverb=0.28),
        ),
    ),
    tune=Tune(
        cells=(
            "x--x--x-..x-x---",
            "..x-x--x--x-----",
            "x-----x--x--x---",
            "x--x--x---------",
            "....x--x--x-x---",
        ),
        leap=0.25,
        rest=0.2,
    ),
    mix=Mix(room="room", reverb_seconds=1.4, width=0.5, glue=0.2, tilt_db=-0.5),
)

SAMBA = Style(
    name="samba",
    title="Samba",
    tempo=(96, 116),
    minor=("i | iv | V7 | i", "i | V7 | V7 | i", "i | iv7 | iim7b5 V7 | i"),
    major=("I6 | vi7 | ii7 | V7", "I | I | ii7 | V7", "I6 | ii7 V7 | I6 | V7"),
    modes=("major", "major", "minor"),
    colour="seventh",
    feel=Feel(swing=0.48, unit=0.25, loose_ms=6),
    fill="latin",
    crash=False,
    cadence={"major": "V7", "minor": "V7"},
    valence=0.9,
    arousal=0.7,
    grooves=(
        Groove(
            {
                "low_tom": "x...X...x...X...",
                "snare": "xoogxoogxoogxogx",
                "shaker": "XooxXooxXooxXoox",
                "high_agogo": "x.x..x...x.x....",
                "low_agogo": "...x...x......x.",
            },
            frozenset({"shaker", "low_tom"}),
        ),
        Groove(
            {
                "kick": "x...X...x...X...",
                "tambourine": "xoxxxoxxxoxxxoxx",
                "rim": "x..x..x.x..x.x..",
                "high_conga": "..xx..xx..xx..xx",
            },
            frozenset({"tambourine", "kick"}),
        ),
    ),
    players=(
        Player("drums", "drums", ("kit_latin",), enters=0.2, send=Send(0, reverb=0.1)),
        Player(
            "bass",
            "bass",
            ("electric_bass", "upright_bass"),
            ("1---4-..1---4-..", "1--.4---1--.4-a.", "1--14---1--14---"),
            enters=0.4,
            register=38,
            send=Send(0, reverb=0.03),
        ),
        Player(
            "chords",
            "chords",
            ("nylon_guitar", "ukulele"),
            ("x.xx.x.xx.xx.x.x", "x..x..x..x..x.x.", "xoxxoxxoxoxxoxxo"),
            register=64,
            velocity=0.6,
            gate=0.7,
            strum=0.03,
            send=Send(-2, pan=-0.3, reverb=0.1),
        ),
        Player(
            "counter",
            "chords",
            ("brass", "accordion", "piano"),
            ("..X..X....X.....", "X..X..X.........", "x--x--..x--x--.."),
            enters=0.7,
            register=65,
            voices=3,
            velocity=0.6,
            gate=0.7,
            send=Send(-4, pan=0.3, reverb=0.15),
        ),
        Player(
            "melody",
            "melody",
            ("flute", "trumpet", "saxophone", "marimba"),
            enters=0.45,
            register=73,
            velocity=0.68,
            send=Send(-1, pan=0.1, reverb=0.2),
        ),
    ),
    tune=Tune(
        cells=(
            "x.xx.x.xx---....",
            "x--x--x.x.x.....",
            "..xx.xx.x.x-x---",
            "x.x.xx.x.x--....",
            "x---x..x..x.x---",
        ),
    ),
    mix=Mix(room="room", reverb_seconds=0.9, width=0.6, glue=0.4, tilt_db=0.5),
)

LATIN = Style(
    name="latin",
    title="Latin",
    tempo=(88, 108),
    minor=("i | iv | V7 | i", "i | iv | i | V7", "i | bVII | bVI | V7", "i | V7 | V7 | i"),
    major=("I | IV | V7 | I", "I | IV | V7 | IV", "I | ii7 | V7 | I"),
    modes=("minor", "minor", "major"),
    feel=Feel(loose_ms=5),
    fill="latin",
    crash=False,
    cadence={"major": "V7", "minor": "V7"},
    valence=0.6,
    arousal=0.6,
    grooves=(
        Groove(
            {
                "kick": "x.....o.x.....o.",
                "high_conga": "......x.......xx",
                "mute_conga": "x.x.x...x.x.x...",
                "low_conga": "............xx..|................",
                "clave": "x..x..x...x.x...",
                "cowbell": "X...X...X...X...",
                "maracas": "x.xxx.xxx.xxx.xx",
            },
            frozenset({"clave", "mute_conga", "high_conga"}),
        ),
        Groove(
            {
                "kick": "x...x...x...x...",
                "snare": "...x..x....x..x.",
                "shaker": "xoxoxoxoxoxoxoxo",
                "high_timbale": "......x.......x.",
                "low_conga": "..............xx",
            },
            frozenset({"shaker", "kick"}),
        ),
        Groove(
            {
                "kick": "x.......x.......",
                "high_conga": "...x..x....x..xx",
                "guiro": "x..xx..xx..xx..x",
                "low_bongo": "x...x...x...x...",
                "high_bongo": "..xx..xx..xx..xx",
            },
            frozenset({"guiro", "low_bongo"}),
        ),
    ),
    players=(
        Player("drums", "drums", ("kit_latin",), enters=0.2, send=Send(0, reverb=0.1)),
        Player(
            "bass",
            "bass",
            ("upright_bass", "electric_bass"),
            ("1-----5-8-----a.", "1-----5-1---5---", "1-..5-..1-..5-a.", "1-....5-1---5-.."),
            enters=0.35,
            register=38,
            send=Send(1, reverb=0.03),
        ),
        Player(
            "chords",
            "chords",
            ("piano", "piano", "nylon_guitar", "accordion"),
            ("x.xxx.xxx.xxx.xx", "b.32b.32b.32b.32", "x-.xx-x-x-.xx-x-", "x-x-x.xxx-x-x.xx"),
            register=65,
            velocity=0.65,
            gate=0.75,
            send=Send(-1, pan=-0.2, reverb=0.12),
        ),
        Player(
            "counter",
            "chords",
            ("brass", "trumpet"),
            ("X-----..X---X---", "........X-X-X-..", "..X...X...X-...."),
            enters=0.68,
            register=67,
            voices=3,
            velocity=0.68,
            gate=0.7,
            send=Send(-3, pan=0.3, reverb=0.18),
        ),
        Player(
            "melody",
            "melody",
            ("trumpet", "flute", "saxophone", "violin", "nylon_guitar"),
            enters=0.45,
            register=72,
            velocity=0.7,
            send=Send(-1, pan=0.1, reverb=0.2),
        ),
    ),
    tune=Tune(
        cells=(
            "x--x--x-..x-x---",
            "x-x-x--x--x-....",
            "..x-x-x-x--x----",
            "x--x--x---x-x-x-",
            "x-----x-x-x-x---",
        ),
    ),
    mix=Mix(room="room", reverb_seconds=1.0, width=0.6, glue=0.4),
)

STYLES = (JAZZ, BOSSA, SAMBA, LATIN)
