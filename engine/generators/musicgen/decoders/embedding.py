"""What goes into the transformer: tokens and positions as numbers, after what comes before."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.generators.musicgen.decoders.weights import LMModel, encode_positions

__all__ = ["Embedding"]

Floats = NDArray[np.float32]


class _Reader(Protocol):
    """A row, as far as this is concerned."""

    prefix: Tensor | None
    steps: int


class Embedding:
    """The tables of a checkpoint.

    In NumPy: torch's threads, which spin for a while after each use, take the decoder's cores.
    """

    def __init__(self, lm: LMModel, longest: int) -> None:
        """Positions are there for ``longest`` steps from the start, later ones when needed."""
        self._lm = lm
        self._tables: Floats = np.stack([table.weight.detach().cpu().numpy() for table in lm.emb])
        self._positions: Floats = encode_positions(lm, 0, longest).numpy()

    @property
    def codebooks(self) -> int:
        return len(self._tables)

    def __call__(self, row: _Reader, tokens: Tensor, streams: int) -> Floats:
        """[streams, steps, dim] for tokens [codebooks, steps] that the row reads next.

        What is put before the music comes first, and is read with that.
        """
        codes = tokens.numpy()
        x: Floats = self._tables[np.arange(len(codes)), codes.T].sum(axis=1)
        x = np.broadcast_to(x, (streams, *x.shape))
        if row.prefix is not None:
            x = np.concatenate([row.prefix.float().cpu().numpy(), x], axis=1)
            row.prefix = None
        last = row.steps + x.shape[1]
        if last > len(self._positions):
            self._positions = encode_positions(self._lm, 0, 2 * last).numpy()
        return x + self._positions[row.steps : last]
