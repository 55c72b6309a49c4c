from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.audio.files import read_audio, write_audio
from engine.audio.loudness import true_peak
from engine.audio.stitch import stitch
from engine.generators.base import Audio
from engine.request import Request

RATE = 44_100


def piece(path: Path, audio: Audio, samples: np.ndarray) -> Path:
    return write_audio(path, replace(audio, samples=samples), Request(), format="wav").path


def test_loud_pieces_fade_into_each_other_without_clipping(tmp_path: Path, audio: Audio) -> None:
    """In step, as takes of one tempo are: in the fade's middle they make 3 dB more."""
    tone = np.sin(2 * np.pi * 220 * np.arange(3 * RATE) / RATE)[:, None].astype(np.float32)
    paths = [piece(tmp_path / f"{n}.wav", audio, tone * 10 ** (-1.1 / 20)) for n in range(2)]
    whole, rate = stitch(paths, 1.0)
    assert (len(whole), rate) == (5 * RATE, RATE)
    assert true_peak(whole) <= -0.99

    kept, _ = read_audio(paths[0])
    assert np.array_equal(whole[:RATE], kept[:RATE])
    written, _ = read_audio(piece(tmp_path / "whole.wav", audio, whole))
    assert np.allclose(written, whole, atol=2**-23)
    assert round(true_peak(written), 2) == round(true_peak(whole), 2)


def test_pieces_below_the_ceiling_stay_as_they_are(tmp_path: Path, audio: Audio) -> None:
    soft = audio.samples / 2
    paths = [piece(tmp_path / f"{n}.wav", audio, soft) for n in range(2)]
    whole, _ = stitch(paths, 0.0)
    assert np.allclose(whole, np.concatenate([soft, soft]), rtol=0, atol=2**-23)
