from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.audio.files import write_audio
from engine.generators.base import Audio, Facts
from engine.jobs import Take
from engine.limits import OutputFormat
from engine.request import Request

RATE = 44_100


@pytest.fixture
def facts() -> Facts:
    return Facts("sketch 1", "MIT", 90.0, 4, "D minor", ("zorp", "قطة"), {"style": "lo-fi"})


@pytest.fixture
def request_() -> Request:
    return Request(prompt="calm 🎹 بيانو, 90 bpm", duration=3, seed=7)


@pytest.fixture
def audio(facts: Facts) -> Audio:
    """3 s of stereo noise on whole 24-bit steps, so that WAV and FLAC hold it exactly."""
    steps = np.random.default_rng(1).integers(-(2**22), 2**22, (3 * RATE, 2))
    return Audio((steps / 2**23).astype(np.float32), RATE, facts)


@pytest.fixture
def make_take(tmp_path: Path, audio: Audio, request_: Request) -> Callable[[OutputFormat], Take]:
    def make(format: OutputFormat = "wav") -> Take:
        path = tmp_path / "takes" / f"gen_1.{format}"
        written = write_audio(path, audio, request_, format=format)
        midi = path.with_suffix(".mid")
        midi.write_bytes(b"MThd")
        facts = audio.facts
        return Take(
            path,
            3.0,
            RATE,
            2,
            written.sha256,
            tempo=facts.tempo,
            beats_per_bar=facts.beats_per_bar,
            key=facts.key,
            midi_path=midi,
            made_by=facts.made_by,
            licence=facts.licence,
        )

    return make
