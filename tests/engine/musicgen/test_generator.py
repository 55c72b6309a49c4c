"""MusicGen takes from request to sound, on self-made checkpoints: windows, ends and beginnings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
import torch
from audiocraft.models import MusicGen

from engine.audio.loudness import integrated_loudness
from engine.errors import AudioError, GenerationError, OutOfMemory
from engine.generators.musicgen import generator as generator_module
from engine.generators.musicgen import reference
from engine.generators.musicgen.conditions import encode_conditions
from engine.generators.musicgen.decoders.native import NativeDecoder
from engine.generators.musicgen.decoders.openvino import OpenVinoDecoder
from engine.generators.musicgen.decoders.torch import TorchDecoder
from engine.generators.musicgen.generator import (
    IN_COMPANY,
    INTERRUPTED,
    NO_LOOP,
    UNGUIDED,
    MusicGenGenerator,
)
from engine.generators.musicgen.level import even_out
from engine.generators.musicgen.reference import read_reference
from engine.generators.musicgen.windows import plan_windows
from engine.request import Request

GREEDY = {"top_k": 1, "seed": 3}


@pytest.fixture(scope="module")
def generator(melody: Any) -> MusicGenGenerator:
    """It knows four seconds at once, so that windows are short."""
    return MusicGenGenerator(melody, TorchDecoder(melody), "tiny", licence="none")


def grow(generator: MusicGenGenerator, request: Request, state: bytes | None = None) -> Any:
    song = generator.start(request, state)
    while song.steps_done < song.steps_total:
        generator.advance([song])
    return song


def saved_at(
    generator: MusicGenGenerator, request: Request, places: Sequence[int]
) -> tuple[Any, dict[int, bytes]]:
    """A whole take, and its checkpoints after some of its steps."""
    song, states = generator.start(request), {}
    while song.steps_done < song.steps_total:
        generator.advance([song])
        if song.steps_done in places:
            states[song.steps_done] = generator.checkpoint(song)
    return song, states


def by_audiocraft(checkpoint: Any, prompt: str, duration: float) -> torch.Tensor:
    model = MusicGen("own", checkpoint.codec, checkpoint.lm, max_duration=30.0)
    model.max_duration = checkpoint.max_seconds
    stride = 0.6 * checkpoint.max_seconds
    model.set_generation_params(use_sampling=False, duration=duration, extend_stride=stride)
    _, tokens = model.generate([prompt], return_tokens=True)
    return tokens[0]


@pytest.mark.parametrize("duration", [3.0, 4.0, 7.0, 9.3])
def test_long_pieces_are_audiocrafts_token_by_token(
    generator: MusicGenGenerator, melody: Any, duration: float
) -> None:
    song = grow(generator, Request(prompt="calm piano", duration=duration, **GREEDY))
    truth = by_audiocraft(melody, "calm piano", duration)
    assert torch.equal(song.codes, truth)
    audio = generator.finish(song)
    assert len(audio.samples) == pytest.approx(duration * audio.sample_rate, abs=640)


@pytest.mark.parametrize(
    ("decoder", "told"),
    [(NativeDecoder, False), (partial(TorchDecoder, precision="int8"), True)],
    ids=["native", "torch-int8"],
)
def test_what_low_precision_promises_of_a_resumed_take(
    melody: Any, decoder: Any, told: bool
) -> None:
    """The same tokens to the last one, or a word about it on the take."""
    generator = MusicGenGenerator(melody, decoder(melody), "tiny")
    request = Request(prompt="warm strings", duration=3, seed=9)
    whole, states = saved_at(generator, request, (60,))
    again = grow(generator, request, states[60])
    assert told or torch.equal(again.codes, whole.codes)
    assert (INTERRUPTED in generator.finish(again).facts.remarks) is told
    assert INTERRUPTED not in generator.finish(whole).facts.remarks


@pytest.mark.parametrize(
    ("decoder", "told"),
    [
        (TorchDecoder, False),
        (partial(OpenVinoDecoder, precision="fp32"), False),
        (OpenVinoDecoder, True),
        (NativeDecoder, False),
    ],
    ids=["torch", "openvino-fp32", "openvino-int8", "native"],
)
def test_takes_that_grow_together_are_the_takes_alone(
    melody: Any, tmp_path: Path, decoder: Any, told: bool
) -> None:
    """Different lengths, settings and beginnings; each joins when another is under way.

    By OpenVINO in int8 it is no promise, and the takes say so."""
    generator = MusicGenGenerator(melody, decoder(melody), "tiny")
    given = str(sound(tmp_path / "given.wav", 2.0, rate=32_000, channels=1))
    requests = [
        Request(prompt="calm piano", duration=5, seed=1, temperature=0.8),
        Request(prompt="drums", duration=2, seed=2, guidance=1.5),
        Request(prompt="", duration=2, seed=3, top_k=0, top_p=0.9),
        Request(prompt="rain", duration=2, seed=4, continue_from=given),
        Request(prompt="rain", duration=2, seed=5, melody=given),
    ]
    alone = [grow(generator, request) for request in requests]
    together: list[Any] = []
    rounds = 0
    while len(together) < len(requests) or any(s.steps_done < s.steps_total for s in together):
        if rounds % 30 == 0 and len(together) < len(requests):
            together.append(generator.start(requests[len(together)]))
        generator.advance([s for s in together if s.steps_done < s.steps_total])
        rounds += 1
    for one, other in zip(alone, together, strict=True):
        assert torch.equal(one.codes, other.codes)
    assert (IN_COMPANY in generator.finish(together[0]).facts.remarks) is told
    assert IN_COMPANY not in generator.finish(alone[0]).facts.remarks


@pytest.mark.parametrize("kind", ["words", "continuation", "melody", "both"])
def test_a_resumed_take_is_the_undisturbed_one(
    generator: MusicGenGenerator, tmp_path: Path, kind: str
) -> None:
    """Of two or three windows, sampled; it stops within them, and where the next one begins."""
    given = {}
    if kind in ("continuation", "both"):
        given["continue_from"] = str(sound(tmp_path / "given.wav", 1.5))
    if kind in ("melody", "both"):
        given["melody"] = str(sound(tmp_path / "tune.wav", 2.0))
    request = Request(prompt="warm strings", duration=5.5, seed=9, **given)
    first = generator.start(request).windows[0].steps(3)
    places = (1, 60, first - 1, first, first + 1, first + 30)
    whole, states = saved_at(generator, request, places)
    assert len(whole.windows) >= 2
    for steps, state in states.items():
        again = generator.start(request, state)
        assert again.steps_done == steps
        while again.steps_done < again.steps_total:
            generator.advance([again])
        assert torch.equal(again.codes, whole.codes), steps
    assert len(states) == len(places)


def test_a_checkpoint_is_not_mixed_with_another_model_precision_or_sound(
    generator: MusicGenGenerator, melody: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "tune.wav"
    request = Request(prompt="rain", duration=3, seed=1, melody=str(sound(file, 2.0)))
    _, states = saved_at(generator, request, [40])
    rough = MusicGenGenerator(melody, TorchDecoder(melody, "bf16"), "tiny")
    other = MusicGenGenerator(replace(melody), TorchDecoder(melody), "tiny")
    trained_on = MusicGenGenerator(replace(melody, digest="0"), TorchDecoder(melody), "tiny")
    with caplog.at_level("CRITICAL"):
        assert generator.start(request, states[40]).steps_done == 40
        assert other.start(request, states[40]).steps_done == 40, "the same, loaded again"
        assert rough.start(request, states[40]).steps_done == 0
        assert trained_on.start(request, states[40]).steps_done == 0
        sound(file, 1.9)
        assert generator.start(request, states[40]).steps_done == 0


def test_a_checkpoint_of_another_request_or_none_at_all_is_left_aside(
    generator: MusicGenGenerator, caplog: pytest.LogCaptureFixture
) -> None:
    begun = generator.start(Request(prompt="drums", duration=3, seed=1))
    generator.advance([begun])
    with caplog.at_level("CRITICAL"):
        whole = generator.checkpoint(begun) or b""
        torn = whole[:30] + bytes(200) + whole[230:]
        for state in (whole, whole[: len(whole) // 2], torn, b"rubbish", b""):
            prompt = "bass" if state is whole else "drums"
            request = Request(prompt=prompt, duration=3, seed=1)
            assert generator.start(request, state).steps_done == 0


def test_out_of_memory_costs_no_tokens(
    generator: MusicGenGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = Request(prompt="guitar", duration=3, seed=5)
    whole = grow(generator, request)
    song = generator.start(request)
    for _ in range(50):
        generator.advance([song])
    with monkeypatch.context() as patch:

        def full(*_: object) -> None:
            raise OutOfMemory("none left")

        patch.setattr(generator._decoder, "logits", full)
        with pytest.raises(OutOfMemory):
            generator.advance([song])
    assert song.steps_done == 50
    while song.steps_done < song.steps_total:
        generator.advance([song])
    assert torch.equal(song.codes, whole.codes)  # type: ignore[attr-defined]


def test_a_take_that_is_dropped_gives_its_row_to_others(melody: Any) -> None:
    decoder = NativeDecoder(melody)
    generator = MusicGenGenerator(melody, decoder, "tiny")
    for _ in range(3):
        songs = [generator.start(Request(prompt="rain", duration=9, seed=1)) for _ in range(2)]
        for _ in range(70):
            generator.advance(songs)
        for song in songs:
            generator.drop(song)
    generator.drop(generator.start(Request(prompt="rain", duration=9)))  # it has none yet
    assert len(decoder._free) == len(decoder._cache) == 16


def test_stop_here_keeps_what_can_be_heard(generator: MusicGenGenerator) -> None:
    song = generator.start(Request(prompt="rain", duration=30, seed=1))
    for _ in range(153):
        generator.advance([song])
    generator.stop_here(song)
    assert song.steps_done == song.steps_total
    audio = generator.finish(song)
    assert len(audio.samples) == 150 * audio.sample_rate // 50, "153 steps less 3 of delay"


@pytest.mark.parametrize("steps", [0, 2])
def test_stop_here_waits_for_something_to_keep(generator: MusicGenGenerator, steps: int) -> None:
    song = generator.start(Request(prompt="rain", duration=30, seed=1))
    for _ in range(steps):
        generator.advance([song])
    generator.stop_here(song)
    while song.steps_done < song.steps_total:
        generator.advance([song])
    assert (song.steps_done, len(generator.finish(song).samples)) == (4, 32_000 // 50)


def test_a_preview_is_the_beginning_of_its_take(generator: MusicGenGenerator) -> None:
    song: Any = generator.start(Request(prompt="piano", duration=9, seed=2))
    heard: list[Any] = []
    while song.steps_done < song.steps_total:
        generator.advance([song])
        generator.render([song])
        if (preview := generator.preview(song)) and len(preview[0]) > sum(map(len, heard[-1:])):
            heard.append(preview[0])
            assert song.frames_done * 640 - len(preview[0]) < 1.2 * 32_000, "not far behind"
    assert [len(samples) / 32_000 for samples in heard] == [2, 3, 4, 5, 6, 7, 8]
    sound = song.heard.finish(song.whole)
    assert all(np.array_equal(samples, sound[: len(samples)]) for samples in heard)


@pytest.mark.parametrize(("given", "stopped"), [(0.0, True), (1.5, False)])
def test_a_take_is_the_same_to_the_last_bit_whether_it_was_heard_or_resumed(
    generator: MusicGenGenerator, tmp_path: Path, given: float, stopped: bool
) -> None:
    request = Request(prompt="warm strings", duration=4.5, seed=9)
    if given:
        file = str(sound(tmp_path / "given.wav", given))
        request = request.model_copy(update={"continue_from": file})

    def made(*, heard: bool, resumed: bool) -> bytes:
        song = generator.start(request)
        while song.steps_done < (213 if stopped else song.steps_total):
            generator.advance([song])
            if heard:
                generator.render([song])
                generator.preview(song)
            if resumed and song.steps_done == 130:
                song = generator.start(request, generator.checkpoint(song))
        if stopped:
            generator.stop_here(song)
        return generator.finish(song).samples.tobytes()

    plain = made(heard=False, resumed=False)
    assert made(heard=True, resumed=False) == plain
    assert made(heard=True, resumed=True) == plain


def test_one_piece_is_rendered_at_a_time_of_who_is_behind(generator: MusicGenGenerator) -> None:
    songs: list[Any] = [
        generator.start(Request(prompt="rain", duration=5, seed=seed)) for seed in (1, 2)
    ]
    for steps, song in zip((230, 120), songs, strict=True):
        for _ in range(steps):
            generator.advance([song])
    seconds = []
    for _ in range(7):
        generator.render(songs)
        seconds.append(tuple(len(song.heard.sound) // 32_000 for song in songs))
    assert seconds == [(1, 0), (2, 0), (3, 0), (3, 1), (4, 1), (4, 2), (4, 2)]


def sound(path: Path, seconds: float, rate: int = 44_100, channels: int = 2) -> Path:
    samples = np.random.default_rng(1).normal(size=(round(seconds * rate), channels)) * 0.1
    sf.write(path, samples, rate)
    return path


def test_a_continuation_begins_with_what_was_given(
    generator: MusicGenGenerator, tmp_path: Path
) -> None:
    given = sound(tmp_path / "given.wav", 3.0, rate=32_000, channels=1)
    request = Request(prompt="drums", duration=2, seed=4, continue_from=str(given), continue_at=2.5)
    audio = generator.finish(grow(generator, request))
    assert len(audio.samples) == pytest.approx(4.5 * 32_000, abs=640)
    original = sf.read(given, dtype="float32", always_2d=True)[0][: 2 * 32_000]
    kept = audio.samples[: len(original)]
    gain = float(np.sum(kept * original) / np.sum(original**2))
    assert np.allclose(kept, original * gain, atol=1e-5), "as it was, at one level"


@pytest.mark.parametrize("seconds", [0.0, 2.5])
def test_an_even_level_over_windows(
    generator: MusicGenGenerator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """A codec that gets softer by a decibel from window to window, and a window that jumps up."""
    request = Request(prompt="drums", duration=30, seed=4)
    given = sound(tmp_path / "given.wav", 3.0, rate=32_000, channels=1)
    if seconds:
        request = request.model_copy(update={"continue_from": str(given), "continue_at": seconds})
    song: Any = generator.start(request)
    frames = round((seconds + request.duration) * 50)

    def drifting(codes: torch.Tensor, report: object = None) -> Any:
        noise = np.random.default_rng(1).normal(size=(codes.shape[1] * 640, 1)) * 0.02
        window = np.arange(len(noise)) / (2.4 * 32_000)
        decibels = 4 * ((window >= 3) & (window < 4)) - window
        return (noise * 10 ** (decibels[:, None] / 20)).astype(np.float32)

    monkeypatch.setattr(song.heard, "finish", drifting)
    audio = generator.finish(song)
    begin = round(seconds * 32_000)
    edges = [begin + (w.start + w.known - song.prompt_frames) * 640 for w in song.windows]
    spans = list(pairwise([*edges, len(audio.samples)]))[:-1]

    def spread(samples: Any) -> float:
        levels = [integrated_loudness(samples[a:b], 32_000) for a, b in spans]
        return max(levels) - min(levels)

    assert len(spans) > 8
    assert spread(np.concatenate([np.zeros((begin, 1)), drifting(song.codes)[-30 * 32_000 :]])) > 8
    assert spread(audio.samples) < 1.0
    assert len(audio.samples) == frames * 640


def test_one_window_is_left_as_it_is() -> None:
    swell = np.linspace(0.01, 0.5, 10 * 32_000, dtype=np.float32)[:, None]
    assert even_out(swell, 32_000, [0]) is swell
    assert even_out(swell, 32_000, [0, 8 * 32_000]) is swell, "an ending may fade"
    silence = np.zeros((20 * 32_000, 1), np.float32)
    assert not even_out(silence, 32_000, [0, 10 * 32_000]).any()


def test_a_pause_is_not_made_loud() -> None:
    rate = 32_000
    noise = np.random.default_rng(1).normal(size=(30 * rate, 2)).astype(np.float32) * 0.1
    noise[10 * rate : 20 * rate] *= 1e-5
    evened = even_out(noise, rate, [0, 10 * rate, 20 * rate])
    assert integrated_loudness(evened[12 * rate : 18 * rate], rate) < -70
    assert np.allclose(evened[25 * rate :], noise[25 * rate :], rtol=0.1)


def test_stereo_goes_on_in_stereo(stereo: Any, tmp_path: Path) -> None:
    generator = MusicGenGenerator(stereo, TorchDecoder(stereo), "tiny stereo")
    given = sound(tmp_path / "given.wav", 2.0, rate=32_000)
    request = Request(prompt="rain", duration=1, seed=4, continue_from=str(given))
    audio = generator.finish(grow(generator, request))
    assert audio.samples.shape == (3 * 32_000, 2)
    original = sf.read(given, dtype="float32")[0][: round(1.9 * 32_000)]
    kept = audio.samples[: len(original)]
    assert np.allclose(
        kept, original * float(np.sum(kept * original) / np.sum(original**2)), atol=1e-5
    )
    assert not np.allclose(audio.samples[-16_000:, 0], audio.samples[-16_000:, 1], atol=1e-3)


def test_ten_minutes_are_the_longest(generator: MusicGenGenerator, tmp_path: Path) -> None:
    assert generator.start(Request(prompt="rain", duration=600)).steps_total > 600 * 50
    given = str(sound(tmp_path / "given.wav", 60.0, rate=8_000, channels=1))
    request = Request(prompt="rain", duration=570, continue_from=given)
    with pytest.raises(GenerationError, match=r"would last 10:30\.") as caught:
        generator.start(request)
    assert "10 minutes" in caught.value.hint
    assert generator.start(request.model_copy(update={"continue_at": 25.0})).steps_total


def test_a_take_without_a_prompt_says_so(generator: MusicGenGenerator, tmp_path: Path) -> None:
    requests = [
        Request(prompt="", duration=1, seed=1),
        Request(prompt="rain", duration=1, seed=1),
        Request(prompt="", duration=1, seed=1, melody=str(sound(tmp_path / "tune.wav", 2.0))),
    ]
    songs = [grow(generator, request) for request in requests]
    assert [generator.finish(song).facts.remarks for song in songs] == [(UNGUIDED,), (), ()]


def test_a_take_tells_the_weights_that_made_it(generator: MusicGenGenerator, melody: Any) -> None:
    facts = generator.finish(grow(generator, Request(prompt="rain", duration=1, seed=1))).facts
    assert facts.weights == generator.weights
    assert generator.weights and generator.weights not in facts.made_by
    trained_on = MusicGenGenerator(replace(melody, digest="0"), TorchDecoder(melody), "tiny")
    assert trained_on.weights != generator.weights
    assert trained_on.version == generator.version


def test_a_take_that_was_to_be_a_loop_says_that_it_is_none(generator: MusicGenGenerator) -> None:
    song = grow(generator, Request(prompt="rain", duration=1, seed=1, loop=True))
    assert generator.finish(song).facts.remarks == (NO_LOOP,)


@pytest.mark.parametrize("seconds", [0.6, 30.0])
def test_a_short_and_a_long_melody(
    generator: MusicGenGenerator, tmp_path: Path, seconds: float
) -> None:
    """Over two windows: a short one begins again, a long one goes on in the second."""
    tune = sound(tmp_path / "tune.wav", seconds)
    request = Request(prompt="piano", duration=5, melody=str(tune), **GREEDY)
    first = grow(generator, request)
    assert first.steps_done == first.steps_total
    longer = sound(tmp_path / "longer.wav", seconds)
    samples, rate = sf.read(longer)
    samples[round(4.5 * rate) :] = samples[::-1][round(4.5 * rate) :]
    sf.write(longer, samples, rate)
    again = grow(generator, request.model_copy(update={"melody": str(longer)}))
    changed = (first.codes != again.codes).any(dim=0).nonzero()
    assert len(changed) == 0 if seconds < 4.5 else int(changed[0]) >= 200


@pytest.mark.parametrize(("seconds", "windows"), [(2.0, 1), (3.0, 2)])
def test_a_melody_goes_on_in_the_next_window_of_a_continuation(
    generator: MusicGenGenerator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seconds: float,
    windows: int,
) -> None:
    """What it goes on from stands in the windows, too, so three seconds are more than one."""
    given = str(sound(tmp_path / "given.wav", 1.6, rate=32_000, channels=1))
    tune = sound(tmp_path / "tune.wav", 6.0, rate=32_000, channels=1)
    request = Request(prompt="piano", duration=seconds, melody=str(tune), continue_from=given)
    heard: list[Any] = []

    def listening(checkpoint: Any, prompt: str, melody: torch.Tensor) -> Any:
        heard.append(melody[0].numpy())
        return encode_conditions(checkpoint, prompt, melody)

    monkeypatch.setattr(generator_module, "encode_conditions", listening)
    song: Any = grow(generator, request)
    samples = sf.read(tune, dtype="float32")[0]
    assert len(song.windows) == len(heard) == windows
    for window, part in zip(song.windows, heard, strict=True):
        start = window.start * 640
        expected = samples[start : start + len(part)]
        assert np.allclose(part[: len(expected)], expected, atol=1e-4), window


def test_a_melody_changes_the_take(generator: MusicGenGenerator, tmp_path: Path) -> None:
    plain = Request(prompt="piano", duration=3, **GREEDY)
    tune = sound(tmp_path / "tune.wav", 5.0)
    led = plain.model_copy(update={"melody": str(tune)})
    assert not torch.equal(grow(generator, plain).codes, grow(generator, led).codes)


@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        ("none.wav", lambda path: path.write_bytes(b""), "empty"),
        ("text.wav", lambda path: path.write_text("no sound at all"), "cannot be read"),
        ("one.wav", lambda path: sound(path, 1 / 44_100), "too short"),
        ("long.flac", lambda path: sf.write(path, np.zeros(8_000 * 700), 8_000), "too long"),
        ("nine.wav", lambda path: sound(path, 1.0, channels=9), "9 channels"),
        ("quiet.wav", lambda path: sf.write(path, np.full(8_000, 1e-5), 8_000), "is silent"),
        ("nothing.wav", lambda path: sf.write(path, np.zeros((0, 2)), 8_000), "no sound"),
        ("folder.wav", lambda path: path.mkdir(), "cannot be read"),
        ("gone.wav", lambda path: None, "not there"),
    ],
)
@pytest.mark.parametrize("role", ["melody", "continue_from"])
def test_audio_that_can_not_be_built_on_is_refused_in_plain_words(
    generator: MusicGenGenerator, tmp_path: Path, name: str, make: Any, words: str, role: str
) -> None:
    make(tmp_path / name)
    with pytest.raises(AudioError, match=words) as caught:
        generator.start(Request(duration=2, **{role: str(tmp_path / name)}))
    assert name in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("name", "rate", "channels"),
    [("a.wav", 384_000, 1), ("a.wav", 11_025, 7), ("a.wav", 48_000, 2), ("a.mp3", 44_100, 2)],
)
@pytest.mark.parametrize("role", ["melody", "continue_from"])
def test_odd_but_honest_audio_is_built_on(
    generator: MusicGenGenerator, tmp_path: Path, name: str, rate: int, channels: int, role: str
) -> None:
    given = sound(tmp_path / name, 1.0, rate, channels)
    song = generator.start(Request(duration=1, seed=1, **{role: str(given)}))
    assert song.steps_total > 0


@pytest.mark.parametrize(
    ("name", "rate"), [("a.wav", 48_000), ("a.mp3", 44_100), ("a.ogg", 32_000)]
)
def test_given_audio_is_read_in_blocks_without_a_seam(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, rate: int
) -> None:
    given = sound(tmp_path / name, 2.0, rate)
    whole = read_reference(given, 32_000, 1, until=1.7)
    monkeypatch.setattr(reference, "BLOCK", 5_000)
    blocks = read_reference(given, 32_000, 1, until=1.7)
    assert len(blocks) == len(whole) == pytest.approx(1.7 * 32_000, abs=1)
    assert np.allclose(blocks, whole, atol=1e-4)


def test_a_model_without_melody_says_so(tiny: Any, tmp_path: Path) -> None:
    plain = MusicGenGenerator(tiny, TorchDecoder(tiny), "tiny")
    with pytest.raises(GenerationError, match="melody"):
        plain.start(Request(melody=str(sound(tmp_path / "tune.wav", 2.0))))


@pytest.mark.parametrize("frames", [1, 199, 200, 201, 1_000, 30_000])
@pytest.mark.parametrize("prompt", [0, 50])
def test_windows_cover_a_piece_without_a_gap(frames: int, prompt: int) -> None:
    if prompt >= frames:
        return
    windows = plan_windows(frames, 200, prompt)
    assert windows[0].known == prompt
    assert windows[-1].end == frames
    for last, after in pairwise(windows):
        assert after.start == last.start + 120
        assert after.start + after.known == last.end
    assert all(0 < window.end - window.start <= 200 for window in windows)
