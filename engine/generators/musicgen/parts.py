"""EnCodec's way from tokens to sound, taken apart where a take can be decoded piece by piece.

Convolutions that look a few frames around them come first and last; only the LSTM between them
hears all that was before, and its state can be carried from piece to piece.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.generators.musicgen.quicker import State
from engine.generators.musicgen.quiet import quiet

with quiet():
    from audiocraft.models.encodec import (
        CompressionModel,
        EncodecModel,
        HFEncodecCompressionModel,
        InterleaveStereoCompressionModel,
    )
    from audiocraft.modules.lstm import StreamableLSTM
    from audiocraft.modules.seanet import SEANetDecoder
    from transformers.models.encodec.modeling_encodec import EncodecDecoder, EncodecLSTM

__all__ = ["Memory", "Parts", "Reach", "State", "parts_of"]

Memory = Callable[[Tensor, State | None], tuple[Tensor, State]]

FARTHEST = 8
"""Frames; layers that hear further than that are taken to hear everything."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Frames around one that decide, with it, what becomes of it."""

    before: int = 0
    after: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """In the order in which tokens go through them. Frames are [voices, channels, frames]; a codec
    for one channel that decodes stereo has two voices."""

    embed: Callable[[Tensor], Tensor]
    """Tokens [codebooks, frames] to frames, each by itself."""
    first: nn.Module
    first_reach: Reach
    memory: Memory | None
    """Its LSTM, called as ``nn.LSTM`` is."""
    skips: bool
    """Whether what goes into the LSTM is added to what comes out."""
    last: nn.Module
    """Frames to samples [voices, channels, samples]."""
    last_reach: Reach
    hop: int
    """Samples that one frame becomes."""
    channels: int

    def remember(self, frames: Tensor, state: State | None) -> tuple[Tensor, State | None]:
        """What the LSTM makes of the next frames, and its state then."""
        if self.memory is None:
            return frames, state
        steps = frames.permute(2, 0, 1)
        heard, after = self.memory(steps, state)
        if self.skips:
            heard = heard + steps
        return heard.permute(1, 2, 0), after


@torch.no_grad()
def parts_of(codec: CompressionModel, device: torch.device) -> Parts | None:
    """The parts of a codec that is on ``device``; None where it can't be taken apart: its kind is
    unknown, or some layer hears the whole piece, as norms over time do."""
    stereo = isinstance(codec, InterleaveStereoCompressionModel)
    if stereo and codec.per_timestep:
        return None
    layers = _layers(codec.model if stereo else codec)
    if layers is None:
        return None

    def embed(codes: Tensor) -> Tensor:
        given = codes[None].to(device)
        if not stereo:
            return codec.decode_latent(given)
        return codec.model.decode_latent(torch.cat(codec.get_left_right_codes(given)))

    at = next((n for n, layer in enumerate(layers) if _remembers(layer)), None)
    memory = None if at is None else layers[at].lstm
    skips = at is not None and getattr(layers[at], "skip", True)
    first = nn.Sequential(*layers[: at or 0])
    last = nn.Sequential(*layers if at is None else layers[at + 1 :])
    frames = embed(torch.zeros(codec.num_codebooks, 2 * FARTHEST + 1, dtype=torch.long))
    heard = first(frames)
    voices, channels, samples = last(heard).shape
    hop, rest = divmod(samples, frames.shape[-1])
    first_reach, last_reach = _reach(first, frames), _reach(last, heard)
    if first_reach is None or last_reach is None or rest:
        return None
    return Parts(
        embed, first, first_reach, memory, skips, last, last_reach, hop, channels=voices * channels
    )


def _layers(codec: CompressionModel) -> list[nn.Module] | None:
    """From embedded tokens to samples; None where that is not known."""
    match codec:
        case EncodecModel(decoder=SEANetDecoder(model=layers)):
            return list(layers)
        case HFEncodecCompressionModel() if isinstance(codec.model.decoder, EncodecDecoder):
            return list(codec.model.decoder.layers)
    return None


def _remembers(layer: nn.Module) -> bool:
    return isinstance(layer, StreamableLSTM | EncodecLSTM)


def _reach(layers: nn.Module, frames: Tensor) -> Reach | None:
    """Found by a frame that is no number: whatever hears it is none either. So it holds for any
    kernel, stride and padding; None when it was heard as far as was looked."""
    middle = frames.clone()
    middle[..., FARTHEST] = torch.nan
    spoilt = layers(middle).isnan().any(dim=0).any(dim=0)
    heard = spoilt.reshape(frames.shape[-1], -1).any(dim=1).nonzero().flatten().tolist()
    if not heard or heard[0] == 0 or heard[-1] == 2 * FARTHEST:
        return None
    return Reach(before=heard[-1] - FARTHEST, after=FARTHEST - heard[0])
