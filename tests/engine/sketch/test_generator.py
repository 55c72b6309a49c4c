"""The sketch generator keeps its promises: three verbs, true facts, the same bytes anywhere."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import mido
import numpy as np
import pytest

from engine.generators.base import Audio, Generator, Growing
from engine.generators.sketch.generator import LICENCE, SketchGenerator
from engine.request import Request

LOFI = Request(prompt="lo-fi hip hop, 84 bpm, in D minor, blorptastic", duration=8, seed=3)
WALTZ = Request(prompt="gentle waltz with strings", duration=4, seed=9)
CLUB = Request(prompt="techno loop", duration=6, seed=1, loop=True)


def make(generator: Generator, *requests: Request) -> list[Audio]:
    """All of them together, finished in the order in which they are done."""
    growing: list[Growing] = [generator.start(request) for request in requests]
    takes: dict[int, Audio] = {}
    while len(takes) < len(growing):
        generator.advance([one for i, one in enumerate(growing) if i not in takes])
        for i, one in enumerate(growing):
            if i not in takes and one.steps_done == one.steps_total:
                takes[i] = generator.finish(one)
    return [takes[i] for i in range(len(growing))]


@cache
def alone(request: Request) -> Audio:
    """Made once, and not to be changed."""
    (audio,) = make(SketchGenerator(), request)
    return audio


def digest(audio: Audio) -> str:
    return hashlib.sha256(audio.samples.tobytes() + (audio.midi or b"")).hexdigest()


def test_tells_what_it_made() -> None:
    audio = alone(LOFI)
    assert audio.sample_rate == 44_100
    assert audio.samples.dtype == np.float32
    assert audio.samples.shape == (8 * 44_100, 2)
    assert audio.samples.flags.c_contiguous
    assert audio.facts.made_by == "sketch 3"
    assert audio.facts.licence == LICENCE
    assert audio.facts.tempo == pytest.approx(84)
    assert audio.facts.key == "D minor"
    assert audio.facts.beats_per_bar == 4
    assert audio.facts.not_understood == ("blorptastic",)


def test_gives_the_notes_as_midi() -> None:
    audio = alone(LOFI)
    assert audio.midi is not None
    file = mido.MidiFile(file=io.BytesIO(audio.midi))
    names = [track.name for track in file.tracks]
    assert len(names) == len(set(names)) >= 4
    tempo = next(message.tempo for message in file.tracks[0] if message.type == "set_tempo")
    assert mido.tempo2bpm(tempo) == pytest.approx(84, abs=0.01)
    strokes = {
        message.note
        for track in file.tracks
        for message in track
        if message.type == "note_on" and message.channel == 9
    }
    assert 36 in strokes


def test_steps_count_up_to_the_total_that_was_told() -> None:
    generator = SketchGenerator()
    sketch = generator.start(WALTZ)
    total = sketch.steps_total
    seen = [sketch.steps_done]
    while sketch.steps_done < total:
        generator.advance([sketch])
        seen.append(sketch.steps_done)
    assert seen == list(range(total + 1))
    assert sketch.steps_total == total
    generator.advance([sketch])  # one that is done may still be in the batch
    assert sketch.steps_done == total


def test_alone_or_together_is_the_same_take() -> None:
    apart = [digest(alone(request)) for request in (LOFI, WALTZ, CLUB)]
    together = [digest(audio) for audio in make(SketchGenerator(), LOFI, WALTZ, CLUB)]
    assert together == apart
    assert len(set(apart)) == 3


def test_another_seed_is_another_take() -> None:
    other = LOFI.model_copy(update={"seed": 4})
    assert digest(alone(LOFI)) != digest(alone(other))


PRINT_DIGESTS = """
from tests.engine.sketch.test_generator import *
print(digest(alone(LOFI)), digest(alone(CLUB)))
"""


def test_every_process_makes_the_same_bytes() -> None:
    # Another hash seed, and another number of threads for the matrix products.
    threads = "2" if os.environ.get("OPENBLAS_NUM_THREADS") == "1" else "1"
    told = subprocess.run(
        [sys.executable, "-c", PRINT_DIGESTS],
        env=os.environ | {"PYTHONHASHSEED": "4242", "OPENBLAS_NUM_THREADS": threads},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.split() == [digest(alone(LOFI)), digest(alone(CLUB))]


def test_the_preview_grows_with_the_take() -> None:
    generator = SketchGenerator()
    sketch = generator.start(LOFI)
    assert generator.preview(sketch) is None
    lengths = []
    while sketch.steps_done < sketch.steps_total:
        generator.advance([sketch])
        preview = generator.preview(sketch)
        if preview is not None:
            samples, rate = preview
            assert rate == 44_100
            assert samples.shape[1] == 2
            assert 0.1 < np.abs(samples).max() <= 1.0
            lengths.append(len(samples))
    assert lengths == sorted(lengths)
    assert 0 < lengths[0] < lengths[-1] == 8 * 44_100
    before = generator.finish(sketch).samples.copy()
    assert np.array_equal(generator.finish(sketch).samples, before), "a preview is a copy"


def test_a_loop_is_a_whole_number_of_bars() -> None:
    audio = alone(CLUB)
    assert audio.facts.tempo is not None and audio.facts.beats_per_bar is not None
    bar = audio.facts.beats_per_bar * 60 / audio.facts.tempo * audio.sample_rate
    assert len(audio.samples) == round(round(len(audio.samples) / bar) * bar)


def test_has_no_checkpoints(tmp_path: Path) -> None:
    generator = SketchGenerator()
    assert not generator.checkpoint(generator.start(WALTZ))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("prompt", ["", "🎹", "\u202eabc", "a" * 2000, "qqq zzz"])
def test_any_prompt_makes_music(prompt: str) -> None:
    (audio,) = make(SketchGenerator(), Request(prompt=prompt, duration=1, seed=1))
    assert len(audio.samples) == 44_100
    assert np.abs(audio.samples).max() > 0.1
