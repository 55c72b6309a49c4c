"""What kits have in common: hand percussion, cymbals and toms."""

from __future__ import annotations

from engine.generators.sketch.synth.drums import hits, skins
from engine.generators.sketch.synth.drums.stroke import Stroke, stroke

__all__ = ["PERCUSSION", "cow", "cymbals", "toms", "wood"]

Partials = tuple[tuple[float, float, float], ...]
"""Each with its frequency (hertz), level and decay (seconds)."""


def wood(low: float, seconds: float) -> Partials:
    """A hollow block."""
    return ((low, 1.0, seconds), (low * 2.56, 0.5, seconds * 0.5), (low * 4.1, 0.2, seconds * 0.3))


def cow(low: float, seconds: float) -> Partials:
    """Folded sheet metal."""
    return (
        (low, 1.0, seconds),
        (low * 1.504, 0.85, seconds),
        (low * 2.55, 0.35, seconds * 0.5),
        (low * 3.98, 0.22, seconds * 0.35),
        (low * 5.1, 0.12, seconds * 0.25),
    )


PERCUSSION: dict[str, Stroke] = {
    "clap": stroke(hits.clap, -11.5),
    "tambourine": stroke(hits.burst, -15.5, 0.3, seconds=0.16, low=4500, high=14000, jingle=0.9),
    "cowbell": stroke(hits.bars, -16.5, -0.25, partials=cow(562, 0.32), click_hz=3000.0),
    "high_bongo": stroke(skins.skin, -13.5, 0.35, hertz=395, seconds=0.22, slap=0.5, rise=1.12),
    "low_bongo": stroke(skins.skin, -13.5, 0.25, hertz=296, seconds=0.28, slap=0.4, rise=1.12),
    "mute_conga": stroke(
        skins.skin, -13.5, -0.3, hertz=262, seconds=0.12, slap=0.9, slap_hz=2400.0
    ),
    "high_conga": stroke(skins.skin, -12.5, -0.3, hertz=233, seconds=0.42, slap=0.3, rise=1.1),
    "low_conga": stroke(skins.skin, -12.5, -0.15, hertz=165, seconds=0.5, slap=0.25, rise=1.1),
    "high_timbale": stroke(
        skins.skin, -14.5, 0.4, hertz=430, seconds=0.5, tone=1.3, slap=0.5, slap_hz=3500.0
    ),
    "low_timbale": stroke(
        skins.skin, -14.5, 0.3, hertz=320, seconds=0.55, tone=1.2, slap=0.5, slap_hz=3200.0
    ),
    "high_agogo": stroke(hits.bars, -19.5, 0.45, partials=cow(912, 0.5)),
    "low_agogo": stroke(hits.bars, -19.5, 0.45, partials=cow(684, 0.55)),
    "cabasa": stroke(hits.burst, -18.5, -0.4, seconds=0.11, low=5000, high=15000, swell=0.012),
    "maracas": stroke(hits.burst, -18.5, 0.5, seconds=0.06, low=4500, high=14000, swell=0.006),
    "guiro": stroke(hits.scrape, -18.5, -0.45),
    "clave": stroke(hits.bars, -16.5, 0.2, partials=((2480, 1.0, 0.11), (4950, 0.15, 0.05))),
    "block": stroke(hits.bars, -16.5, 0.3, partials=wood(860, 0.12)),
    "low_block": stroke(hits.bars, -16.5, 0.3, partials=wood(610, 0.14)),
    "triangle": stroke(
        hits.bars,
        -20.5,
        0.4,
        partials=(
            (1240, 0.3, 2.2),
            (3390, 0.7, 2.0),
            (5120, 1.0, 1.8),
            (7700, 0.8, 1.3),
            (10300, 0.5, 0.9),
        ),
    ),
    "mute_triangle": stroke(
        hits.bars, -20.5, 0.4, partials=((3390, 0.8, 0.14), (5120, 1.0, 0.12), (7700, 0.7, 0.1))
    ),
    "shaker": stroke(hits.burst, -18.5, 0.35, seconds=0.09, low=3800, high=13000, swell=0.016),
    "whistle": stroke(hits.bars, -21.5, 0.1, partials=((2350, 1.0, 0.3), (2410, 0.8, 0.3))),
    "bell_tree": stroke(
        hits.metal, -18.5, 0.3, seconds=1.6, low=3000, modes=60, hiss=0.0, slow=0.02
    ),
}


def cymbals(
    hat: float, open_: float, crash: float, ride: float, dark: float = 1.0
) -> dict[str, Stroke]:
    """Cymbals with these lengths in seconds; ``dark`` under 1 lowers them."""
    low = 3600 * dark
    return {
        "hat": stroke(
            hits.metal, -14.5, -0.28, seconds=hat, low=low * 1.4, hiss=0.45, modes=70, stick=0.5
        ),
        "pedal": stroke(hits.metal, -17.5, -0.28, seconds=hat * 0.75, low=low, hiss=0.35, modes=70),
        "open": stroke(
            hits.metal, -15.5, -0.28, seconds=open_, low=low * 1.15, hiss=0.4, modes=110
        ),
        "crash": stroke(
            hits.metal, -12.5, 0.38, seconds=crash, low=480 * dark, hiss=0.45, modes=190, slow=0.004
        ),
        "splash": stroke(
            hits.metal, -11.5, -0.4, seconds=crash * 0.4, low=900 * dark, hiss=0.5, modes=120
        ),
        "china": stroke(
            hits.metal, -13.5, 0.5, seconds=crash * 0.7, low=380 * dark, hiss=0.65, modes=150
        ),
        "ride": stroke(
            hits.metal,
            -14.5,
            0.3,
            seconds=ride,
            low=1900 * dark,
            hiss=0.2,
            modes=120,
            bell=(3120 * dark,),
            stick=0.3,
        ),
        "bell": stroke(
            hits.metal,
            -13.5,
            0.3,
            seconds=ride,
            low=2200 * dark,
            hiss=0.08,
            modes=50,
            bell=(940 * dark, 1520 * dark, 2690 * dark),
        ),
    }


def toms(hertz: float, seconds: float, **shape: object) -> dict[str, Stroke]:
    """Three drums upwards from ``hertz``."""
    steps = {"low_tom": (1.0, 0.4), "mid_tom": (1.34, 0.05), "high_tom": (1.72, -0.32)}
    return {
        name: stroke(
            skins.skin, -9.5, pan, hertz=hertz * ratio, seconds=seconds / ratio**0.4, **shape
        )
        for name, (ratio, pan) in steps.items()
    }
