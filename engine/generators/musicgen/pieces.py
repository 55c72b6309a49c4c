"""EnCodec's way back to sound, in pieces that stay in the processor's cache.

Only its LSTM hears all that was before. What follows are convolutions that look less than two
frames around them, and turn a frame into 640 samples of up to 64 channels: half a minute at once
is a quarter of a gigabyte for each layer.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.generators.musicgen.quiet import quiet

with quiet():
    from audiocraft.modules.lstm import StreamableLSTM
    from audiocraft.modules.seanet import SEANetDecoder
    from transformers.models.encodec.modeling_encodec import EncodecDecoder, EncodecLSTM

__all__ = ["InPieces", "decode_in_pieces"]

PIECE = 100
"""Frames."""
RIM = 8
"""Frames on both sides of a piece that are computed and not kept."""


class InPieces(nn.Sequential):
    """Layers from frames [1, channels, frames] to samples, piece by piece."""

    def forward(self, frames: Tensor) -> Tensor:
        count = frames.shape[-1]
        pieces = []
        for begin in range(0, count, PIECE):
            end = min(count, begin + PIECE)
            first, last = max(0, begin - RIM), min(count, end + RIM)
            sound = super().forward(frames[..., first:last])
            hop = sound.shape[-1] // (last - first)
            pieces.append(sound[..., (begin - first) * hop : (end - first) * hop])
        return torch.cat(pieces, dim=-1)


def decode_in_pieces(codec: nn.Module) -> None:
    """Change the codec's decoders so that what follows their LSTM goes in pieces."""
    for module in list(codec.modules()):
        if isinstance(module, SEANetDecoder):
            module.model = nn.Sequential(*_parted(module.model))
        elif isinstance(module, EncodecDecoder):
            module.layers = nn.ModuleList(_parted(module.layers))


def _parted(layers: nn.Sequential | nn.ModuleList) -> list[nn.Module]:
    every = list(layers)
    hearing = [
        n for n, layer in enumerate(every) if isinstance(layer, StreamableLSTM | EncodecLSTM)
    ]
    normed = any(isinstance(module, nn.GroupNorm) for module in layers.modules())
    if not hearing or normed:  # a norm over time hears the whole
        return every
    after = hearing[-1] + 1
    return [*every[:after], InPieces(*every[after:])]
