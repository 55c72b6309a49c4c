"""Strokes on metal, wood and hands. Each returns (frames,) with a peak near 1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.generators.sketch.synth.drums.edges import Rng, ended, peaked
from engine.generators.sketch.synth.dsp import (
    Floats,
    band_noise,
    bandpass,
    decay,
    fade_in,
    filtered,
    frames,
    high_shelf,
    highpass,
    lowpass,
    seconds_axis,
    single,
    white,
)
from engine.generators.sketch.synth.modal import Modes, ring
from engine.generators.sketch.synth.wavetable import phase_ramp

__all__ = ["bars", "burst", "clap", "metal", "scrape", "squares"]


def metal(
    rng: Rng,
    velocity: float,
    *,
    seconds: float,
    low: float,
    high: float = 15_000.0,
    modes: int = 90,
    hiss: float = 0.5,
    bell: Sequence[float] = (),
    slow: float = 0.0,
    stick: float = 0.0,
) -> Floats:
    """Cymbals and hats: a cloud of partials and hiss; ``bell`` adds pitches, ``slow`` a bloom,
    ``stick`` the wood that strikes.
    """
    count = frames(seconds * 1.15)
    hertz = np.exp(rng.uniform(np.log(low), np.log(high), modes))
    loud = rng.uniform(0.3, 1.0, modes) / np.sqrt(modes)
    # The treble goes first.
    fall = seconds * rng.uniform(0.5, 1.0, modes) * (low / hertz) ** 0.35
    cloud = Modes(hertz, loud, fall, rng.uniform(0, 2 * np.pi, modes))
    if bell:
        pitch = np.array(bell) * rng.uniform(0.997, 1.003)
        cloud = cloud + Modes(
            pitch,
            np.linspace(0.5, 0.25, len(pitch)),
            np.full(len(pitch), seconds * 0.6),
            np.zeros(len(pitch)),
        )
    out = peaked(ring(cloud, count))
    noise = filtered(white(rng, count), highpass(max(low, 2500.0)), highpass(low))
    noise *= 0.65 * decay(count, seconds * 0.4) + 0.35 * decay(count, seconds)
    out = out * np.float32(1.0 - 0.6 * hiss) + peaked(noise) * np.float32(hiss)
    if slow:
        out *= 1.0 - np.exp(-seconds_axis(count) / np.float32(slow))
    out = filtered(out, high_shelf(6500, -6 + 7 * velocity))
    if stick:
        wood = min(frames(0.05), count)
        knock = band_noise(rng, wood, 500.0, 5000.0) * decay(wood, 0.025)
        out[:wood] += peaked(knock) * np.float32(stick * np.abs(out).max())
    out[:8] *= fade_in(8)
    return peaked(ended(out))


def squares(
    rng: Rng, velocity: float, *, seconds: float, low: float, noise: float = 0.15
) -> Floats:
    """The six clashing oscillators of a drum machine's metal."""
    count = frames(seconds * 1.15)
    since = rng.uniform(0, 1)
    out = np.zeros(count, np.float32)
    for hertz in (205.3, 304.4, 369.6, 522.7, 540.0, 800.0):
        tuned = hertz * 1.31
        turn = phase_ramp(count, tuned, tuned * since).view(np.int32)
        out += single(turn >> 31 | 1)  # up in the first half of each turn, down in the second
    out = peaked(filtered(out, highpass(low), highpass(low), lowpass(14_500)))
    out += noise * peaked(filtered(white(rng, count), highpass(low)))
    out *= 0.6 * decay(count, seconds * 0.6) + 0.4 * decay(count, seconds)
    out[:6] *= fade_in(6)
    return peaked(ended(filtered(out, high_shelf(8000, -4 + 5 * velocity))))


def clap(
    rng: Rng, velocity: float, *, hertz: float = 1100.0, seconds: float = 0.22, hands: int = 4
) -> Floats:
    """Several pairs of hands, then the room."""
    count = frames(seconds * 1.3)
    level = np.zeros(count, np.float32)
    at = 0.0
    for _ in range(hands):
        start = frames(at)
        level[start:] = np.maximum(level[start:], decay(count - start, 0.022))
        at += rng.uniform(0.008, 0.012)
    start = frames(at - 0.008)
    level[start:] = np.maximum(level[start:], decay(count - start, seconds) * 0.75)
    noise = white(rng, count)
    out = filtered(noise, bandpass(hertz, 1.1)) + 0.35 * filtered(noise, bandpass(hertz * 2.4, 1.2))
    out = out * level * np.float32(0.7 + 0.3 * velocity)
    out[:10] *= fade_in(10)
    return peaked(ended(filtered(out, highpass(450))))


def bars(
    rng: Rng,
    velocity: float,
    *,
    partials: Sequence[tuple[float, float, float]],
    click: float = 0.1,
    click_hz: float = 4000.0,
) -> Floats:
    """Wood and small metal: partials as (hertz, level, seconds)."""
    hertz, level, seconds = np.array(partials, np.float64).T
    count = frames(float(seconds.max()) * 1.15)
    awake = np.where(np.arange(len(hertz)) > 0, 0.45 + 0.55 * velocity, 1.0)
    tuned = hertz * rng.uniform(0.997, 1.003)
    out = ring(Modes(tuned, level * awake, seconds, np.zeros(len(hertz))), count)
    short = min(frames(0.008), count)
    noise = band_noise(rng, short, click_hz * 0.5, click_hz * 1.8) * decay(short, 0.005)
    out[:short] += peaked(noise) * np.float32(click)
    out[:12] *= fade_in(12)
    return peaked(ended(out))


def burst(
    rng: Rng,
    velocity: float,
    *,
    seconds: float,
    low: float,
    high: float,
    swell: float = 0.01,
    jingle: float = 0.0,
) -> Floats:
    """Shakers and jingles: noise that swells and dies; ``jingle`` adds small cymbals."""
    count = frames((seconds + swell) * 1.3)
    noise = filtered(
        white(rng, count), highpass(low), lowpass(high), bandpass((low * high) ** 0.5, 0.7)
    )
    time = seconds_axis(count)
    level = (1.0 - np.exp(-time / np.float32(swell))) * np.exp(-6.0 * time / np.float32(seconds))
    out = peaked((noise * level).astype(np.float32))
    if jingle:
        hertz = np.exp(rng.uniform(np.log(low), np.log(min(high, 13_000)), 24))
        modes = Modes(
            hertz, rng.uniform(0.2, 1, 24), rng.uniform(0.3, 1, 24) * seconds * 1.6, np.zeros(24)
        )
        out += peaked(ring(modes, count)) * np.float32(jingle * (0.5 + 0.5 * velocity))
    return peaked(ended(out))


def scrape(rng: Rng, velocity: float, *, seconds: float = 0.28, hertz: float = 2600.0) -> Floats:
    """A guiro: teeth passed one by one, quicker and quicker."""
    count = frames(seconds * 1.2)
    teeth = np.zeros(count, np.float32)
    at = np.cumsum(np.linspace(0.0125, 0.0065, int(seconds / 0.0095)))
    for time in at[at < seconds]:
        teeth[frames(float(time) * rng.uniform(0.99, 1.01))] = rng.uniform(0.6, 1.0)
    # Wood gives a little before it lets go.
    teeth = np.convolve(teeth, np.hanning(14).astype(np.float32))[:count]
    out = filtered(teeth, bandpass(hertz, 3.5)) + 0.4 * filtered(teeth, bandpass(hertz * 2.1, 4.0))
    shape = np.sin(np.pi * np.linspace(0.08, 0.98, count)) ** 0.7
    return peaked(ended((out * shape * (0.6 + 0.4 * velocity)).astype(np.float32)))
