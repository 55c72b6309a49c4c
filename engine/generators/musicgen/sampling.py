"""Chooses the next token of each codebook from the model's logits, per take."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.errors import ModelDamaged
from engine.generators.musicgen.threads import one_thread

__all__ = ["Sampler"]


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
        with one_thread():
            return self._chosen(logits.to("cpu", torch.float32))

    def _chosen(self, logits: Tensor) -> Tensor:
        if not bool(torch.isfinite(logits).all()):
            raise ModelDamaged("The model gave numbers that are none; the take would be noise.")
        if self.temperature <= 0:
            return logits.argmax(dim=-1)
        likeliest = logits.amax(dim=-1, keepdim=True)
        weights = ((logits - likeliest) / self.temperature).exp()
        probabilities = weights / weights.sum(dim=-1, keepdim=True)
        if self.top_p > 0:
            probabilities = _nucleus(probabilities, self.top_p)
        elif 0 < self.top_k < probabilities.shape[-1]:
            least = probabilities.topk(self.top_k, dim=-1).values[:, -1:]
            probabilities = probabilities * (probabilities >= least)
        return torch.multinomial(probabilities, 1, generator=self._generator).squeeze(-1)


def _nucleus(probabilities: Tensor, share: float) -> Tensor:
    """Keep the likeliest tokens whose predecessors make up at most ``share``."""
    ordered, order = probabilities.sort(dim=-1, descending=True)
    before = ordered.cumsum(dim=-1) - ordered
    kept = torch.where(before > share, 0.0, ordered)
    return torch.zeros_like(probabilities).scatter(-1, order, kept)
