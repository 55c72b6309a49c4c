"""The truth: audiocraft's own modules, one row after the other, nothing changed.

Slow, and right by definition. It decodes whatever audiocraft can load, so it serves the models
that the fast decoders do not know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.generators.musicgen.checkpoint import Checkpoint
from engine.generators.musicgen.conditions import Conditions
from engine.generators.musicgen.decoder import guide

__all__ = ["ReferenceDecoder"]


@dataclass(slots=True, eq=False)
class ReferenceRow:
    """What audiocraft's modules remember of one take."""

    conditions: Conditions
    guidance: float
    memory: dict[str, Tensor]
    steps: int = 0

    def skip(self, steps: int) -> None:
        for name, tensor in self.memory.items():
            if name.endswith(("past_keys", "past_values")):  # [streams, heads, steps, head dim]
                nothing = torch.zeros_like(tensor[:, :, :1]).expand(-1, -1, steps, -1)
                self.memory[name] = torch.cat([tensor, nothing], dim=2)
            elif name.endswith("offsets"):
                self.memory[name] = tensor + steps
        self.steps += steps


class ReferenceDecoder:
    """Audiocraft's language model, step by step. Same tokens alone and in any batch."""

    name = "reference"
    precision = "fp32"
    repeats = "exactly"

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._lm = checkpoint.lm

    def open(self, conditions: Conditions, guidance: float = 3.0) -> ReferenceRow:
        return ReferenceRow(conditions, guidance, {})

    def logits(self, rows: Sequence[ReferenceRow], inputs: Sequence[Tensor]) -> Tensor:
        return torch.stack(
            [self._row_logits(row, tokens) for row, tokens in zip(rows, inputs, strict=True)]
        )

    def close(self, row: ReferenceRow) -> None:
        row.memory = {}

    def row_bytes(self, steps: int, streams: int = 2) -> int:
        """Keys and values of each layer; twice, because each step copies them to grow."""
        lm = self._lm
        return 2 * (2 * len(lm.transformer.layers) * lm.dim * steps * streams * 4)

    @torch.no_grad()
    def _row_logits(self, row: ReferenceRow, tokens: Tensor) -> Tensor:
        """Logits [codebooks, card] after ``tokens`` [codebooks, steps]."""
        lm, streams = self._lm, row.conditions.streams
        device = next(lm.parameters()).device
        with lm.streaming():
            lm.set_streaming_state(row.memory)
            # The tensors are copied, as audiocraft's fuser may add to them in place.
            tensors = {
                name: (said.clone(), mask) for name, (said, mask) in row.conditions.tensors.items()
            }
            logits = lm(tokens.to(device).expand(streams, -1, -1), [], tensors)[:, :, -1]
            row.memory = lm.get_streaming_state()
        row.steps += tokens.shape[-1]
        logits = logits.float().cpu()
        return guide(logits[:1], logits[-1:], torch.tensor([row.guidance]))[0]
