"""Songs: pop, country, folk."""

from __future__ import annotations

from engine.generators.sketch.rhythm import Feel
from engine.generators.sketch.score import Mix, Send
from engine.generators.sketch.styles.model import Groove, Player, Style, Tune

__all__ = ["STYLES"]

POP = Style(
    name="pop",
    title="Pop",
    tempo=(96, 122),
    minor=("i | bVI | bVII | i", "i | iv | bVI | V", "i | bVI | iv | v", "i | bVII | bVI | i"),
    major=("I | V | vi | IV", "I | vi | IV | V", "I | IV | V | IV", "I | IV | vi | V"),
    modes=("major", "major", "minor"),
    feel=Feel(loose_ms=5),
    fill="snare",
    valence=0.6,
    arousal=0.2,
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
                "kick": "x...x...x...x...",
                "clap": "....x.......x...",
                "hat": "x.xox.xox.xox.xo",
                "tambourine": "....o.......o...",
            },
            frozenset({"hat", "kick"}),
        ),
        Groove(
            {
                "kick": "x..x..x...x.....",
                "snare": "....x.......x...",
                "shaker": "xoxoxoxoxoxoxoxo",
            },
            frozenset({"shaker", "kick"}),
        ),
    ),
    players=(
        Player("drums", "drums", ("kit_acoustic", "kit_909", "kit_808"), enters=0.45, send=Send(0)),
        Player(
            "bass",
            "bass",
            ("electric_bass", "synth_bass"),
            ("1-------1-----5-", "1--1--1-1--1--a.", "1-1-1-1-1-1-1-a-", "1-----1-1---5-1-"),
            enters=0.42,
            register=36,
            send=Send(0, reverb=0.02, duck=0.2),
        ),
        Player(
            "chords",
            "chords",
            ("piano", "electric_piano", "steel_guitar", "ukulele"),
            ("x-------x-------", "x---x---x---x---", "x--x--x-x--x--x-", "b-x-x-x-b-x-x-x-"),
            register=62,
            velocity=0.65,
            strum=0.02,
            send=Send(-1, pan=-0.15, reverb=0.2),
        ),
        Player(
            "texture",
            "chords",
            ("synth_pluck", "clean_guitar", "arp_synth", "muted_guitar"),
            ("1.2.3.2.1.2.3.2.", "1..2..3.1..2..3.", "..1...2...3...2."),
            enters=0.55,
            chance=0.8,
            register=69,
            velocity=0.5,
            gate=0.7,
            send=Send(-6, pan=0.35, reverb=0.25, delay=0.3),
        ),
        Player(
            "texture",
            "pad",
            ("warm_pad", "strings", "supersaw"),
            enters=0.65,
            register=62,
            velocity=0.5,
            spread=True,
            send=Send(-6, reverb=0.4, duck=0.3),
        ),
        Player(
            "melody",
            "melody",
            ("saw_lead", "flute", "bell", "violin", "square_lead"),
            enters=0.5,
            register=72,
            velocity=0.68,
            send=Send(-1, pan=0.05, reverb=0.3, delay=0.2),
        ),
    ),
    tune=Tune(
        cells=("x-x-x-x-", "x--x--x-", "x-xxx---", "..x-x-x-", "x---x-x-", "xx-xx-x-"),
        steps="pentatonic",
    ),
    mix=Mix(room="plate", reverb_seconds=1.5, width=0.7, glue=0.5, tilt_db=0.5),
)

COUNTRY = Style(
    name="country",
    title="Country",
    tempo=(96, 128),
    minor=("i | bVI | bVII | i", "i | bVI | i | V", "i | bVII | bVI | i"),
    major=("I | IV | I | V", "I | I | IV | V", "I | vi | IV | V", "I | IV | V | I"),
    modes=("major", "major", "major", "minor"),
    feel=Feel(swing=0.56, unit=0.25, loose_ms=7),
    fill="snare",
    crash=False,
    valence=0.6,
    arousal=0.1,
    grooves=(
        Groove(
            {"kick": "x.......x.......", "snare": "gggxgggxgggxgggx"},
            frozenset({"kick"}),
        ),
        Groove(
            {
                "kick": "x.......x.......",
                "snare": "....x.......x...",
                "hat": "x.x.x.x.x.x.x.x.",
            },
            frozenset({"hat"}),
        ),
    ),
    players=(
        Player(
            "drums", "drums", ("kit_brush", "kit_acoustic"), enters=0.4, send=Send(-2, reverb=0.1)
        ),
        Player(
            "bass",
            "bass",
            ("upright_bass", "electric_bass"),
            ("1---....5---....", "1---..1.4---..a.", "1-------5-----a."),
            register=36,
            send=Send(-2, reverb=0.03),
        ),
        Player(
            "chords",
            "chords",
            ("steel_guitar",),
            ("b...x...f...x...", "b...x.u.f...x.u.", "b.2.3.2.f.2.3.2."),
            register=57,
            velocity=0.65,
            strum=0.05,
            send=Send(-1, pan=-0.25, reverb=0.12),
        ),
        Player(
            "texture",
            "chords",
            ("steel_guitar", "accordion", "piano"),
            ("1.2.3.2.4.3.2.3.", "x---------------", "12324232"),
            enters=0.6,
            chance=0.8,
            register=64,
            velocity=0.5,
            send=Send(-5, pan=0.4, reverb=0.15),
        ),
        Player(
            "melody",
            "melody",
            ("violin", "steel_guitar", "clean_guitar", "accordion"),
            enters=0.4,
            register=71,
            velocity=0.68,
            send=Send(-1, pan=0.1, reverb=0.2),
        ),
    ),
    tune=Tune(
        cells=("x-x-x-xx", "xxx-x-x-", "x--xx-x-", "x-xxx---", "x---x-x-", "xx-xx---"),
        steps="pentatonic",
    ),
    mix=Mix(room="room", reverb_seconds=1.0, width=0.6, glue=0.3),
)

FOLK = Style(
    name="folk",
    title="Folk",
    tempo=(84, 116),
    minor=("i | bVII | bVI | i", "i | bVI | iv | i", "i | bVI | iv | v", "i | bVII | i | bVI"),
    major=("I | IV | I | V", "I | vi | IV | V", "I | V | IV | I", "I | vi | IV | I"),
    modes=("major", "major", "minor", "dorian"),
    meters=("4/4", "4/4", "3/4", "6/8"),
    feel=Feel(loose_ms=9),
    fill="none",
    crash=False,
    valence=0.3,
    arousal=-0.4,
    grooves=(
        Groove({"kick": "x.......x.......", "shaker": "o.x.o.x.o.x.o.x."}, frozenset({"shaker"})),
        Groove(
            {"kick": "x.......x.x.....", "tambourine": "....x.......x..."},
            frozenset({"kick"}),
        ),
    ),
    players=(
        Player(
            "chords",
            "chords",
            ("steel_guitar", "nylon_guitar", "ukulele"),
            (
                "b...2...3...2...",
                "b.2.3.2.f.2.3.2.",
                "b.3.2.3.f.3.4.3.",
                "x---x-u-x-u-x-u-",
            ),
            register=57,
            velocity=0.66,
            strum=0.07,
            send=Send(0, pan=-0.15, reverb=0.18),
        ),
        Player(
            "bass",
            "bass",
            ("upright_bass", "cello"),
            ("1---------------", "1-------5-------", "1-------1-----a."),
            enters=0.5,
            register=36,
            velocity=0.62,
            send=Send(-1, reverb=0.1),
        ),
        Player(
            "drums",
            "drums",
            ("kit_brush", "kit_acoustic"),
            enters=0.6,
            chance=0.75,
            velocity=0.6,
            send=Send(1, reverb=0.12),
        ),
        Player(
            "melody",
            "melody",
            ("flute", "violin", "accordion", "clarinet", "steel_guitar"),
            enters=0.4,
            register=72,
            velocity=0.65,
            send=Send(-1, pan=0.15, reverb=0.25),
        ),
        Player(
            "counter",
            "counter",
            ("cello", "violin", "strings"),
            enters=0.65,
            chance=0.7,
            register=62,
            velocity=0.5,
            send=Send(-4, pan=0.35, reverb=0.3),
        ),
    ),
    tune=Tune(
        cells=("x-x-x-x-", "x--xx-x-", "x---x-x-", "x-xxx---", "x-x-x---", "x-xxx-x-"),
        rest=0.12,
    ),
    mix=Mix(room="room", reverb_seconds=1.3, width=0.6, glue=0.25),
)

STYLES = (POP, COUNTRY, FOLK)
