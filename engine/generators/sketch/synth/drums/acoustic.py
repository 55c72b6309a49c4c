"""Kits of wood, skin and bronze."""

from __future__ import annotations

from engine.generators.sketch.synth.drums import hits, skins
from engine.generators.sketch.synth.drums.percussion import PERCUSSION, cymbals, toms, wood
from engine.generators.sketch.synth.drums.stroke import Stroke, stroke

__all__ = ["ACOUSTIC", "BRUSH", "GENDANG", "LATIN", "LOFI", "ORCHESTRAL", "ROCK"]

ACOUSTIC: dict[str, Stroke] = {
    **PERCUSSION,
    "kick": stroke(
        skins.kick, -6.5, hertz=54, seconds=0.34, rise=2.6, drop=0.016, click=0.28, body=0.55
    ),
    "rim": stroke(hits.bars, -15.5, -0.1, partials=wood(1650, 0.06), click=0.6, click_hz=3500.0),
    "snare": stroke(
        skins.snare, -8.5, -0.06, hertz=196, seconds=0.20, wires=0.62, wires_seconds=0.24
    ),
    **toms(98, 0.62),
    **cymbals(0.075, 0.75, 2.6, 2.4),
}
ROCK: dict[str, Stroke] = {
    **ACOUSTIC,
    "kick": stroke(
        skins.kick,
        -5.5,
        hertz=58,
        seconds=0.38,
        rise=3.4,
        drop=0.014,
        click=0.65,
        click_hz=4200.0,
        body=0.5,
        drive=1.6,
    ),
    "snare": stroke(
        skins.snare,
        -7,
        -0.05,
        hertz=182,
        seconds=0.26,
        wires=0.6,
        wires_seconds=0.34,
        drive=1.8,
        crack=0.7,
    ),
    **toms(82, 0.85, slap=0.35),
    **cymbals(0.10, 0.95, 3.0, 2.4, 0.9),
}
BRUSH: dict[str, Stroke] = {
    **ACOUSTIC,
    "kick": stroke(
        skins.kick,
        -11.5,
        hertz=62,
        seconds=0.36,
        rise=1.8,
        drop=0.02,
        click=0.08,
        body=0.7,
        click_hz=1500.0,
    ),
    "clap": stroke(skins.brush, -15.5, 0.1, seconds=0.42, tap=0.15),
    "snare": stroke(skins.brush, -13.5, -0.08, seconds=0.26, tap=0.55),
    "rim": stroke(hits.bars, -18.5, -0.1, partials=wood(1500, 0.06), click=0.4),
    **toms(112, 0.6, slap=0.1),
    **cymbals(0.09, 0.6, 2.4, 2.9, 0.82),
}
LOFI: dict[str, Stroke] = {
    **ACOUSTIC,
    "kick": stroke(
        skins.kick,
        -6,
        hertz=56,
        seconds=0.30,
        rise=2.2,
        drop=0.02,
        click=0.14,
        click_hz=1800.0,
        body=0.4,
        drive=1.5,
    ),
    "snare": stroke(
        skins.snare,
        -9.5,
        hertz=172,
        seconds=0.15,
        wires=0.6,
        wires_seconds=0.18,
        band=(800.0, 5200.0),
        crack=0.25,
    ),
    **cymbals(0.06, 0.4, 1.6, 1.4, 0.8),
}
LATIN: dict[str, Stroke] = {
    **ACOUSTIC,
    "kick": stroke(
        skins.kick,
        -8.5,
        hertz=66,
        seconds=0.26,
        rise=1.9,
        drop=0.018,
        click=0.16,
        body=0.6,
        click_hz=2200.0,
    ),
    "snare": stroke(
        skins.skin, -11.5, -0.1, hertz=350, seconds=0.3, tone=1.4, slap=0.9, slap_hz=4200.0
    ),
    **toms(120, 0.5, slap=0.3),
    **cymbals(0.06, 0.5, 2.0, 1.9),
}
GENDANG: dict[str, Stroke] = {
    **PERCUSSION,
    # Kendang: "dung" and "dong" on the large head, "tong" and "tak" on the small one.
    "kick": stroke(
        skins.skin,
        -7.5,
        0.0,
        hertz=78,
        seconds=0.55,
        rise=1.5,
        drop=0.05,
        slap=0.18,
        slap_hz=900.0,
        tone=0.25,
    ),
    "snare": stroke(
        skins.skin,
        -10.5,
        0.12,
        hertz=410,
        seconds=0.10,
        rise=1.1,
        slap=1.3,
        slap_hz=2600.0,
        tone=0.9,
    ),
    "rim": stroke(
        skins.skin, -13.5, 0.2, hertz=520, seconds=0.07, slap=1.5, slap_hz=3300.0, tone=0.6
    ),
    "low_tom": stroke(
        skins.skin, -9.5, -0.12, hertz=118, seconds=0.5, rise=1.35, drop=0.06, slap=0.2, tone=0.35
    ),
    "mid_tom": stroke(
        skins.skin, -10.5, 0.1, hertz=212, seconds=0.36, rise=1.15, slap=0.3, tone=0.5
    ),
    "high_tom": stroke(
        skins.skin, -11.5, 0.22, hertz=318, seconds=0.28, rise=1.1, slap=0.4, tone=0.6
    ),
    # Kecrek plates, ceng-ceng, gong, kempul and ketuk.
    "hat": stroke(hits.metal, -16.5, -0.3, seconds=0.10, low=2600, modes=40, hiss=0.25),
    "pedal": stroke(hits.metal, -18.5, -0.3, seconds=0.06, low=2300, modes=40, hiss=0.25),
    "open": stroke(hits.metal, -16.5, -0.3, seconds=0.55, low=1500, modes=50, hiss=0.25),
    "crash": stroke(
        hits.bars,
        -9.5,
        partials=(
            (65.4, 1.0, 5.0),
            (66.6, 0.7, 5.0),
            (131.5, 0.5, 3.4),
            (178, 0.3, 2.4),
            (287, 0.16, 1.4),
            (421, 0.1, 0.9),
        ),
        click=0.0,
    ),
    "splash": stroke(hits.metal, -13.5, 0.4, seconds=1.0, low=1300, modes=60, hiss=0.2),
    "china": stroke(hits.metal, -16.5, 0.4, seconds=1.3, low=1100, modes=70, hiss=0.25),
    "ride": stroke(
        hits.bars,
        -13.5,
        0.35,
        partials=((466, 1.0, 0.3), (932, 0.2, 0.16), (1390, 0.25, 0.1)),
        click=0.15,
    ),
    "bell": stroke(
        hits.bars,
        -11.5,
        -0.35,
        partials=((233, 1.0, 1.8), (236, 0.5, 1.8), (470, 0.35, 1.0), (640, 0.2, 0.6)),
        click=0.05,
    ),
}
ORCHESTRAL: dict[str, Stroke] = {
    **PERCUSSION,
    "kick": stroke(
        skins.skin,
        -7.5,
        hertz=47,
        seconds=1.5,
        rise=1.3,
        drop=0.06,
        slap=0.12,
        slap_hz=500.0,
        tone=0.45,
    ),
    "rim": stroke(hits.bars, -16.5, 0.1, partials=wood(1250, 0.07), click=0.4),
    "snare": stroke(
        skins.snare,
        -10.5,
        0.12,
        hertz=236,
        seconds=0.14,
        wires=0.75,
        wires_seconds=0.30,
        crack=0.3,
        band=(1600.0, 8500.0),
    ),
    # Timpani: low, middle and high.
    "low_tom": stroke(
        skins.skin,
        -8.5,
        -0.2,
        hertz=73.4,
        seconds=1.9,
        rise=1.03,
        slap=0.12,
        slap_hz=700.0,
        tone=0.8,
    ),
    "mid_tom": stroke(
        skins.skin,
        -8.5,
        -0.05,
        hertz=98.0,
        seconds=1.7,
        rise=1.03,
        slap=0.12,
        slap_hz=800.0,
        tone=0.8,
    ),
    "high_tom": stroke(
        skins.skin,
        -8.5,
        0.1,
        hertz=130.8,
        seconds=1.5,
        rise=1.03,
        slap=0.12,
        slap_hz=900.0,
        tone=0.8,
    ),
    **cymbals(0.12, 0.9, 4.2, 3.4, 0.85),
    "china": stroke(
        hits.metal, -10.5, 0.0, seconds=6.0, low=110, high=6000, modes=200, hiss=0.12, slow=0.09
    ),
}
