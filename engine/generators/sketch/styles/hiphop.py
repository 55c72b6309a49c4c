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
        "i9 | iv9 | bVImaj7 | V7b9",
        "i9 | bVImaj7 | iv9 | i9",
        "i9 | bIIImaj7 V7b9 | i9 | iv9",
        "i9 | iv9 | i9 | bVImaj7 v7",
        "i9 | iv9 | bVImaj7 v7 | i9",
    ),
    major=(
        "Imaj9 | vi9 | ii9 V13 | Imaj9",
        "Imaj9 | IVmaj7 | ii9 | V13",
        "Imaj7 | IVmaj9 | Imaj7 | ii9 V13",
        "Imaj9 | I7 | IVmaj7 | iv6",
    ),
    colour="ninth",
    modes=("minor", "minor", "minor", "major", "dorian"),
    feel=Feel(swing=0.57, unit=0.25, loose_ms=8, late_ms=12),
    form="beat",
    fill="drop",
    crash=False,
    cadence={"major": "V13", "minor": "V7b9"},
    valence=-0.2,
    arousal=-0.5,
    grooves=(
        Groove(
            {
                "kick": "x......x..x..*..|x..*...x..x...o.",
                "snare": "....x.......x...",
                "hat": "x.o.x.o.x.o.x.o.",
            },
            frozenset({"hat"}),
        ),
        Groove(
            {
                "kick": "x.....x.x.......|x.....x.x..o....",
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
        Player("drums", "drums", ("kit_lofi",), enters=0.3, send=Send(0, reverb=0.08)),
        Player(
            "bass",
            "bass",
            ("upright_bass", "electric_bass", "sub_bass"),
            ("1-----.1--5-....", "1---..1.--1.a...|1-----5-1---..a.", "1--1..--1.5-1-a."),
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
            send=Send(2, pan=-0.1, reverb=0.25, chorus=0.3),
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
            "counter",
            "counter",
            ("strings", "warm_pad", "choir"),
            enters=0.75,
            chance=0.4,
            register=64,
            velocity=0.4,
            send=Send(-8, reverb=0.4),
        ),
        Player(
            "texture",
            "texture",
            ("vinyl_crackle", "tape_hiss"),
            velocity=0.5,
            send=Send(-20, reverb=0),
        ),
        Player("texture", "texture", ("rain",), chance=0.2, velocity=0.5, send=Send(-22, reverb=0)),
    ),
    tune=Tune(
        cells=(
            "x--x--x-........",
            "x-x-x---....x-x-",
            "....x-x-x---....",
            "x---..x-x-x-----",
            "..x-x-x-x-------",
            "x-xx--x---......",
            "x-----x-x---....",
        ),
        steps="pentatonic",
        rest=0.3,
    ),
    mix=Mix(
        room="room",
        reverb_seconds=1.1,
        delay_beats=0.75,
        width=0.5,
        tape=0.5,
        glue=0.5,
        tilt_db=-2,
        lowpass_hz=10000,
    ),
)

BOOMBAP = Style(
    name="boombap",
    title="Boom bap",
    tempo=(84, 96),
    minor=(
        "i7 | i7 | bVImaj7 | V7",
        "i7 | iv7 | i7 | V7#9",
        "i7 | bVII7 | bVImaj7 V7 | i7",
        "i9 | i9 | iv9 | iv9",
    ),
    major=("Imaj7 | vi7 | ii7 V7 | Imaj7", "I7 | I7 | IV7 | I7", "Imaj7 | Imaj7 | IVmaj7 | V7"),
    modes=("minor", "minor", "minor", "dorian", "major"),
    colour="seventh",
    feel=Feel(swing=0.58, unit=0.25, loose_ms=6, late_ms=8),
    form="beat",
    fill="drop",
    crash=False,
    cadence={"major": "V7", "minor": "V7#9"},
    valence=0.0,
    arousal=0.2,
    grooves=(
        Groove(
            {
                "kick": "x.*...x..xx...*.|x..*..x..xx...x.",
                "snare": "....x.......x...",
                "hat": "X.x.X.x.X.x.X.x.",
            },
            frozenset({"hat", "kick"}),
        ),
        Groove(
            {
                "kick": "x.x....*..x..*..|x.x....x..x.*...",
                "snare": "....x..g....x.g.",
                "hat": "X.x.X.xoX.x.X.x.",
                "open": "..............o.",
            },
            frozenset({"hat", "kick", "snare"}),
        ),
        Groove(
            {
                "kick": "x......xx.x.....",
                "snare": "....X.......X..g",
                "ride": "X.o.X.o.X.o.X.o.",
            },
            frozenset({"ride", "kick"}),
        ),
    ),
    players=(
        Player(
            "drums", "drums", ("kit_lofi", "kit_acoustic"), enters=0.2, send=Send(1, reverb=0.06)
        ),
        Player(
            "bass",
            "bass",
            ("upright_bass", "electric_bass", "sub_bass"),
            ("1-----1..1-...5.", "1--.1..1-.8.5.a.", "1-1...5.1-..7.a.", "1-----..1-5-..1."),
            enters=0.35,
            register=38,
            send=Send(1, reverb=0.02),
        ),
        Player(
            "chords",
            "chords",
            ("electric_piano", "piano", "organ", "muted_guitar", "strings"),
            (
                "x-------........",
                "x--...x-....x-..",
                "..x-....x-.x-...",
                "x-x-....x-......",
                "x.12.3..x.12.3..",
            ),
            register=60,
            velocity=0.65,
            gate=0.9,
            send=Send(0.5, pan=-0.15, reverb=0.18),
        ),
        Player(
            "counter",
            "chords",
            ("brass", "synth_brass", "strings"),
            ("X-..........x...", "......X-........", "X.X.........X-.."),
            enters=0.72,
            chance=0.6,
            register=64,
            voices=3,
            velocity=0.62,
            gate=0.7,
            send=Send(-4, pan=0.25, reverb=0.2),
        ),
        Player(
            "melody",
            "melody",
            ("vibraphone", "trumpet", "flute", "saxophone", "bell"),
            enters=0.55,
            register=72,
            velocity=0.6,
            send=Send(-3, pan=0.15, reverb=0.25, delay=0.2),
        ),
        Player(
            "texture",
            "texture",
            ("vinyl_crackle",),
            chance=0.7,
            velocity=0.5,
            send=Send(-21, reverb=0),
        ),
    ),
    tune=Tune(
        cells=(
            "x.x.x---........",
            "..x.x.x-x.......",
            "x--x--x.........",
            "x.xx..x-........",
            "x---....x.x.x---",
        ),
        steps="blues",
        rest=0.3,
        repeat=0.85,
    ),
    mix=Mix(
        room="room", reverb_seconds=0.8, width=0.4, tape=0.25, bitcrush=0.1, glue=0.6, tilt_db=-1
    ),
)

TRAP = Style(
    name="trap",
    title="Trap",
    tempo=(130, 150),
    minor=(
        "i | i | bVI | V",
        "i | bVI | i | V",
        "i | iv | i | bII",
        "i | i | bVI | bVII",
        "i | bVI | iv | V",
    ),
    major=("I | vi | IV | V", "I | I | IV | iv", "I | iii | IV | I"),
    modes=("minor", "minor", "minor", "phrygian", "harmonic minor"),
    feel=Feel(loose_ms=2),
    form="beat",
    fill="drop",
    crash=False,
    valence=-0.5,
    arousal=0.5,
    grooves=(
        Groove(
            {
                "kick": "x.....x...x.....|x.....x.....x...",
                "clap": "........x.......",
                "hat": "x.x.x.x.x.x.x.xr",
            },
            frozenset({"hat", "clap"}),
        ),
        Groove(
            {
                "kick": "x.....x...x.....|x.....x.x.x...x.",
                "clap": "........x.......",
                "snare": "........x.....g.",
                "hat": "x.x.xrx.x.x.xrxx",
                "open": "..............o.|................",
            },
            frozenset({"hat", "clap"}),
        ),
        Groove(
            {
                "kick": "x.........x..x..|x.......x.x.....",
                "clap": "........X.......",
                "hat": "xxx.x.xrx.xxx.x.",
                "rim": "......o......o..",
            },
            frozenset({"hat", "clap"}),
        ),
    ),
    players=(
        Player("drums", "drums", ("kit_808",), enters=0.3, send=Send(0, reverb=0.05)),
        Player(
            "bass",
            "bass",
            ("bass_808",),
            ("1-------..1-----", "1-----1---1-----|1-----1-----8---", "1---1-----1-----"),
            enters=0.4,
            register=33,
            gate=1.0,
            velocity=0.85,
            send=Send(1, reverb=0, drive=0.2),
        ),
        Player(
            "chords",
            "chords",
            ("bell", "piano", "synth_pluck", "koto", "harp"),
            (
                "1...2...3...2...",
                "1.2.3...4.3.2...",
                "4...3...2.1.....",
                "1.3.2.3.1.3.2.4.",
            ),
            register=66,
            velocity=0.6,
            send=Send(0.5, pan=-0.2, reverb=0.3, delay=0.2),
        ),
        Player(
            "texture",
            "pad",
            ("choir", "warm_pad", "strings"),
            register=60,
            velocity=0.5,
            spread=True,
            send=Send(-3, reverb=0.4),
        ),
        Player(
            "melody",
            "melody",
            ("flute", "saw_lead", "bell", "synth_pluck", "violin"),
            enters=0.6,
            register=72,
            velocity=0.6,
            send=Send(-2, pan=0.15, reverb=0.35, delay=0.3),
        ),
    ),
    tune=Tune(
        cells=(
            "x---x---x-x-x---",
            "x-----x-----x---",
            "x-x-x---x-------",
            "....x---x---x---",
            "x-------x-x-x-x-",
        ),
        rest=0.25,
        repeat=0.85,
    ),
    mix=Mix(room="hall", reverb_seconds=1.8, delay_beats=0.75, width=0.7, glue=0.6),
)

STYLES = (LOFI, BOOMBAP, TRAP)
