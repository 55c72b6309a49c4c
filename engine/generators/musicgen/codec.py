"""Samples to tokens and back through EnCodec."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from engine.generators.base import Samples
from engine.generators.musicgen.checkpoint import Checkpoint
from engine.generators.musicgen.parts import Parts, parts_of
from engine.generators.musicgen.quicker import in_half
from engine.generators.musicgen.stream import PieceByPiece, Stream, Whole

__all__ = ["Codec"]

log = logging.getLogger(__name__)


class Codec:
    """EnCodec of a checkpoint; samples are (frames, channels) at the model's rate."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._codec = checkpoint.codec
        self._device = checkpoint.device
        self.frame_rate = checkpoint.frame_rate
        self.sample_rate = checkpoint.sample_rate
        self.hop = checkpoint.sample_rate // checkpoint.frame_rate
        """Samples that one frame of tokens stands for."""
        self._parts = parts_of(self._codec, self._device)
        if self._parts is not None and self._device.type == "cpu":
            self._parts = _with_half_a_memory(self._parts)
        if not self.streams:
            log.info("takes of this model can't be heard before their end")

    @torch.no_grad()
    def encode(self, samples: Samples) -> Tensor:
        """Tokens [codebooks, frames] of samples at the model's rate."""
        sound = torch.from_numpy(np.ascontiguousarray(samples.T))[None].to(self._device)
        codes: Tensor = self._codec.encode(sound)[0]
        return codes[0].cpu()

    @property
    def streams(self) -> bool:
        """Whether there is sound before a take's end."""
        return self._parts is not None

    def stream(self) -> Stream:
        """A new take's way to sound."""
        if self._parts is None:
            return Whole(self.decode, self._codec.channels)
        return PieceByPiece(self._parts)

    @torch.no_grad()
    def decode(self, codes: Tensor) -> Samples:
        """The sound of tokens [codebooks, frames], all at once: for short ones, and codecs that
        can do no other."""
        sound: Tensor = self._codec.decode(codes[None].to(self._device), None)[0]
        return np.ascontiguousarray(sound.float().cpu().numpy().T)


def _with_half_a_memory(parts: Parts) -> Parts:
    """With the LSTM's weights in 16 bits, where that can be."""
    if not isinstance(parts.memory, nn.LSTM):
        return parts
    return replace(parts, memory=in_half(parts.memory) or parts.memory)
