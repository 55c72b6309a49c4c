"""What is asked for is heard: tempo and key from the audio alone, and seeds that differ."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.generators.sketch.generator import SketchGenerator
from engine.generators.sketch.styles import STYLES
from engine.generators.sketch.theory import pitch_class
from engine.request import Request
from tests.engine.sketch import listening
from tests.engine.sketch.prompts import STATED

SECONDS = 22


def hear(prompt: str, seed: int) -> listening.Mono:
    generator = SketchGenerator()
    growing = generator.start(Request(prompt=prompt, duration=SECONDS, seed=seed))
    while growing.steps_done < growing.steps_total:
        generator.advance([growing])
    audio = generator.finish(growing)
    return listening.mono(audio.samples, audio.sample_rate)


def test_stated_tempo_and_key_are_heard() -> None:
    """Within 1 bpm (half and double allowed) and the right key on 95 % of the prompts."""
    assert len(STATED) >= 60
    wrong_tempo, wrong_key = [], []
    for seed, (prompt, bpm, key) in enumerate(STATED):
        audio = hear(prompt, seed)
        tempo = listening.tempo(audio)
        if min(abs(tempo * factor - bpm) for factor in (0.5, 1, 2)) > 1:
            wrong_tempo.append((prompt, round(tempo, 1)))
        heard = listening.key(audio)
        if (pitch_class(heard.split()[0]), heard.split()[1]) != (
            pitch_class(key.split()[0]),
            key.split()[1],
        ):
            wrong_key.append((prompt, heard))
    count = len(STATED)
    print(f"\n{count} prompts over {len(STYLES)} styles:")
    print(f"tempo right on {1 - len(wrong_tempo) / count:.1%}, not on {wrong_tempo}")
    print(f"key right on {1 - len(wrong_key) / count:.1%}, not on {wrong_key}")
    assert len(wrong_tempo) <= 0.05 * count, wrong_tempo
    assert len(wrong_key) <= 0.05 * count, wrong_key


@pytest.mark.parametrize("prompt", ["lo-fi hip hop, 84 bpm, D minor", "techno, 130 bpm, A minor"])
def test_ten_seeds_are_ten_pieces(prompt: str) -> None:
    """Even with style, tempo and key held, neither harmony nor rhythm is a near-copy."""
    pieces = [hear(prompt, seed) for seed in range(10)]
    for name, look, most, typical in (
        ("chroma", _harmony, 0.92, 0.65),
        ("onsets", listening.onsets, 0.95, 0.8),
    ):
        likeness = _pairs(pieces, look)
        print(
            f"\n{prompt}: {name} correlate {np.median(likeness):.2f}, at most {max(likeness):.2f}"
        )
        assert max(likeness) < most
        assert np.median(likeness) < typical


def _harmony(audio: listening.Mono) -> NDArray[np.float32]:
    """Chroma over time, each moment as shares."""
    energy = listening.chroma(audio)
    return (energy / (energy.sum(axis=0) + 1e-9)).ravel(order="F")


def _pairs(
    pieces: list[listening.Mono], look: Callable[[listening.Mono], NDArray[np.float32]]
) -> list[float]:
    views = [look(piece) for piece in pieces]
    shortest = min(map(len, views))
    return [
        float(np.corrcoef(one[:shortest], other[:shortest])[0, 1])
        for one, other in itertools.combinations(views, 2)
    ]
