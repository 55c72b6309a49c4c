"""Chooses the next token of each codebook from the model's logits, per take."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import ModelDamaged

__all__ = ["Sampler"]

Weights = NDArray[np.float32]

COLDEST = 1e-30
"""A temperature below counts as 0: only the likeliest token is left long before, and what is
divided by less is soon too large for 32 bits, in which the smallest ones are 0 themselves."""


class Sampler:
    """One take's taste and its own stream of random numbers.

    Each call draws the same amount from the stream whatever the logits are, on the CPU whatever
    the model runs on, so equal logits give equal tokens wherever and in whichever batch.

    >>> sampler = Sampler(seed=7, temperature=1.0, top_k=250)
    >>> sampler(logits)       # [codebooks, card] -> [codebooks]
    """

    def __init__(
        self, seed: int, temperature: float = 1.0, top_k: int = 250, top_p: float = 0.0
    ) -> None:
        """Temperature 0 takes the likeliest token. As in audiocraft, a ``top_p`` above 0 (the
        likeliest tokens that make up this share) counts instead of ``top_k`` (0: all tokens)."""
        self.temperature = temperature
        self.top_k = top_k
        self.top_p = top_p
        self._generator = torch.Generator().manual_seed(seed)

    @property
    def state(self) -> Tensor:
        """Where the stream of random numbers stands, as bytes; may be set from a checkpoint."""
        return self._generator.get_state()

    @state.setter
    def state(self, state: Tensor) -> None:
        self._generator.set_state(state)

    def __call__(self, logits: Tensor) -> Tensor:
        """Tokens [codebooks] for logits [codebooks, card]. Raises ModelDamaged for NaN."""
        return torch.from_numpy(self._chosen(logits.to("cpu", torch.float32).numpy()))

    def _chosen(self, logits: NDArray[np.float32]) -> NDArray[np.intp]:
        """In NumPy: torch took five times as long, and half of that for a random number for each
        token, where one for each codebook does."""
        if not np.isfinite(logits).all():
            raise ModelDamaged("The model gave numbers that are none; the take would be noise.")
        if self.temperature < COLDEST:
            return logits.argmax(axis=-1)
        likeliest = logits.max(axis=-1, keepdims=True)
        weights: Weights = np.exp((logits - likeliest) / np.float32(self.temperature))
        if self.top_p > 0:
            weights = _nucleus(weights, self.top_p)
        elif 0 < self.top_k < weights.shape[-1]:
            least = np.partition(weights, -self.top_k, axis=-1)[:, -self.top_k, None]
            weights = weights * (weights >= least)
        reached = weights.cumsum(axis=-1, dtype=np.float64)
        # Of 24 bits, so that none is rounded up to the end of the last token.
        chance = torch.rand(len(weights), generator=self._generator).numpy()
        return (reached <= chance[:, None] * reached[:, -1:]).sum(axis=-1)


def _nucleus(weights: Weights, share: float) -> Weights:
    """Keep the likeliest tokens whose predecessors make up at most ``share``."""
    order = np.argsort(-weights, axis=-1, kind="stable")
    ordered = np.take_along_axis(weights, order, axis=-1)
    before = ordered.cumsum(axis=-1, dtype=np.float64) - ordered
    kept = np.where(before > share * ordered.sum(axis=-1, keepdims=True), 0, ordered)
    chosen = np.zeros_like(weights)
    np.put_along_axis(chosen, order, kept, axis=-1)
    return chosen
