"""Strokes on skins: drums, and what strikes or sweeps them. Each returns (frames,) with a peak
near 1.
"""

from __future__ import annotations

import numpy as np

from engine.generators.sketch.synth.drums.edges import Rng, ended, peaked
from engine.generators.sketch.synth.dsp import (
    Floats,
    band_noise,
    decay,
    fade_in,
    filtered,
    frames,
    high_shelf,
    seconds_axis,
    single,
    soft_clip,
)
from engine.generators.sketch.synth.modal import Modes, ring

__all__ = ["brush", "kick", "skin", "snare"]


def _dropping(hertz: float, rise: float, drop: float, count: int) -> Floats:
    """A sine that starts ``rise`` times higher and drops to ``hertz`` within ``drop`` seconds."""
    time = seconds_axis(count)
    turns = hertz * time + hertz * (rise - 1) * drop * (1 - np.exp(-time / np.float32(drop)))
    return single(np.sin(2 * np.pi * turns))


def kick(
    rng: Rng,
    velocity: float,
    *,
    hertz: float,
    seconds: float,
    rise: float = 4.0,
    drop: float = 0.022,
    click: float = 0.3,
    click_hz: float = 3500.0,
    drive: float = 1.0,
    body: float = 0.0,
) -> Floats:
    """A falling sine with a beater; ``body`` adds the shell of an acoustic drum."""
    count = frames(seconds * 1.3)
    hold = frames(0.018)
    level = np.concatenate((np.ones(hold, np.float32), decay(count - hold, seconds)))
    out = _dropping(hertz, 1 + (rise - 1) * (0.6 + 0.4 * velocity), drop, count) * level
    if body:
        ratio = np.array([1.59, 2.14, 2.65, 3.5, 4.2])
        shell = Modes(
            hertz * 1.3 * ratio * rng.uniform(0.98, 1.02, 5),
            body * np.array([0.5, 0.4, 0.3, 0.25, 0.2]),
            np.array([0.16, 0.12, 0.1, 0.08, 0.06]),
            np.zeros(5),
        )
        out += ring(shell, count)
    beater = min(frames(0.05), count)
    noise = band_noise(rng, beater, click_hz * 0.15, click_hz * 1.6) * decay(beater, 0.025)
    out[:beater] += peaked(noise) * np.float32(click * (0.4 + 0.6 * velocity))
    soft = frames(0.0007)
    out[:soft] *= fade_in(soft)
    return peaked(ended(soft_clip(out, drive)))


def snare(
    rng: Rng,
    velocity: float,
    *,
    hertz: float,
    seconds: float,
    wires: float,
    wires_seconds: float,
    band: tuple[float, float] = (1200.0, 9000.0),
    drive: float = 1.0,
    crack: float = 0.4,
) -> Floats:
    """Two heads and the wires beneath; harder strokes open the wires and raise the crack."""
    count = frames(max(seconds, wires_seconds) * 1.2)
    tuned = hertz * rng.uniform(0.992, 1.008)
    head = _dropping(tuned, 1.35, 0.012, count) * decay(count, seconds)
    ratio = np.array([1.47, 1.83, 2.3, 2.9, 3.6])
    modes = Modes(
        tuned * ratio,
        np.array([0.5, 0.4, 0.22, 0.16, 0.1]),
        seconds * np.array([0.7, 0.55, 0.4, 0.3, 0.25]),
        rng.uniform(0, 1, 5),
    )
    head += ring(modes, count)
    noise = band_noise(rng, count, band[0], band[1])
    # Wires answer in two stages: a burst with the stroke, then their own rattle.
    rattle = 0.6 * decay(count, wires_seconds * 0.35) + 0.4 * decay(count, wires_seconds)
    out = peaked(head) * np.float32(1.0 - 0.45 * wires)
    out += peaked(noise * rattle) * np.float32(wires * (0.6 + 0.4 * velocity))
    short = min(frames(0.012), count)
    snap = band_noise(rng, short, 2500, 8000) * decay(short, 0.006)
    out[:short] += peaked(snap) * np.float32(crack * velocity)
    out[:22] *= fade_in(22)
    out = filtered(out, high_shelf(4500, -7 + 8 * velocity))
    return peaked(ended(soft_clip(peaked(out), drive)))


def skin(
    rng: Rng,
    velocity: float,
    *,
    hertz: float,
    seconds: float,
    rise: float = 1.25,
    drop: float = 0.04,
    slap: float = 0.2,
    slap_hz: float = 1800.0,
    tone: float = 0.5,
) -> Floats:
    """A tuned membrane: toms, congas, bongos, kendang. ``tone``: how much its overtones ring."""
    count = frames(seconds * 1.2)
    tuned = hertz * rng.uniform(0.996, 1.004)
    out = _dropping(tuned, 1 + (rise - 1) * (0.4 + 0.6 * velocity), drop, count)
    out *= decay(count, seconds)
    ratio = np.array([1.59, 2.14, 2.30, 2.65, 2.92, 3.5])
    modes = Modes(
        tuned * ratio,
        tone * np.array([0.55, 0.4, 0.25, 0.22, 0.18, 0.12]) * (0.5 + 0.5 * velocity),
        seconds * np.array([0.45, 0.34, 0.3, 0.26, 0.22, 0.18]),
        rng.uniform(0, 1.5, 6),
    )
    out += ring(modes, count)
    short = min(frames(0.03), count)
    stroke = band_noise(rng, short, slap_hz * 0.4, slap_hz * 2.2) * decay(short, 0.018)
    out[:short] += peaked(stroke) * np.float32(slap * (0.3 + 0.7 * velocity))
    out[:26] *= fade_in(26)
    return peaked(ended(out))


def brush(rng: Rng, velocity: float, *, seconds: float, tap: float, hertz: float = 190.0) -> Floats:
    """Wires of a brush swept over the head, and the tap that ends the sweep."""
    count = frames(seconds * 1.2)
    sweep = band_noise(rng, count, 1100, 7500)
    time = seconds_axis(count)
    shape = (1 - np.exp(-time / 0.012)) * np.exp(-4.5 * time / np.float32(seconds))
    out = peaked((sweep * shape).astype(np.float32)) * np.float32(0.75)
    head = _dropping(hertz, 1.2, 0.02, count) * decay(count, 0.16)
    head += 0.5 * peaked(band_noise(rng, count, 700, 3800) * decay(count, 0.035))
    out += head * np.float32(tap * (0.4 + 0.6 * velocity))
    out[:20] *= fade_in(20)
    return peaked(ended(out))
