"""The delay pattern of one take: which tokens the model reads next, where its answer goes.

The codebooks of one frame are not predicted at once: codebook k comes ``delays[k]`` steps later,
so that it can hear the coarser ones. With delays 0, 1, 2 and four frames (S means nothing here):

    step        0  1  2  3  4  5  6
    codebook 0  S  1  2  3  4  S  S
    codebook 1  S  S  1  2  3  4  S
    codebook 2  S  S  S  1  2  3  4
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

__all__ = ["UNKNOWN", "DelayedTokens"]

UNKNOWN = -1
"""Stands for a token that is still to come."""


class DelayedTokens:
    """The tokens of one take as they grow, read and written step by step.

    >>> tokens = DelayedTokens(frames=50, delays=(0, 1, 2, 3), special=2048)
    >>> while not tokens.complete:
    ...     logits = decoder.logits([row], [tokens.read()])
    ...     tokens.write(sampler(logits[0]))
    >>> tokens.codes      # [codebooks, frames]
    """

    def __init__(
        self, frames: int, delays: Sequence[int], special: int, prompt: Tensor | None = None
    ) -> None:
        """``prompt``: tokens [codebooks, fewer than frames] that are already there."""
        self.delays = tuple(delays)
        self.special = special
        self.codes = torch.full((len(self.delays), frames), UNKNOWN, dtype=torch.long)
        """All tokens [codebooks, frames], UNKNOWN where none is yet."""
        self.prompt_frames = 0
        if prompt is not None:
            if prompt.shape[0] != len(self.delays) or prompt.shape[1] >= frames:
                raise ValueError(f"a prompt of shape {tuple(prompt.shape)} for {frames} frames")
            self.prompt_frames = prompt.shape[1]
            self.codes[:, : self.prompt_frames] = prompt.cpu()
        self.position = self.prompt_frames + 1
        """The step that is predicted next."""
        self._read = 0  # steps that the model has read

    @classmethod
    def resume(
        cls, codes: Tensor, position: int, delays: Sequence[int], special: int, prompt_frames: int
    ) -> DelayedTokens:
        """Go on where another one stood, given its ``codes``, ``position`` and ``prompt_frames``.

        The first ``read`` gives all its steps again, for a row that knows none of them.
        """
        tokens = cls(codes.shape[1], delays, special)
        tokens.codes = codes.clone()
        tokens.position = position
        tokens.prompt_frames = prompt_frames
        return tokens

    @property
    def steps_done(self) -> int:
        return self.position - self.prompt_frames - 1

    @property
    def steps_total(self) -> int:
        return self.length - self.prompt_frames

    @property
    def length(self) -> int:
        """Steps that the model reads until the end: what a decoder must keep room for."""
        return self.codes.shape[1] + max(self.delays)

    @property
    def complete(self) -> bool:
        return self.steps_done == self.steps_total

    @property
    def frames_done(self) -> int:
        """Frames with all their codebooks, from the start: what can be heard."""
        whole = min(self.position - 1 - max(self.delays), self.codes.shape[1])
        return max(self.prompt_frames, whole)

    def read(self) -> Tensor:
        """The steps that the model has not read yet [codebooks, steps]; one, or a whole prompt."""
        codes = self.codes.numpy()
        steps = np.full((len(codes), self.position - self._read), self.special, np.int64)
        for codebook, delay in enumerate(self.delays):
            shift = delay + 1  # from a frame to the step that reads it
            first = max(0, self._read - shift)
            known = codes[codebook, first : max(first, self.position - shift)]
            begin = first + shift - self._read
            steps[codebook, begin : begin + len(known)] = known
        self._read = self.position
        return torch.from_numpy(steps)

    def write(self, tokens: Tensor) -> None:
        """Take the model's answer [codebooks] for the next step; what is known stays."""
        # Through NumPy: torch takes longer for one number than all else here.
        codes, chosen = self.codes.numpy(), tokens.tolist()
        for codebook, delay in enumerate(self.delays):
            frame = self.position - 1 - delay
            if 0 <= frame < codes.shape[1] and codes[codebook, frame] == UNKNOWN:
                codes[codebook, frame] = chosen[codebook]
        self.position += 1
