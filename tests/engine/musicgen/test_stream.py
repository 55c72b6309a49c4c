"""Sound that is made piece by piece is the sound of the whole, whenever its pieces are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from engine.generators.musicgen.checkpoint import Checkpoint
from engine.generators.musicgen.codec import Codec
from engine.generators.musicgen.parts import Parts, Reach, parts_of
from engine.generators.musicgen.quiet import quiet
from engine.generators.musicgen.stream import PIECE, PieceByPiece
from tests.engine.musicgen.checkpoints import TINY, compression_config

with quiet():
    from audiocraft.models import builders
    from audiocraft.models.encodec import HFEncodecCompressionModel
    from omegaconf import OmegaConf
    from transformers import EncodecConfig, EncodecModel

CPU = torch.device("cpu")
LENGTHS = (1, 3, 4, 50, 54, 55, 56, 105, 333)
CLOSE = 2e-6
"""Full scale is 1; the sound of random weights reaches about a tenth of it."""


def transformers(**other: Any) -> HFEncodecCompressionModel:
    torch.manual_seed(1)
    config = EncodecConfig(
        num_filters=4, hidden_size=16, codebook_size=16, codebook_dim=16, sampling_rate=32_000,
        target_bandwidths=[0.8], upsampling_ratios=[8, 5, 4, 4], **other,
    )  # fmt: skip
    model = EncodecModel(config).eval()
    for layer in model.quantizer.layers:
        layer.codebook.embed.normal_()
    return HFEncodecCompressionModel(model).eval()


def audiocraft(**seanet: Any) -> Any:
    torch.manual_seed(1)
    config = OmegaConf.create(compression_config(TINY))
    config.seanet.update(seanet)
    with quiet():
        return builders.get_compression_model(config).eval()


@pytest.fixture(scope="module")
def kinds(tiny: Checkpoint, stereo: Checkpoint) -> dict[str, Any]:
    """Every kind of codec that can be taken apart."""
    return {
        "audiocraft": tiny.codec,
        "audiocraft, stereo": stereo.codec,
        "audiocraft, no LSTM": audiocraft(lstm=0),
        "transformers": transformers(use_causal_conv=False),
        "transformers, causal": transformers(),
    }


KINDS = pytest.mark.parametrize(
    "kind",
    ["audiocraft", "audiocraft, stereo", "audiocraft, no LSTM", "transformers",
     "transformers, causal"],
)  # fmt: skip


def taken_apart(codec: Any) -> Parts:
    parts = parts_of(codec, CPU)
    assert parts is not None
    return parts


def drawn(codec: Any, frames: int) -> Tensor:
    dice = torch.Generator().manual_seed(frames)
    return torch.randint(codec.cardinality, (codec.num_codebooks, frames), generator=dice)


@torch.no_grad()
def whole(codec: Any, codes: Tensor) -> Any:
    return codec.decode(codes[None], None)[0].numpy().T


@KINDS
def test_it_is_audiocrafts_sound(kinds: dict[str, Any], kind: str) -> None:
    codec = kinds[kind]
    parts = taken_apart(codec)
    for frames in LENGTHS:
        codes = drawn(codec, frames)
        truth = whole(codec, codes)
        sound = PieceByPiece(parts).finish(codes)
        assert np.abs(truth).max() > 0.01
        assert sound.shape == truth.shape == (frames * 640, codec.channels)
        assert np.allclose(sound, truth, rtol=0, atol=CLOSE), frames


@KINDS
def test_pieces_that_heard_less_would_not_be(kinds: dict[str, Any], kind: str) -> None:
    """What was found of the layers' reach is needed to the last frame."""
    codec = kinds[kind]
    parts = taken_apart(codec)
    codes = drawn(codec, 333)
    truth = whole(codec, codes)
    for field in ("first_reach", "last_reach"):
        reach: Reach = getattr(parts, field)
        for side in ("before", "after"):
            if frames := getattr(reach, side):
                nearer = replace(parts, **{field: replace(reach, **{side: frames - 1})})
                sound = PieceByPiece(nearer).finish(codes)
                assert not np.allclose(sound, truth, rtol=0, atol=CLOSE), (field, side)


@KINDS
@settings(max_examples=8)
@given(data=st.data())
def test_the_same_bytes_whenever_they_are_made(
    kinds: dict[str, Any], kind: str, data: st.DataObject
) -> None:
    """As the tokens come, now and then, or at the end; what was heard is what will be kept."""
    codec = kinds[kind]
    planned = data.draw(st.integers(1, 220))
    frames = data.draw(st.integers(1, planned))  # it may be stopped early
    codes = drawn(codec, planned)
    truth = PieceByPiece(taken_apart(codec)).finish(codes[:, :frames]).copy()
    stream, known = PieceByPiece(taken_apart(codec)), 0
    while known < frames:
        known = min(frames, known + data.draw(st.integers(1, 90)))
        hidden = codes.clone()
        hidden[:, known:] = -1
        for _ in range(data.draw(st.integers(0, 2))):
            stream.go_on(hidden, known)
        assert np.array_equal(stream.sound, truth[: len(stream.sound)])
    assert stream.finish(codes[:, :frames]).tobytes() == truth.tobytes()


def noting(parts: Parts, widths: list[int]) -> Parts:
    def embed(codes: Tensor) -> Tensor:
        widths.append(codes.shape[1])
        return parts.embed(codes)

    return replace(parts, embed=embed)


def test_no_piece_is_long(stereo: Checkpoint) -> None:
    parts, widths = taken_apart(stereo.codec), list[int]()
    stream, codes = PieceByPiece(noting(parts, widths)), drawn(stereo.codec, 1_003)
    for known in range(1, 1_004):
        heard = len(stream.sound)
        assert not stream.go_on(codes, known) or len(stream.sound) == heard + PIECE * 640
    assert len(widths) == 1_003 // PIECE - 1, "one for each piece that could be made"
    told: list[float] = []
    stream.finish(codes, told.append)
    assert max(widths) <= PIECE + 16
    assert told[-1] == 1.0


def test_what_was_made_stays_when_the_next_piece_fails(tiny: Checkpoint) -> None:
    parts, codes = taken_apart(tiny.codec), drawn(tiny.codec, 333)
    truth = PieceByPiece(parts).finish(codes)
    calls = iter(range(100))

    class Full(torch.nn.Module):
        def forward(self, frames: Tensor) -> Tensor:
            if next(calls) in (2, 4):
                raise MemoryError
            made: Tensor = parts.last(frames)
            return made

    stream = PieceByPiece(replace(parts, last=Full()))
    for _ in range(2):
        with pytest.raises(MemoryError):
            stream.finish(codes)
    assert stream.finish(codes).tobytes() == truth.tobytes()


def test_the_reach_of_what_was_published(kinds: dict[str, Any]) -> None:
    """Kernels of 7, then of twice the ratios 8, 5, 4 and 4, and between these of 3."""
    mono = taken_apart(kinds["audiocraft"])
    assert (mono.first_reach, mono.last_reach, mono.hop) == (Reach(3, 3), Reach(1, 1), 640)
    causal = taken_apart(kinds["transformers, causal"])
    assert (causal.first_reach.after, causal.last_reach.after) == (0, 0)


@pytest.mark.parametrize(
    "make",
    [
        lambda: audiocraft(norm="time_group_norm"),
        lambda: audiocraft(kernel_size=31),
        lambda: transformers(norm_type="time_group_norm", use_causal_conv=False),
    ],
    ids=["norm", "wide", "norm of transformers"],
)
def test_what_hears_all_at_once_is_decoded_whole(tiny: Checkpoint, make: Callable[[], Any]) -> None:
    codec = Codec(replace(tiny, codec=make()))
    stream, codes = codec.stream(), drawn(codec._codec, 120)
    assert not codec.streams
    assert not stream.go_on(codes, 120)
    assert len(stream.sound) == 0
    assert np.array_equal(stream.finish(codes), whole(codec._codec, codes))
