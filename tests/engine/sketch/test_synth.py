"""The synth's voices: in tune, alive at every edge, without clicks, and each its own."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from scipy.signal.windows import tukey
from threadpoolctl import threadpool_limits

from engine.generators.sketch.score import DRUM_KITS, INSTRUMENTS, Mix, Note, Part, Score, Send
from engine.generators.sketch.synth import SAMPLE_RATE, Rendering
from engine.generators.sketch.synth.bank import LAYERS, Bank, Voice, VoiceKey
from engine.generators.sketch.synth.drums import KITS, play_hit
from engine.generators.sketch.synth.dsp import rng_for
from engine.generators.sketch.synth.patches import PATCHES
from engine.generators.sketch.synth.wavetable import harmonics_below, phase_ramp, read, saw, tables

UNPITCHED = {"vinyl_crackle", "rain", "sea", "wind", "tape_hiss", "riser"}
PITCHED = sorted(set(INSTRUMENTS) - UNPITCHED)
PERCUSSION = range(35, 83)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """As the rendering has it; voices are small, and threads cost more than they give."""
    with threadpool_limits(1, user_api="blas"):
        yield


def voice(instrument: str, pitch: int, seconds: float, layer: int = 3) -> Voice:
    key = VoiceKey(instrument, pitch, layer)
    return Bank(1, {key: seconds}).get(key)


def cents_off(samples: np.ndarray, hertz: float) -> float:
    """How far the fundamental is from ``hertz``: the mean speed of its phase, in cents."""
    bins = np.fft.fftfreq(samples.shape[-1], 1 / SAMPLE_RATE)
    # Only the fundamental, a tone to either side, and only its positive half: a turning phasor.
    outside = np.abs(np.log2(np.maximum(bins, 1e-3) / hertz)) > 2 / 12
    speed = 0j
    for channel in np.atleast_2d(samples):
        spectrum = np.fft.fft(channel)
        spectrum[outside] = 0
        phasor = np.fft.ifft(spectrum)
        # Weighted by power, so that moments between two beats count for nothing.
        speed += np.sum(phasor[1:] * np.conj(phasor[:-1]))
    return float(1200 * np.log2(np.angle(speed) / (2 * np.pi) * SAMPLE_RATE / hertz))


def fingerprint(samples: np.ndarray) -> np.ndarray:
    """Loudness over time and frequency, coarse, levelled: what one voice sounds like."""
    mono = (samples if samples.ndim == 1 else samples.mean(axis=0))[: SAMPLE_RATE // 2]
    mono = np.pad(mono, (0, SAMPLE_RATE // 2 - len(mono)))
    windows = mono[: 21 * 1024].reshape(21, 1024) * np.hanning(1024)
    power = np.square(np.abs(np.fft.rfft(windows, axis=1)))
    edges = np.unique(np.geomspace(1, 512, 22).astype(int))
    bands = 10 * np.log10(np.add.reduceat(power, edges, axis=1) + 1e-9)
    return np.maximum(bands - bands.max(), -70.0).ravel()


def test_every_name_of_the_score_can_be_played() -> None:
    assert set(PATCHES) == set(INSTRUMENTS)
    assert set(DRUM_KITS) == KITS


@pytest.mark.parametrize("instrument", PITCHED)
def test_is_in_tune_over_its_range(instrument: str) -> None:
    low, high = INSTRUMENTS[instrument].low, INSTRUMENTS[instrument].high
    for pitch in (low, (low + high) // 2, high):
        hertz = 440 * 2 ** ((pitch - 69) / 12)
        samples = voice(instrument, pitch, 4.0).samples
        if not PATCHES[instrument].endless:  # those are measured over their whole cycle
            # After the attack: scoops and drops of pitch belong to it.
            samples = samples[..., SAMPLE_RATE // 12 : 4 * SAMPLE_RATE]
            samples = samples * tukey(samples.shape[-1], 0.05)
        assert cents_off(samples, hertz) == pytest.approx(0.0, abs=3.0), pitch


def test_a_mistuned_voice_would_be_heard() -> None:
    table = tables(saw(harmonics_below(220.0))[None, :])[0]
    sharp = read(table, phase_ramp(2 * SAMPLE_RATE, 220.0 * 2 ** (5 / 1200)))
    assert cents_off(sharp * tukey(len(sharp), 0.05), 220.0) == pytest.approx(5.0, abs=0.1)


@pytest.mark.parametrize("instrument", sorted(INSTRUMENTS))
def test_sounds_at_the_edges_of_range_length_and_strength(instrument: str) -> None:
    low, high = INSTRUMENTS[instrument].low, INSTRUMENTS[instrument].high
    below, above = max(low - 12, 12), min(high + 12, 120)
    edges = [(low, 0.8, 1), (high, 0.8, 1), (below, 0.005, LAYERS), (above, 0.005, LAYERS)]
    for pitch, seconds, layer in (*edges, (below, 14.0, LAYERS), (above, 14.0, LAYERS)):
        samples = voice(instrument, pitch, seconds, layer).samples
        assert samples.dtype == np.float32
        assert np.isfinite(samples).all()
        assert 0.01 < np.abs(samples).max() < 2.0, (pitch, seconds, layer)


@pytest.mark.parametrize("instrument", sorted(INSTRUMENTS))
def test_notes_start_and_end_without_a_click(instrument: str) -> None:
    pitch = (INSTRUMENTS[instrument].low + INSTRUMENTS[instrument].high) // 2
    note = Note(1.0, 0.7, pitch, 0.8)
    part = Part("Solo", "melody", instrument, (note,), Send(reverb=0.0))
    score = Score("test", 60.0, 4, "4/4", "C major", (), (part,), Mix(glue=0.0), 6.0)
    samples = rendered(score).mean(axis=1)
    edge = SAMPLE_RATE // 1000
    loudest = np.abs(samples).max()
    onset = samples[SAMPLE_RATE : SAMPLE_RATE + 4]
    assert np.abs(onset).max() < 0.12 * loudest
    # After the release there is nothing, and it got there gradually.
    release = SAMPLE_RATE + round((0.7 + PATCHES[instrument].release) * SAMPLE_RATE)
    assert np.abs(samples[release + edge :]).max() < 0.02 * loudest
    assert np.abs(samples[release - edge : release]).max() < 0.05 * loudest


def rendered(score: Score) -> np.ndarray:
    rendering = Rendering(score)
    while rendering.steps_done < rendering.steps_total:
        rendering.step()
    return rendering.samples


def test_no_two_instruments_sound_alike() -> None:
    prints = {}
    for name, instrument in INSTRUMENTS.items():
        pitch = min(max(55, instrument.low), instrument.high)
        prints[name] = fingerprint(voice(name, pitch, 1.0).samples)
    names = sorted(prints)
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            apart = np.sqrt(np.mean(np.square(prints[one] - prints[other])))
            assert apart > 2.0, (one, other)


@pytest.mark.parametrize("kit", DRUM_KITS)
def test_every_stroke_of_a_kit_sounds(kit: str) -> None:
    for pitch in PERCUSSION:
        for velocity in (0.25, 1.0):
            stroke = play_hit(kit, pitch, velocity, rng_for("test", kit, pitch))
            assert stroke.dtype == np.float32
            assert stroke.shape[0] == 2
            assert np.isfinite(stroke).all()
            assert 0.02 < np.abs(stroke).max() < 1.0, pitch
            assert np.abs(stroke[:, 0]).max() < 0.25 * np.abs(stroke).max(), pitch
            assert np.abs(stroke[:, -1]).max() < 0.005 * np.abs(stroke).max(), pitch


@pytest.mark.parametrize("tonic", [0, 3, 8])
@pytest.mark.parametrize("kit", ["kit_acoustic", "kit_rock", "kit_808", "kit_909", "kit_lofi"])
def test_drums_are_tuned_to_the_key(kit: str, tonic: int) -> None:
    """The kick rings on the tonic, a tom on the tonic or its fifth; within a quarter tone."""
    for drum, fits in ((36, {0}), (41, {0, 7}), (48, {0, 7})):
        stroke = play_hit(kit, drum, 0.8, rng_for(1), tonic).mean(axis=0)
        ringing = stroke[SAMPLE_RATE // 10 : SAMPLE_RATE // 2]  # after the drop of pitch
        lines = np.abs(np.fft.rfft(ringing * np.hanning(len(ringing)), 1 << 18))
        hertz = float(lines.argmax()) * SAMPLE_RATE / (1 << 18)
        degree = (12 * np.log2(hertz / 261.63) - tonic) % 12
        assert min(min(abs(degree - fit), 12 - abs(degree - fit)) for fit in fits) < 0.5, hertz


@pytest.mark.parametrize("pitch", [36, 38, 42, 45])
def test_no_two_kits_sound_alike(pitch: int) -> None:
    prints = {kit: fingerprint(play_hit(kit, pitch, 0.75, rng_for(1))) for kit in DRUM_KITS}
    for one in DRUM_KITS:
        for other in DRUM_KITS:
            if one < other:
                apart = np.sqrt(np.mean(np.square(prints[one] - prints[other])))
                assert apart > 2.0, (one, other)


@pytest.mark.parametrize("instrument", ["piano", "saw_lead", "flute", "synth_bass", "trumpet"])
def test_harder_is_brighter(instrument: str) -> None:
    pitch = INSTRUMENTS[instrument].low + 12

    def brightness(layer: int) -> float:
        mono = np.atleast_2d(voice(instrument, pitch, 1.0, layer).samples).mean(axis=0)
        lines = np.abs(np.fft.rfft(mono))
        return float((lines * np.arange(len(lines))).sum() / lines.sum())

    assert brightness(4) > 1.05 * brightness(1)


def test_forgotten_voices_come_back_the_same() -> None:
    keys = {VoiceKey("piano", pitch, 2): 2.0 for pitch in range(50, 60)}
    roomy, tight = Bank(5, keys), Bank(5, keys, limit=1_000_000)
    for key in (*keys, *keys):
        assert np.array_equal(roomy.get(key).samples, tight.get(key).samples)
    kept = tight._voices.values()
    assert sum(voice.samples.nbytes for voice in kept) <= 1_000_000


def test_closing_the_hat_stops_the_open_one() -> None:
    def hats(*pitches: int) -> np.ndarray:
        notes = tuple(Note(index / 2, 0.1, pitch, 0.8) for index, pitch in enumerate(pitches))
        part = Part("Drums", "drums", "kit_rock", notes, Send(reverb=0.0))
        score = Score("test", 120.0, 4, "4/4", "C major", (), (part,), Mix(), 2.0)
        return rendered(score)

    open_then_closed, open_alone = hats(46, 42), hats(46)
    late = slice(round(0.6 * SAMPLE_RATE), None)
    ratio = np.square(open_alone[late]).sum() / np.square(open_alone).sum()
    choked = np.square(open_then_closed[late]).sum() / np.square(open_then_closed).sum()
    assert choked < 0.2 * ratio


def test_the_kick_pushes_down_what_ducks() -> None:
    kick = Part("Drums", "drums", "kit_909", (Note(2.0, 0.5, 36, 0.9),), Send(-90, reverb=0))
    pad = Part("Pad", "chords", "warm_pad", (Note(0, 8, 60, 0.8),), Send(reverb=0.0))
    ducked = replace(pad, send=Send(reverb=0.0, duck=1.0))

    def level_after_kick(part: Part) -> float:
        parts = (kick, part)
        samples = rendered(Score("t", 60.0, 4, "4/4", "C", (), parts, Mix(glue=0.0), 8.0))
        a, b = (round(t * SAMPLE_RATE) for t in (2.02, 2.12))
        c, d = (round(t * SAMPLE_RATE) for t in (4.0, 6.0))
        near, far = samples[a:b], samples[c:d]
        return float(np.sqrt(np.mean(near**2) / np.mean(far**2)))

    assert level_after_kick(ducked) < 0.5 * level_after_kick(pad)
