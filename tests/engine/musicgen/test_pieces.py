"""EnCodec's sound in pieces is its sound as a whole."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from engine.generators.musicgen import pieces
from engine.generators.musicgen.checkpoint import Checkpoint
from engine.generators.musicgen.pieces import InPieces, decode_in_pieces


@pytest.mark.parametrize("frames", [3, 100, 107, 250])
@torch.no_grad()
def test_audiocrafts_own(tiny: Checkpoint, frames: int) -> None:
    torch.manual_seed(frames)
    (parted,) = (module for module in tiny.codec.modules() if isinstance(module, InPieces))
    convolutions = (m for m in parted.modules() if isinstance(m, nn.ConvTranspose1d))
    heard = torch.randn(1, next(convolutions).in_channels, frames)
    whole = nn.Sequential.forward(parted, heard)
    assert whole.abs().max() > 0.01
    assert torch.allclose(parted(heard), whole, rtol=0, atol=1e-6)


@torch.no_grad()
def test_transformers(monkeypatch: pytest.MonkeyPatch) -> None:
    from transformers import EncodecConfig, EncodecModel

    torch.manual_seed(1)
    config = EncodecConfig(
        num_filters=4, hidden_size=16, codebook_size=16, codebook_dim=16, use_causal_conv=False,
        norm_type="weight_norm", upsampling_ratios=[8, 5, 4, 4],
    )  # fmt: skip
    decoder = EncodecModel(config).eval().decoder
    frames = torch.randn(1, 16, 230)
    whole = decoder(frames)
    decode_in_pieces(decoder)
    assert isinstance(decoder.layers[-1], InPieces)
    assert torch.allclose(decoder(frames), whole, rtol=0, atol=1e-6)
    monkeypatch.setattr(pieces, "RIM", 0)  # too little: the seams are heard
    assert not torch.allclose(decoder(frames), whole, rtol=0, atol=1e-6)
