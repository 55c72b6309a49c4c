"""Melodies: heard as audiocraft hears them, but for the separation, which is ours."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.generators.musicgen.checkpoint import Checkpoint, load_checkpoint
from engine.generators.musicgen.conditioners import MELODY
from engine.generators.musicgen.conditions import encode_conditions
from engine.generators.musicgen.melody import MelodyConditioner, what_sings
from engine.generators.musicgen.quiet import quiet
from tests.engine.musicgen.stems import no_demucs

with quiet():
    from audiocraft.modules.chroma import ChromaExtractor
    from audiocraft.modules.conditioners import ChromaStemConditioner, WavCondition

RATE = 32_000
CHROMA = {"sample_rate": RATE, "n_chroma": 12, "radix2_exp": 14, "argmax": True}
SECONDS = 4.0
Samples = NDArray[np.float32]


def notes(seconds: float, *pitches: float) -> Samples:
    """One after the other, a second each, with a few overtones."""
    time = np.arange(round(seconds * RATE)) / RATE
    pitch = np.array(pitches)[time.astype(int) % len(pitches)]
    phase = np.cumsum(2 * np.pi * pitch / RATE)
    return np.asarray(sum(np.sin(k * phase) / k for k in (1, 2, 3)) * 0.1, np.float32)


def drums(seconds: float) -> Samples:
    """A burst of noise four times a second."""
    time = np.arange(round(seconds * RATE)) / RATE
    noise = np.random.default_rng(1).normal(size=len(time))
    return np.asarray(0.5 * noise * np.exp(-60 * (time % 0.25)), np.float32)


TUNE = notes(6, 440.0, 523.25, 659.26, 587.33)
HEARD = {
    "a tune": TUNE,
    "a mix": TUNE + drums(6) + 4 * notes(6, 55.0, 61.74),
    "silence": np.zeros(2 * RATE, np.float32),
    "half a second": TUNE[: RATE // 2],
    "shorter than a step": TUNE[:300],
    "two samples": TUNE[:2],
    "a minute": np.tile(TUNE, 10),
}


@pytest.fixture(scope="module")
def conditioners() -> tuple[MelodyConditioner, ChromaStemConditioner]:
    """Ours, and audiocraft's as its MusicGen class sets it up, with the same weights."""
    torch.manual_seed(3)
    with no_demucs():
        theirs = ChromaStemConditioner(8, duration=SECONDS, match_len_on_eval=True, **CHROMA)
    ours = MelodyConditioner(8, SECONDS, "cpu", CHROMA)
    ours.load_state_dict(theirs.state_dict())
    return ours.eval(), theirs.eval()


def condition(*rows: Samples) -> WavCondition:
    longest = max(map(len, rows))
    padded = [np.pad(row, (0, longest - len(row))) for row in rows]
    lengths = torch.tensor([len(row) for row in rows])
    unknown = [None] * len(rows)
    wav = torch.from_numpy(np.stack(padded))[:, None]
    return WavCondition(wav, lengths, [RATE] * len(rows), unknown, unknown)


@pytest.mark.parametrize("name", HEARD)
def test_a_melody_is_heard_as_audiocraft_hears_it(
    conditioners: tuple[MelodyConditioner, ChromaStemConditioner], name: str
) -> None:
    ours, theirs = conditioners
    given = condition(HEARD[name], np.zeros(1, np.float32))  # wanted, and its absence
    with no_demucs(), torch.no_grad():
        for one, other in zip(ours(given), theirs(given), strict=True):
            assert torch.equal(one, other)


def test_the_chroma_is_audiocrafts_own(
    conditioners: tuple[MelodyConditioner, ChromaStemConditioner],
) -> None:
    heard = conditioners[0]._get_wav_embedding(condition(TUNE))
    truth = ChromaExtractor(**CHROMA)(torch.from_numpy(what_sings(TUNE, RATE))[None, None])
    assert torch.equal(heard, truth[:, : heard.shape[1]])
    assert leading(TUNE)[2:6] == leading(TUNE[: 4 * RATE])[2:6] == [9] * 4, "an A at first"


def leading(samples: Samples) -> list[int]:
    """The leading note of each step; C is 0."""
    heard = ChromaExtractor(**CHROMA)(torch.from_numpy(samples)[None, None])
    return [int(step) for step in heard[0].argmax(-1)]


def test_drums_and_bass_do_not_hide_the_tune() -> None:
    tune, mix = leading(TUNE), HEARD["a mix"]
    assert agreement(leading(mix), tune) < 0.5
    assert agreement(leading(what_sings(mix, RATE)), tune) > 0.9


def agreement(one: list[int], other: list[int]) -> float:
    return float(np.mean(np.array(one) == np.array(other)))


@pytest.mark.parametrize("channels", [1, 2])
def test_a_melody_changes_what_the_model_is_told(melody: Checkpoint, channels: int) -> None:
    def told(samples: Samples | None, prompt: str = "piano") -> Tensor:
        given = None if samples is None else torch.from_numpy(samples).expand(channels, -1)
        tensors = encode_conditions(melody, prompt, given).tensors
        assert all(bool(torch.isfinite(said).all()) for said, _ in tensors.values())
        return tensors[MELODY][0]

    tune, other = told(TUNE), told(TUNE[2 * RATE :])
    assert not torch.equal(tune[0], other[0])
    assert torch.equal(tune[1], told(None)[1]), "what guidance leads away from is the same"
    assert torch.equal(told(HEARD["silence"])[0], told(None)[0]), "silence is no melody"
    assert told(TUNE, prompt="").shape[0] == 2, "a melody alone guides too"


def test_a_melody_model_fetches_nothing(
    hub: Path, melody_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where demucs can't be imported and no address be resolved."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", refuse)
    monkeypatch.setitem(sys.modules, "demucs", None)
    checkpoint = load_checkpoint(melody_folder)
    assert "melody" in checkpoint.abilities
    encode_conditions(checkpoint, "rain", torch.rand(1, 64_000))
    assert not [name for name in sys.modules if name.startswith("demucs.")]
