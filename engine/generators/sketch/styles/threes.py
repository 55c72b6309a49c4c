"""Music in three: waltz, lullaby."""

from __future__ import annotations

from engine.generators.sketch.rhythm import Feel
from engine.generators.sketch.score import Mix, Send
from engine.generators.sketch.styles.model import Player, Style, Tune

__all__ = ["STYLES"]

WALTZ = Style(
    name="waltz",
    title="Waltz",
    tempo=(112, 168),
    minor=("i | i | iv | i | bVI | i | V7 | i", "i | V7 | bVI | i", "i | bVI | V7 | i"),
    major=(
        "I | I | IV | I | V7 | V7 | I | I",
        "I | IV | V7 | I | vi | IV | V7 | I",
        "I | IV | V7 | I",
    ),
    meters=("3/4",),
    modes=("major", "major", "minor"),
    feel=Feel(loose_ms=6),
    fill="none",
    crash=False,
    cadence={"major": "V7", "minor": "V7"},
    valence=0.4,
    arousal=-0.1,
    players=(
        Player(
            "bass",
            "bass",
            ("upright_bass", "cello"),
            ("1-....", "1-....|5-...."),
            register=40,
            velocity=0.7,
            send=Send(0, reverb=0.12),
        ),
        Player(
            "chords",
            "chords",
            ("accordion", "piano", "strings", "pizzicato"),
            ("..x.x.", "..x-x-", "b-x.x."),
            register=62,
            velocity=0.52,
            gate=0.7,
            send=Send(-2, pan=-0.2, reverb=0.22),
        ),
        Player(
            "melody",
            "melody",
            ("violin", "accordion", "clarinet", "flute", "strings"),
            register=74,
            velocity=0.7,
            send=Send(0, pan=0.1, reverb=0.28),
        ),
        Player(
            "counter",
            "counter",
            ("cello", "clarinet", "strings"),
            enters=0.6,
            register=62,
            velocity=0.48,
            send=Send(-4, pan=0.3, reverb=0.3),
        ),
        Player(
            "texture",
            "chords",
            ("harp", "music_box"),
            ("1.2.3.", "123432", "4.3.2."),
            enters=0.7,
            chance=0.6,
            register=72,
            velocity=0.42,
            send=Send(-6, pan=0.35, reverb=0.3),
        ),
    ),
    tune=Tune(
        cells=("x---x-", "x-x-x-", "x-----", "x--xx-", "xxx-x-", "x-xxx-"),
        leap=0.35,
        rest=0.05,
    ),
    mix=Mix(room="hall", reverb_seconds=1.8, width=0.6, glue=0.2),
)

LULLABY = Style(
    name="lullaby",
    title="Lullaby",
    tempo=(66, 92),
    minor=("i | iv | bVI | i | i | iv | V | i", "i | bVI | iv | V", "i | iv | bVI | i"),
    major=("I | IV | I | V", "I | vi | IV | V", "I | I | IV | I", "I | vi | IV | I"),
    meters=("3/4", "3/4", "4/4", "6/8"),
    modes=("major", "major", "major", "minor"),
    feel=Feel(loose_ms=6),
    form="flow",
    fill="none",
    crash=False,
    valence=0.4,
    arousal=-0.9,
    players=(
        Player(
            "melody",
            "melody",
            ("music_box", "music_box", "bell", "vibraphone"),
            register=79,
            velocity=0.66,
            send=Send(0, pan=0.08, reverb=0.35),
        ),
        Player(
            "chords",
            "chords",
            ("harp", "nylon_guitar", "felt_piano", "music_box"),
            ("1.2.3.", "b.2.3.", "1.3.2.", "123432"),
            register=62,
            velocity=0.5,
            send=Send(0, pan=-0.15, reverb=0.35),
        ),
        Player(
            "bass",
            "bass",
            ("cello", "pizzicato", "upright_bass"),
            ("1-----", "1-----|5-----"),
            enters=0.5,
            register=43,
            velocity=0.52,
            send=Send(0, reverb=0.3),
        ),
        Player(
            "texture",
            "pad",
            ("strings", "warm_pad", "choir"),
            enters=0.45,
            register=62,
            velocity=0.42,
            spread=True,
            send=Send(-6, reverb=0.45),
        ),
        Player(
            "counter",
            "counter",
            ("flute", "clarinet", "choir"),
            enters=0.65,
            chance=0.6,
            register=69,
            velocity=0.42,
            send=Send(-5, pan=0.25, reverb=0.4),
        ),
    ),
    tune=Tune(
        cells=("x-x-x-", "x---x-", "x-----", "x-xxx-", "x--xx-"),
        steps="pentatonic",
        leap=0.25,
        rest=0.05,
    ),
    mix=Mix(room="hall", reverb_seconds=2.2, width=0.6, glue=0.15, tilt_db=-0.5),
)

STYLES = (WALTZ, LULLABY)
