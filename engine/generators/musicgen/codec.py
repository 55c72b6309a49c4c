"""Tokens to samples and back through EnCodec, in pieces that fit into memory.

EnCodec's decoder is not causal: a frame's sound depends on its neighbours. So pieces overlap by a
second and are crossfaded, and nothing of a piece's rim is heard.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.generators.base import Report
from engine.generators.musicgen.checkpoint import Checkpoint

__all__ = ["Codec"]

Samples = NDArray[np.float32]

WHOLE_SECONDS = 60.0
"""Up to this length a piece is decoded at once."""
PIECE_SECONDS = 30.0
OVERLAP_SECONDS = 1.0
FADE_SECONDS = 0.05


class Codec:
    """EnCodec of a checkpoint; samples are (frames, channels) at the model's rate."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._codec = checkpoint.codec
        self._device = checkpoint.device
        self.frame_rate = checkpoint.frame_rate
        self.sample_rate = checkpoint.sample_rate
        self.hop = checkpoint.sample_rate // checkpoint.frame_rate
        """Samples that one frame of tokens stands for."""

    @torch.no_grad()
    def encode(self, samples: Samples) -> Tensor:
        """Tokens [codebooks, frames] of samples at the model's rate."""
        sound = torch.from_numpy(np.ascontiguousarray(samples.T))[None].to(self._device)
        codes: Tensor = self._codec.encode(sound)[0]
        return codes[0].cpu()

    def decode(self, codes: Tensor, report: Report = lambda _: None) -> Samples:
        """The sound of tokens [codebooks, frames], whole."""
        if codes.shape[1] <= WHOLE_SECONDS * self.frame_rate:
            return self._decode(codes)
        sound: Samples | None = None
        step = round(PIECE_SECONDS * self.frame_rate)
        for end in range(step, codes.shape[1] + step, step):
            sound = self.decode_on(codes[:, : min(end, codes.shape[1])], sound)
            report(min(1.0, end / codes.shape[1]))
        if sound is None:
            raise ValueError("there are no tokens to decode")
        return sound

    def decode_on(self, codes: Tensor, heard: Samples | None) -> Samples:
        """The sound of tokens of which ``heard`` is an earlier, shorter part: only what is new
        is decoded, with an overlap, and crossfaded into what was there."""
        overlap = round(OVERLAP_SECONDS * self.frame_rate)
        known = 0 if heard is None else len(heard) // self.hop
        if heard is None or known <= 2 * overlap:
            return self._decode(codes)
        # The rim of what was heard had no future when it was decoded: it is replaced.
        join = known - overlap
        begin = join - overlap
        fresh = self._decode(codes[:, begin:])[(join - begin) * self.hop :]
        fade = round(FADE_SECONDS * self.sample_rate)
        ramp = np.linspace(0.0, 1.0, fade, dtype=np.float32)[:, None]
        before = heard[: join * self.hop]
        rim = heard[join * self.hop :][:fade]
        fresh[:fade] = fresh[:fade] * ramp + rim * (1 - ramp)
        return np.concatenate([before, fresh])

    @torch.no_grad()
    def _decode(self, codes: Tensor) -> Samples:
        sound: Tensor = self._codec.decode(codes[None].to(self._device), None)[0]
        return np.ascontiguousarray(sound.float().cpu().numpy().T)
