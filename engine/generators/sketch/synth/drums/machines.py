"""Kits of circuits: two drum machines and a game console."""

from __future__ import annotations

from engine.generators.sketch.synth.drums import hits, skins
from engine.generators.sketch.synth.drums.percussion import PERCUSSION, cow, toms
from engine.generators.sketch.synth.drums.stroke import Stroke, stroke

__all__ = ["CHIP", "EIGHT", "NINE"]

EIGHT: dict[str, Stroke] = {
    **PERCUSSION,
    "kick": stroke(
        skins.kick, -6.5, hertz=49, seconds=0.85, rise=3.2, drop=0.014, click=0.16, drive=1.3
    ),
    "rim": stroke(hits.bars, -16.5, 0.0, partials=((1667, 1.0, 0.03), (455, 0.7, 0.03)), click=0.3),
    "snare": stroke(
        skins.snare,
        -9,
        hertz=178,
        seconds=0.16,
        wires=0.55,
        wires_seconds=0.20,
        band=(900.0, 8500.0),
        crack=0.15,
    ),
    "clap": stroke(hits.clap, -9.5, hertz=1000.0, seconds=0.28),
    "cowbell": stroke(
        hits.bars, -16.5, -0.2, partials=((540, 1.0, 0.34), (800, 0.9, 0.34), (1620, 0.2, 0.1))
    ),
    **toms(86, 0.5, rise=1.35, tone=0.0, slap=0.06),
    "hat": stroke(hits.squares, -16.5, -0.12, seconds=0.06, low=7200),
    "pedal": stroke(hits.squares, -18.5, -0.12, seconds=0.045, low=7200),
    "open": stroke(hits.squares, -17.5, -0.12, seconds=0.5, low=7000),
    "crash": stroke(hits.squares, -15.5, 0.2, seconds=1.6, low=4200, noise=0.5),
    "splash": stroke(hits.squares, -14.5, -0.2, seconds=0.6, low=4800, noise=0.5),
    "china": stroke(hits.squares, -16.5, 0.3, seconds=1.0, low=3600, noise=0.6),
    "ride": stroke(hits.squares, -18.5, 0.25, seconds=0.7, low=5600, noise=0.05),
    "bell": stroke(hits.bars, -17.5, 0.25, partials=cow(1080, 0.5)),
    "clave": stroke(hits.bars, -15.5, 0.15, partials=((2500, 1.0, 0.06),)),
}
NINE: dict[str, Stroke] = {
    **EIGHT,
    "kick": stroke(
        skins.kick,
        -6,
        hertz=51,
        seconds=0.44,
        rise=6.5,
        drop=0.019,
        click=0.5,
        click_hz=5000.0,
        drive=1.9,
    ),
    "snare": stroke(
        skins.snare,
        -8.5,
        hertz=192,
        seconds=0.15,
        wires=0.72,
        wires_seconds=0.26,
        band=(1500.0, 11000.0),
        drive=1.4,
    ),
    "clap": stroke(hits.clap, -9.5, hertz=1250.0, seconds=0.2),
    "rim": stroke(
        hits.bars,
        -14.5,
        0.0,
        partials=((520, 1.0, 0.03), (1180, 0.8, 0.025), (2400, 0.4, 0.02)),
        click=0.5,
    ),
    **toms(92, 0.42, rise=1.6, tone=0.2, slap=0.1),
    "hat": stroke(hits.metal, -14.5, -0.12, seconds=0.075, low=5800, hiss=0.6, modes=50, stick=0.3),
    "pedal": stroke(hits.metal, -17.5, -0.12, seconds=0.05, low=5800, hiss=0.6, modes=50),
    "open": stroke(hits.metal, -14.5, -0.12, seconds=0.42, low=5200, hiss=0.6, modes=60),
    "crash": stroke(hits.metal, -13.5, 0.25, seconds=1.9, low=2200, hiss=0.75, modes=70),
    "ride": stroke(
        hits.metal, -15.5, 0.25, seconds=1.1, low=4200, hiss=0.25, modes=40, bell=(5300,)
    ),
}
CHIP: dict[str, Stroke] = {
    **PERCUSSION,
    "kick": stroke(
        skins.kick, -7.5, hertz=62, seconds=0.28, rise=7.0, drop=0.03, click=0.0, drive=3.0
    ),
    "rim": stroke(hits.burst, -15.5, seconds=0.06, low=2000, high=12000, swell=0.0005),
    "snare": stroke(hits.burst, -9.5, seconds=0.32, low=500, high=9500, swell=0.0005),
    "clap": stroke(hits.burst, -11.5, seconds=0.22, low=900, high=8000, swell=0.0005),
    **toms(110, 0.36, rise=2.2, tone=0.0, slap=0.0),
    "hat": stroke(hits.burst, -15.5, seconds=0.08, low=5000, high=16000, swell=0.0005),
    "pedal": stroke(hits.burst, -17.5, seconds=0.05, low=5000, high=16000, swell=0.0005),
    "open": stroke(hits.burst, -16.5, seconds=0.4, low=5000, high=16000, swell=0.0005),
    "crash": stroke(hits.burst, -14.5, seconds=1.5, low=1500, high=14000, swell=0.0005),
    "splash": stroke(hits.burst, -12.5, seconds=0.8, low=2500, high=14000, swell=0.0005),
    "china": stroke(hits.burst, -15.5, seconds=1.1, low=1200, high=14000, swell=0.0005),
    "ride": stroke(hits.burst, -17.5, seconds=0.2, low=6000, high=16000, swell=0.0005),
    "bell": stroke(hits.bars, -16.5, partials=((1760, 1.0, 0.12), (3520, 0.4, 0.1))),
}
