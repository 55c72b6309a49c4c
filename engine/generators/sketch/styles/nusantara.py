"""Music of Indonesia: dangdut, keroncong, gamelan."""

from __future__ import annotations

from engine.generators.sketch.rhythm import Feel
from engine.generators.sketch.score import Mix, Send
from engine.generators.sketch.styles.model import Groove, Player, Style, Tune

__all__ = ["STYLES"]

_KENDANG = (
    # "Tak" on the small head leads; "dang" before, and "dut" slides down on, the strong beats.
    Groove(
        {
            "snare": "..x...x...x.....",
            "mid_tom": "............x.x.",
            "kick": "x...........o...|x.......o.......",
            "rim": "....o.......o...",
        }
    ),
    Groove(
        {
            "snare": "..xx..x...xx....",
            "high_tom": "....x.....x.....",
            "mid_tom": "............x.xx",
            "kick": "x......x........",
            "hat": "x...x...x...x...",
        }
    ),
    Groove(
        {
            "kick": "x..x....x..x....",
            "low_tom": "......x.......x.",
            "snare": "..x.x.x...x.x.x.",
            "high_tom": "...............x",
            "rim": "x.x.x.x.x.x.x.x.",
        }
    ),
)

DANGDUT = Style(
    name="dangdut",
    title="Dangdut",
    tempo=(108, 138),
    minor=("i | i | bVI | i", "i | bVI | iv | V7", "i | iv | bVI V7 | i", "i | bVII | bVI | i"),
    major=("I | IV | V7 | I", "I | vi | IV V7 | I", "I | I | IV | V7"),
    modes=("minor", "minor", "minor", "major", "harmonic minor"),
    feel=Feel(loose_ms=5),
    fill="toms",
    crash=False,
    cadence={"major": "V7", "minor": "V7"},
    valence=0.5,
    arousal=0.4,
    grooves=(
        Groove(
            {
                "kick": "x.......x.......",
                "rim": "....x.......x...",
                "hat": "x.x.x.x.x.x.x.x.",
            },
            frozenset({"hat"}),
        ),
        Groove(
            {
                "kick": "x.....x.x.....x.",
                "snare": "....x.......x...",
                "hat": "x.x.x.x.x.x.x.x.",
                "tambourine": "..x...x...x...x.",
            },
            frozenset({"hat", "tambourine"}),
        ),
    ),
    players=(
        Player(
            "percussion",
            "drums",
            ("kit_gendang",),
            grooves=_KENDANG,
            velocity=0.8,
            send=Send(3, pan=0.1, reverb=0.12),
        ),
        Player(
            "drums",
            "drums",
            ("kit_acoustic",),
            enters=0.4,
            velocity=0.65,
            send=Send(-4, reverb=0.1),
        ),
        Player(
            "bass",
            "bass",
            ("electric_bass",),
            ("1---....5---1---", "1--.5-1-..5-1-5-", "1---5-8-..5-3-1-", "1-----5-8-5-3-a."),
            register=36,
            gate=0.9,
            send=Send(-1.5, reverb=0.02),
        ),
        Player(
            "chords",
            "chords",
            ("muted_guitar", "clean_guitar"),
            ("..x...x...x...x.", "..x.x.x...x.x.x.", "x.xux.xux.xux.xu"),
            register=62,
            velocity=0.58,
            gate=0.55,
            strum=0.03,
            send=Send(0, pan=-0.35, reverb=0.12),
        ),
        Player(
            "chords",
            "pad",
            ("strings", "organ"),
            enters=0.5,
            register=64,
            velocity=0.48,
            send=Send(-3, pan=0.2, reverb=0.3),
        ),
        Player(
            "melody",
            "melody",
            ("suling", "suling", "violin", "accordion", "clean_guitar"),
            enters=0.3,
            register=74,
            velocity=0.7,
            send=Send(0, pan=0.05, reverb=0.3, delay=0.15),
        ),
        Player(
            "counter",
            "counter",
            ("strings", "organ"),
            enters=0.7,
            register=67,
            velocity=0.5,
            send=Send(-5, pan=-0.2, reverb=0.3),
        ),
    ),
    tune=Tune(
        cells=(
            "x--x--x-x-x-x---",
            "x-x-xxx-x---....",
            "..x-xxx-x-x-x---",
            "x---x-xxx-------",
            "x-xxx-x-x--x----",
        ),
        leap=0.2,
    ),
    mix=Mix(room="plate", reverb_seconds=1.4, delay_beats=0.5, width=0.6, glue=0.45, tilt_db=0.5),
)

KERONCONG = Style(
    name="keroncong",
    title="Keroncong",
    tempo=(76, 100),
    minor=("i | iv | bVI V7 | i", "i | bVI | V7 | i", "i | iv | i | bVI V7"),
    major=(
        "I | I | V7 | I",
        "I | IV | I | V7",
        "I | IV | V7 | I",
        "I | vi | IV V7 | I",
    ),
    modes=("major", "major", "major", "minor"),
    feel=Feel(loose_ms=9),
    fill="none",
    crash=False,
    cadence={"major": "V7", "minor": "V7"},
    valence=0.2,
    arousal=-0.4,
    players=(
        Player(
            "chords",
            "chords",
            ("ukulele",),
            ("..x...x...x...x.", "..x.x.x...x.x.x.", "..xu..xu..xu..xu"),
            register=67,
            velocity=0.58,
            gate=0.5,
            strum=0.03,
            send=Send(-2, pan=-0.4, reverb=0.12),
        ),
        Player(
            "chords",
            "chords",
            ("ukulele", "steel_guitar"),
            ("1.3.2.3.4.3.2.3.", "1.2.3.2.4.2.3.2.", "x.24x.24x.24x.24"),
            register=69,
            velocity=0.5,
            gate=0.8,
            send=Send(-3, pan=0.4, reverb=0.12),
        ),
        Player(
            "texture",
            "elaborate",
            ("nylon_guitar",),
            enters=0.45,
            register=62,
            velocity=0.5,
            follow=2,
            send=Send(-4, pan=0.2, reverb=0.15),
        ),
        Player(
            "percussion",
            "bass",
            ("pizzicato", "cello"),
            ("1.5.1.513.5.1.35", "1..15.1.1..15.35", "1.1.5.131.1.5.53"),
            register=48,
            velocity=0.62,
            gate=0.4,
            send=Send(-1, pan=-0.15, reverb=0.1),
        ),
        Player(
            "bass",
            "bass",
            ("upright_bass",),
            ("1---....5---....", "1-------5-----a.", "1---5---1---a---"),
            register=38,
            send=Send(0, reverb=0.06),
        ),
        Player(
            "melody",
            "melody",
            ("violin", "flute", "clarinet"),
            register=73,
            velocity=0.66,
            send=Send(0, pan=0.05, reverb=0.28),
        ),
        Player(
            "counter",
            "counter",
            ("flute", "violin", "strings"),
            enters=0.6,
            register=79,
            velocity=0.46,
            send=Send(-5, pan=0.25, reverb=0.3),
        ),
    ),
    tune=Tune(
        cells=("x---x-x-", "x--xx---", "x-x-x-x-", "x---x---", "..x-x-x-", "x-----xx"),
        leap=0.25,
        rest=0.1,
    ),
    mix=Mix(room="room", reverb_seconds=1.4, width=0.6, tape=0.1, glue=0.25, tilt_db=-0.5),
)

GAMELAN = Style(
    name="gamelan",
    title="Gamelan",
    tempo=(66, 112),
    minor=("i | i | bVI | i5", "i | v5 | bVI | i", "i | i5 | bVI | i"),
    major=("I | V5 | vi | I", "I | I | V5 | I5", "I | vi | I | V5"),
    modes=("slendro", "pelog", "slendro"),
    colour="power",
    feel=Feel(loose_ms=7),
    form="flow",
    fill="none",
    crash=False,
    cadence={"major": "V5", "minor": "v5"},
    valence=0.0,
    arousal=-0.1,
    grooves=(
        Groove(
            {
                "kick": "x.....x.......x.",
                "mid_tom": "....x.......x...",
                "snare": "..o.......o...oo",
                "rim": "x...x...x...x...",
            },
            frozenset({"kick", "mid_tom"}),
        ),
        Groove(
            {
                "kick": "x..x....x..x..x.",
                "low_tom": "......x.......x.",
                "high_tom": "....x.x.....x.xx",
                "hat": "x...x...x...x...",
            },
            frozenset({"kick", "low_tom"}),
        ),
    ),
    players=(
        Player(
            "bass",
            "bass",
            ("gamelan",),
            ("1---------------", "1-------5-------"),
            register=45,
            velocity=0.75,
            gate=1.0,
            send=Send(0, reverb=0.35),
        ),
        Player(
            "melody",
            "melody",
            ("gamelan",),
            register=65,
            velocity=0.72,
            gate=1.0,
            send=Send(0, pan=-0.15, reverb=0.3),
        ),
        Player(
            "counter",
            "elaborate",
            ("gamelan",),
            ("x",),
            enters=0.3,
            register=72,
            velocity=0.55,
            gate=1.0,
            follow=2,
            send=Send(-3, pan=0.3, reverb=0.3),
        ),
        Player(
            "texture",
            "elaborate",
            ("gamelan", "marimba"),
            enters=0.5,
            register=79,
            velocity=0.48,
            gate=0.8,
            follow=4,
            send=Send(-5, pan=-0.35, reverb=0.3),
        ),
        Player(
            "percussion",
            "drums",
            ("kit_gendang",),
            enters=0.4,
            velocity=0.65,
            send=Send(-2, pan=0.1, reverb=0.25),
        ),
        Player(
            "melody",
            "melody",
            ("suling", "koto"),
            enters=0.6,
            chance=0.7,
            register=78,
            velocity=0.55,
            send=Send(-3, pan=0.2, reverb=0.4),
        ),
    ),
    tune=Tune(
        cells=("x---x---x---x---", "x---x---x-------", "x-x-x---x---x---", "x---x-x-x---x---"),
        leap=0.2,
        rest=0.05,
        repeat=0.85,
    ),
    mix=Mix(room="hall", reverb_seconds=2.4, width=0.7, glue=0.25),
)

STYLES = (DANGDUT, KERONCONG, GAMELAN)
