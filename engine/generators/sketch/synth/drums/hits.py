"""Drum strokes: skins, metal, wood and noise. Each returns (frames,) with a peak near 1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.generators.sketch.synth.dsp import (
    SAMPLE_RATE,
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
    soft_clip,
    white,
)
from engine.generators.sketch.synth.modal import Modes, ring

__all__ = [
    "bars",
    "brush",
    "burst",
    "clap",
    "kick",
    "metal",
    "scrape",
    "skin",
    "snare",
    "squares",
]

Rng = np.random.Generator


def _peak(signal: Floats) -> Floats:
    signal /= np.float32(np.abs(signal).max() + 1e-9)
    return signal


def _ended(signal: Floats) -> Floats:
    """The last hundredth of a second faded out."""
    count = min(frames(0.01), len(signal))
    signal[-count:] *= fade_in(count)[::-1]
    return signal


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
    out[:beater] += _peak(noise) * np.float32(click * (0.4 + 0.6 * velocity))
    soft = frames(0.0007)
    out[:soft] *= fade_in(soft)
    return _peak(_ended(soft_clip(out, drive)))


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
    out = _peak(head) * np.float32(1.0 - 0.45 * wires)
    out += _peak(noise * rattle) * np.float32(wires * (0.6 + 0.4 * velocity))
    short = min(frames(0.012), count)
    snap = band_noise(rng, short, 2500, 8000) * decay(short, 0.006)
    out[:short] += _peak(snap) * np.float32(crack * velocity)
    out[:22] *= fade_in(22)
    out = filtered(out, high_shelf(4500, -7 + 8 * velocity))
    return _peak(_ended(soft_clip(_peak(out), drive)))


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
    out[:short] += _peak(stroke) * np.float32(slap * (0.3 + 0.7 * velocity))
    out[:26] *= fade_in(26)
    return _peak(_ended(out))


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
    out = _peak(ring(cloud, count))
    noise = filtered(white(rng, count), highpass(max(low, 2500.0)), highpass(low))
    noise *= 0.65 * decay(count, seconds * 0.4) + 0.35 * decay(count, seconds)
    out = out * np.float32(1.0 - 0.6 * hiss) + _peak(noise) * np.float32(hiss)
    if slow:
        out *= 1.0 - np.exp(-seconds_axis(count) / np.float32(slow))
    out = filtered(out, high_shelf(6500, -6 + 7 * velocity))
    if stick:
        wood = min(frames(0.05), count)
        knock = band_noise(rng, wood, 500.0, 5000.0) * decay(wood, 0.025)
        out[:wood] += _peak(knock) * np.float32(stick * np.abs(out).max())
    out[:8] *= fade_in(8)
    return _peak(_ended(out))


def squares(
    rng: Rng, velocity: float, *, seconds: float, low: float, noise: float = 0.15
) -> Floats:
    """The six clashing oscillators of a drum machine's metal."""
    count = frames(seconds * 1.15)
    time = np.arange(count) / SAMPLE_RATE + rng.uniform(0, 1)
    out = np.zeros(count, np.float32)
    for hertz in (205.3, 304.4, 369.6, 522.7, 540.0, 800.0):
        out += np.sign(np.sin(2 * np.pi * hertz * 1.31 * time)).astype(np.float32)
    out = _peak(filtered(out, highpass(low), highpass(low), lowpass(14_500)))
    out += noise * _peak(filtered(white(rng, count), highpass(low)))
    out *= 0.6 * decay(count, seconds * 0.6) + 0.4 * decay(count, seconds)
    out[:6] *= fade_in(6)
    return _peak(_ended(filtered(out, high_shelf(8000, -4 + 5 * velocity))))


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
    return _peak(_ended(filtered(out, highpass(450))))


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
    out[:short] += _peak(noise) * np.float32(click)
    out[:12] *= fade_in(12)
    return _peak(_ended(out))


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
    out = _peak((noise * level).astype(np.float32))
    if jingle:
        hertz = np.exp(rng.uniform(np.log(low), np.log(min(high, 13_000)), 24))
        modes = Modes(
            hertz, rng.uniform(0.2, 1, 24), rng.uniform(0.3, 1, 24) * seconds * 1.6, np.zeros(24)
        )
        out += _peak(ring(modes, count)) * np.float32(jingle * (0.5 + 0.5 * velocity))
    return _peak(_ended(out))


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
    return _peak(_ended((out * shape * (0.6 + 0.4 * velocity)).astype(np.float32)))


def brush(rng: Rng, velocity: float, *, seconds: float, tap: float, hertz: float = 190.0) -> Floats:
    """Wires of a brush swept over the head, and the tap that ends the sweep."""
    count = frames(seconds * 1.2)
    sweep = band_noise(rng, count, 1100, 7500)
    time = seconds_axis(count)
    shape = (1 - np.exp(-time / 0.012)) * np.exp(-4.5 * time / np.float32(seconds))
    out = _peak((sweep * shape).astype(np.float32)) * np.float32(0.75)
    head = _dropping(hertz, 1.2, 0.02, count) * decay(count, 0.16)
    head += 0.5 * _peak(band_noise(rng, count, 700, 3800) * decay(count, 0.035))
    out += head * np.float32(tap * (0.4 + 0.6 * velocity))
    out[:20] *= fade_in(20)
    return _peak(_ended(out))
