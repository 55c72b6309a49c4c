"""EnCodec's layers put otherwise sound as they did."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from engine.generators.musicgen.checkpoint import Checkpoint
from engine.generators.musicgen.codec import Codec
from engine.generators.musicgen.parts import parts_of
from engine.generators.musicgen.quicker import Elu, HalfMemory, Upsampling, in_half, quicken
from engine.generators.musicgen.stream import PieceByPiece
from tests.engine.musicgen.test_stream import CLOSE, CPU, audiocraft, drawn, transformers, whole

HALF = 3e-4
"""Of the loudest: 70 dB below."""


@torch.no_grad()
@pytest.mark.parametrize(
    "make",
    [audiocraft, lambda: audiocraft(causal=True), transformers,
     lambda: transformers(use_causal_conv=False)],
    ids=["audiocraft", "audiocraft, causal", "transformers, causal", "transformers"],
)  # fmt: skip
def test_a_codec_sounds_and_hears_as_before(make: Any) -> None:
    codec = make()
    codes = drawn(codec, 57)
    sound = whole(codec, codes)
    heard = codec.encode(torch.from_numpy(sound.T)[None])[0]
    quicken(codec)
    kinds = {type(module) for module in codec.modules()}
    assert Upsampling in kinds
    assert not {nn.ConvTranspose1d, nn.ELU} & kinds
    assert not [name for name, _ in codec.named_parameters() if "weight_g" in name]
    assert not [name for name, _ in codec.named_parameters() if "original" in name]
    assert np.abs(sound).max() > 0.01
    assert np.allclose(whole(codec, codes), sound, rtol=0, atol=CLOSE)
    assert torch.equal(codec.encode(torch.from_numpy(sound.T)[None])[0], heard)


@torch.no_grad()
@pytest.mark.parametrize(("kernel", "stride"), [(4, 4), (16, 8), (15, 5), (1, 1)])
def test_a_product_is_a_transposed_convolution(kernel: int, stride: int) -> None:
    layer = nn.ConvTranspose1d(6, 10, kernel, stride)
    x = torch.randn(2, 6, 9)
    assert torch.allclose(Upsampling(layer)(x), layer(x), atol=1e-5)


def test_below_nothing_it_is_an_exponential() -> None:
    x = torch.cat([torch.linspace(-100, 3, 10_001), torch.tensor([-1e-6, 0.0, -0.0, torch.inf])])
    assert torch.allclose(Elu()(x), nn.functional.elu(x), rtol=0, atol=1.5e-7)
    assert Elu()(torch.tensor([torch.nan])).isnan(), "what is no number stays none"


def test_others_are_left_alone() -> None:
    for other in ({"kernel_size": 7, "stride": 4}, {"padding": 1}, {"groups": 2}):
        assert not Upsampling.can_replace(
            nn.ConvTranspose1d(6, 6, **{"kernel_size": 8, "stride": 4, **other})  # type: ignore[arg-type]
        )


@torch.no_grad()
def test_half_a_memory_remembers_nearly_the_same() -> None:
    torch.manual_seed(1)
    lstm = nn.LSTM(64, 64, 2).eval()
    half = in_half(lstm)
    assert isinstance(half, HalfMemory)
    steps = torch.randn(60, 2, 64)
    heard, after = lstm(steps)
    first, state = half(steps[:25], None)
    rest, last = half(steps[25:], state)
    close = HALF * float(heard.abs().max())
    assert torch.allclose(torch.cat([first, rest]), heard, rtol=0, atol=close)
    assert torch.allclose(last[1], after[1], rtol=0, atol=HALF * float(after[1].abs().max()))
    assert in_half(nn.LSTM(64, 64, batch_first=True)) is None


def test_a_take_sounds_as_with_all_of_it(tiny: Checkpoint) -> None:
    codes = drawn(tiny.codec, 160)
    codec = Codec(tiny)
    sound = codec.stream().finish(codes)
    parts = parts_of(tiny.codec, CPU)
    assert parts is not None
    truth = PieceByPiece(parts).finish(codes)
    assert 0 < np.abs(sound - truth).max() < HALF * np.abs(truth).max()
    stream = codec.stream()
    for known in range(1, 161):
        stream.go_on(codes, known)
    assert stream.finish(codes).tobytes() == sound.tobytes()
