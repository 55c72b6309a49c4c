"""The finished sound: loudness and peaks, no clicks, loops that loop, the same bytes, bounded."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pyloudnorm
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import maximum_filter1d
from scipy.signal import resample_poly

from engine.generators.sketch.compose import compose
from engine.generators.sketch.score import DRUM_KITS, Mix, Note, Part, Score, Send
from engine.generators.sketch.styles import STYLES
from engine.generators.sketch.synth import SAMPLE_RATE, Rendering
from engine.request import Request

ROOMS = ("dry", "room", "plate", "hall", "cathedral", "spring")


def rendered(score: Score) -> np.ndarray:
    rendering = Rendering(score)
    while rendering.steps_done < rendering.steps_total:
        rendering.step()
    return rendering.samples


def lufs(samples: np.ndarray) -> float:
    """By pyloudnorm; a piece of less than its block is repeated, which changes nothing."""
    return float(pyloudnorm.Meter(SAMPLE_RATE).integrated_loudness(samples))


def dbtp(samples: np.ndarray) -> float:
    """Four times oversampled by scipy, in stretches."""
    size = 1 << 17
    peak = max(
        np.abs(resample_poly(samples[max(0, at - 64) : at + size + 64], 4, 1, axis=0)).max()
        for at in range(0, len(samples), size)
    )
    return float(20 * np.log10(peak))


def clicks(samples: np.ndarray, ratio: float = 10.0, floor: float = 0.01) -> np.ndarray:
    """Frames whose second difference stands alone, far above what is around it.

    Even the hardest stroke goes on for a millisecond; a step or a broken join does not.
    """
    bend = np.abs(np.diff(samples, 2, axis=0)).max(axis=1)
    gap, width = 4, 220
    wide = np.pad(bend, gap + width, mode="reflect")
    around = maximum_filter1d(wide, width)
    before = around[width // 2 :][: len(bend)]
    after = around[width + 2 * gap + width // 2 :][: len(bend)]
    return np.flatnonzero((bend > floor) & (bend > ratio * np.maximum(before, after)))


def piece(*parts: Part, seconds: float = 8.0, mix: Mix | None = None, loop: bool = False) -> Score:
    mix = mix or Mix()
    return Score("test", 120.0, 4, "4/4", "C major", (), parts, mix, seconds, loop=loop, seed=3)


def band(kit: str = "kit_acoustic", beats: int = 16) -> tuple[Part, ...]:
    """Drums, bass, pad and tune, all the way through."""
    drums = [Note(b, 0.25, 36 if b % 2 == 0 else 38, 0.9) for b in range(beats)]
    drums += [Note(b / 2, 0.25, 42, 0.6) for b in range(2 * beats)]
    bass = [Note(b, 0.9, 36 + b % 5, 0.8) for b in range(beats)]
    pad = [Note(b, 4.0, pitch, 0.6) for b in range(0, beats, 4) for pitch in (60, 64, 67)]
    tune = [Note(b / 2, 0.45, 72 + (5 * b) % 12, 0.7) for b in range(2 * beats)]
    return (
        Part("Drums", "drums", kit, tuple(sorted(drums, key=lambda note: note.start))),
        Part("Bass", "bass", "electric_bass", tuple(bass), Send(duck=0.4)),
        Part("Pad", "chords", "warm_pad", tuple(pad), Send(-6, reverb=0.4, chorus=0.5, duck=0.6)),
        Part(
            "Tune", "melody", "electric_piano", tuple(tune), Send(reverb=0.3, delay=0.4, drive=0.3)
        ),
    )


@pytest.mark.parametrize("style", sorted(STYLES))
def test_every_style_is_levelled_and_clean(style: str) -> None:
    score = compose(Request(prompt=STYLES[style].title, duration=12, seed=11)).score
    # Crackling records and raindrops click on purpose.
    parts = tuple(part for part in score.parts if part.instrument not in ("vinyl_crackle", "rain"))
    samples = rendered(replace(score, parts=parts))
    assert samples.dtype == np.float32
    assert samples.shape == (round(score.seconds * SAMPLE_RATE), 2)
    assert np.isfinite(samples).all()
    assert lufs(samples) == pytest.approx(-14.0, abs=0.3)
    assert dbtp(samples) <= -1.0
    found = clicks(samples)
    assert not len(found), f"at {found[:5] / SAMPLE_RATE} s"
    assert np.abs(samples.mean(axis=0, dtype=np.float64)).max() < 5e-4
    assert np.abs(samples[[0, -1]]).max() < 1e-3
    # Both ears, and not the same thing in both.
    left, right = np.square(samples).mean(axis=0)
    assert abs(10 * np.log10(left / right)) < 3.0
    assert np.corrcoef(samples.T)[0, 1] < 0.999


@pytest.mark.parametrize("kit", DRUM_KITS)
def test_every_kit_is_levelled(kit: str) -> None:
    samples = rendered(piece(*band(kit)))
    assert lufs(samples) == pytest.approx(-14.0, abs=0.3)
    assert dbtp(samples) <= -1.0


SPARSE = {
    "one second": piece(*band(beats=2), seconds=1.0),
    "one clave": piece(
        Part("Clave", "percussion", "kit_latin", (Note(1, 0.1, 75, 0.4),)), seconds=1.0
    ),
    "far apart": piece(
        Part("Box", "melody", "music_box", (Note(0, 1, 84, 0.5), Note(28, 1, 79, 0.2))),
        seconds=20.0,
    ),
    "hardly there": piece(
        Part("Wind", "texture", "wind", (Note(0, 16, 60, 0.05),), Send(-60, reverb=0.0))
    ),
    "all at once": piece(
        *(replace(part, send=replace(part.send, gain_db=24)) for part in band("kit_909"))
    ),
    "low only": piece(Part("Sub", "bass", "sub_bass", (Note(0, 15, 26, 0.9),))),
}


@pytest.mark.parametrize("name", SPARSE)
def test_extremes_are_levelled_too(name: str) -> None:
    samples = rendered(SPARSE[name])
    assert lufs(samples) == pytest.approx(-14.0, abs=1.0)
    assert dbtp(samples) <= -1.0
    assert not len(clicks(samples))


def test_silence_stays_silence() -> None:
    empty = rendered(piece(Part("Nobody", "melody", "piano", ())))
    assert not empty.any()


def test_a_click_would_be_found() -> None:
    drums, bass, pad, tune = band()
    for parts, step in (((drums, bass, pad, tune), 0.3), ((bass, pad, tune), 0.15)):
        samples = rendered(piece(*parts))
        assert not len(clicks(samples))
        # A join that is off by so much of full scale, between two notes.
        samples[5 * SAMPLE_RATE + 9000 :] += step
        assert len(clicks(samples))


@pytest.mark.parametrize("room", ROOMS)
def test_a_loop_meets_itself(room: str) -> None:
    mix = Mix(room=room, reverb_seconds=4.0, tape=0.5, bitcrush=0.2, glue=0.6)
    rain = Part("Rain", "texture", "sea", (Note(0, 16, 60, 0.8),), Send(-6))
    tune = band("kit_909")
    samples = rendered(piece(*tune, rain, mix=mix, loop=True))
    assert len(samples) == 8 * SAMPLE_RATE
    assert lufs(np.tile(samples, (2, 1))) == pytest.approx(-14.0, abs=0.3)
    assert dbtp(np.tile(samples, (2, 1))) <= -1.0
    # Turned round so that the join lies in the middle, it is like any other moment.
    turned = np.roll(samples, len(samples) // 2, axis=0)
    assert not len(clicks(turned))


@pytest.mark.parametrize("instrument", ["warm_pad", "strings", "organ", "tape_hiss"])
def test_a_held_sound_is_even_across_the_join(instrument: str) -> None:
    role = "texture" if instrument == "tape_hiss" else "chords"
    part = Part("Held", role, instrument, (Note(0, 16, 55, 0.8),), Send(reverb=0.5))
    mix = Mix(room="hall", reverb_seconds=3.0, tape=0.4, glue=0.6)
    samples = rendered(piece(part, mix=mix, loop=True))
    turned = np.roll(samples, len(samples) // 2, axis=0)
    power = sliding_window_view(np.square(turned).mean(axis=1), 8820)[::4410].mean(axis=1)
    middle = len(power) // 2
    join = 10 * np.log10(power[middle - 3 : middle + 3] / np.median(power))
    assert np.abs(join).max() < 4.0
    assert not len(clicks(turned, floor=0.003))


def test_what_rings_over_the_end_is_heard_at_the_start() -> None:
    last = Part("Bell", "melody", "bell", (Note(15.5, 0.5, 72, 0.9),), Send(reverb=0.5))
    samples = rendered(piece(last, mix=Mix(room="hall", reverb_seconds=3.0), loop=True))
    first_second = np.square(samples[:SAMPLE_RATE]).mean()
    assert 10 * np.log10(first_second / np.square(samples).mean()) > -6.0


def test_the_same_score_gives_the_same_bytes_and_another_seed_others() -> None:
    score = piece(*band("kit_lofi"))
    first, second = rendered(score), rendered(score)
    assert first.tobytes() == second.tobytes()
    assert rendered(replace(score, seed=4)).tobytes() != first.tobytes()


def test_ends_fade_and_written_endings_ring() -> None:
    score = piece(*band())
    faded = rendered(replace(score, fade_out=3.0))
    plain = rendered(score)
    at = slice(-SAMPLE_RATE, -SAMPLE_RATE // 2)
    assert np.square(faded[at]).mean() < 0.2 * np.square(plain[at]).mean()


LONG = """
from pathlib import Path
from engine.generators.sketch.compose import compose
from engine.generators.sketch.synth import Rendering
from engine.request import Request

score = compose(Request(prompt="cinematic strings", duration=600, seed=2)).score
rendering = Rendering(score)
while rendering.steps_done < rendering.steps_total:
    rendering.step()
assert len(rendering.samples) == round(score.seconds * 44100)
# Not getrusage: it also counts what the parent held when it started this process.
status = Path("/proc/self/status").read_text()
print(int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="measured through /proc")
def test_ten_minutes_fit_in_700_megabytes() -> None:
    done = subprocess.run([sys.executable, "-c", LONG], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 700
