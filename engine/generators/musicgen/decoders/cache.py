"""Keys and values of the past, in slots: one slot for each stream of a row."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["BLOCK", "SlotCache"]

BLOCK = 256
"""Steps by which slots become longer: five seconds of music."""


class SlotCache:
    """For each layer, keys and values [slots, heads, steps, head dim].

    Attention over a batch wants the batch in neighbouring slots, so slots can be moved. What is
    beyond a slot's length is finite rubbish; the reader's mask hides it.
    """

    def __init__(
        self, layers: int, heads: int, head_dim: int, like: Tensor, block: int = BLOCK
    ) -> None:
        """``like`` gives the numbers' type and device; slots grow by ``block`` steps."""
        self._shape = (heads, head_dim)
        self._block = block
        self._like = like
        self.slots = self.steps = 0
        """That all layers have room for."""
        self.keys = [self._empty(0, 0) for _ in range(layers)]
        self.values = [self._empty(0, 0) for _ in range(layers)]
        self.moved = 0
        """How often the tensors were replaced; who holds on to their addresses must look."""

    def make_room(self, slots: int, steps: int) -> None:
        """Have at least so many slots of so many steps. What is there stays."""
        if slots <= self.slots and steps <= self.steps:
            return
        slots = max(slots, self.slots)
        steps = max(-(-steps // self._block) * self._block, self.steps)
        self.moved += 1
        for tensors in (self.keys, self.values):
            for layer, old in enumerate(tensors):  # one by one: the old goes before the next comes
                new = self._empty(slots, steps)
                new[: old.shape[0], :, : old.shape[2]] = old
                tensors[layer] = new
        self.slots, self.steps = slots, steps  # only now: memory may have ended half-way

    def move(self, source: int, target: int, steps: int) -> None:
        """Copy what ``source`` holds to ``target``."""
        for tensors in (self.keys, self.values):
            for tensor in tensors:
                tensor[target, :, :steps] = tensor[source, :, :steps]

    def write(self, layer: int, slots: Tensor, steps: Tensor, keys: Tensor, values: Tensor) -> None:
        """Put keys and values [streams, heads, head dim] at one step of each slot."""
        self.keys[layer][slots, :, steps] = keys
        self.values[layer][slots, :, steps] = values

    def write_run(self, layer: int, slot: int, first: int, keys: Tensor, values: Tensor) -> None:
        """Put keys and values [heads, steps, head dim] into one slot, from step ``first`` on."""
        end = first + keys.shape[1]
        self.keys[layer][slot, :, first:end] = keys
        self.values[layer][slot, :, first:end] = values

    def _empty(self, slots: int, steps: int) -> Tensor:
        heads, head_dim = self._shape
        # Zeros, as a NaN left in memory would survive the mask.
        return torch.zeros(
            (slots, heads, steps, head_dim), dtype=self._like.dtype, device=self._like.device
        )
