"""MusicGen takes from request to sound, on self-made checkpoints: windows, ends and beginnings."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
import torch
from audiocraft.models import MusicGen

from engine.errors import AudioError, GenerationError, OutOfMemory
from engine.generators.musicgen.decoders.torch import TorchDecoder
from engine.generators.musicgen.generator import MusicGenGenerator
from engine.generators.musicgen.windows import plan_windows
from engine.jobs import Request

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


def test_takes_that_grow_together_are_the_takes_alone(generator: MusicGenGenerator) -> None:
    """Different lengths, settings and beginnings; each joins when another is under way."""
    requests = [
        Request(prompt="calm piano", duration=5, seed=1, temperature=0.8),
        Request(prompt="drums", duration=2, seed=2, guidance=1.5),
        Request(prompt="", duration=3, seed=3, top_k=0, top_p=0.9),
    ]
    alone = [grow(generator, request) for request in requests]
    together: list[Any] = []
    rounds = 0
    while len(together) < 3 or any(s.steps_done < s.steps_total for s in together):
        if rounds % 40 == 0 and len(together) < 3:
            together.append(generator.start(requests[len(together)]))
        generator.advance([s for s in together if s.steps_done < s.steps_total])
        rounds += 1
    for one, other in zip(alone, together, strict=True):
        assert torch.equal(one.codes, other.codes)


@pytest.mark.parametrize("steps", [1, 60, 201, 203, 240, 330])
def test_a_resumed_take_is_the_undisturbed_one(generator: MusicGenGenerator, steps: int) -> None:
    request = Request(prompt="warm strings", duration=6.5, seed=9)
    whole = grow(generator, request)
    begun = generator.start(request)
    for _ in range(steps):
        generator.advance([begun])
    state = generator.checkpoint(begun)
    again = generator.start(request, state)
    assert again.steps_done == steps
    while again.steps_done < again.steps_total:
        generator.advance([again])
    assert torch.equal(again.codes, whole.codes)


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


def test_stop_here_keeps_what_can_be_heard(generator: MusicGenGenerator) -> None:
    song = generator.start(Request(prompt="rain", duration=30, seed=1))
    for _ in range(153):
        generator.advance([song])
    generator.stop_here(song)
    assert song.steps_done == song.steps_total
    audio = generator.finish(song)
    assert len(audio.samples) == 150 * audio.sample_rate // 50, "153 steps less 3 of delay"
    assert audio.facts.extra["repeats"] == "nearly", "as the decoder says"


@pytest.mark.parametrize("steps", [0, 2])
def test_stop_here_waits_for_something_to_keep(generator: MusicGenGenerator, steps: int) -> None:
    song = generator.start(Request(prompt="rain", duration=30, seed=1))
    for _ in range(steps):
        generator.advance([song])
    generator.stop_here(song)
    while song.steps_done < song.steps_total:
        generator.advance([song])
    assert (song.steps_done, len(generator.finish(song).samples)) == (4, 32_000 // 50)


def test_a_preview_grows_with_its_take(generator: MusicGenGenerator) -> None:
    song = generator.start(Request(prompt="piano", duration=9, seed=2))
    heard = []
    while song.steps_done < song.steps_total:
        generator.advance([song])
        if song.steps_done % 60 == 0 and (preview := generator.preview(song)):
            heard.append(preview[0])
    lengths = [len(samples) for samples in heard]
    assert lengths == sorted(lengths)
    assert lengths[0] >= 2 * 32_000
    for earlier, later in pairwise(heard):
        settled = len(earlier) - 2 * 32_000  # what is older than the overlap is not touched again
        assert np.array_equal(earlier[:settled], later[:settled])


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
    ],
)
def test_audio_that_can_not_be_built_on_is_refused_in_plain_words(
    generator: MusicGenGenerator, tmp_path: Path, name: str, make: Any, words: str
) -> None:
    make(tmp_path / name)
    with pytest.raises(AudioError, match=words):
        generator.start(Request(duration=2, continue_from=str(tmp_path / name)))


@pytest.mark.parametrize(("rate", "channels"), [(384_000, 1), (11_025, 7), (48_000, 2)])
def test_odd_but_honest_audio_is_built_on(
    generator: MusicGenGenerator, tmp_path: Path, rate: int, channels: int
) -> None:
    given = sound(tmp_path / "odd.wav", 1.0, rate, channels)
    song = generator.start(Request(duration=1, seed=1, continue_from=str(given)))
    assert song.steps_total > 0


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
