"""Matrices of 8-bit weights with rows of activations in 16 bits; and the norm before them.

Activations get as many bits as 32-bit sums allow (13 to 15) with one scale for each row: x86
multiplies 16 bits by 16 (``vpmaddwd``) as quickly as 8 by 8, where it has no VNNI (``quads``).

Sixteen outputs' weights lie together, two inputs of each, then the next two, so that memory is read
in one straight line (a walk over several rows at once ran at half the speed) and each lane of a
vector sums an output of its own.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.generators.musicgen.decoders.rounding import abreast, looks, round_rows, round_weights
from engine.generators.musicgen.decoders.vectors import (
    TILE,
    compiled,
    settle,
    summing,
    tile1,
    tile2,
    tile4,
)

__all__ = ["layer_norm", "multiply8", "pack8", "rounded8"]

Floats = NDArray[np.float32]

ABREAST = 4
"""Rows that share a look at the weights: more sums would not stay in 16 registers."""


@compiled
def rounded8(x: Any) -> Any:
    """Rows [rows, inputs] as ``multiply8`` reads them, and a scale of each."""
    rows, inputs = x.shape
    q, scales = np.empty((rows, inputs // 2), np.int32), np.empty(rows, np.float32)
    round_rows(x, q, scales, ABREAST)
    return q, scales


@compiled
def multiply8(
    out: Any, q: Any, row_scales: Any, weights: Any, scales: Any, biases: Any, begin: int, end: int,
    then: int,
) -> None:  # fmt: skip
    """Outputs ``begin`` to ``end`` of rows as ``rounded8`` gives them, into ``out``.

    ``then``: the address of what will be read afterwards.
    """
    rows, pairs = q.shape
    inputs = 2 * pairs
    sums = np.empty((ABREAST, TILE), np.int32)
    to = sums.ctypes.data
    # All looks at a tile together fetch the next one.
    pace = 2 * TILE // max(1, looks(rows, ABREAST))
    for n in range(begin, end, TILE):
        here = weights.ctypes.data + n * inputs
        ahead = here + TILE * inputs if n + TILE < end else then
        row = 0
        while row < rows:
            there = q[row].ctypes.data
            many = abreast(rows - row, ABREAST)
            if many == 4:
                tile4(here, there, pairs, to, ahead, pace)
            elif many == 2:
                tile2(here, there, pairs, to, ahead, pace)
            else:
                tile1(here, there, pairs, to, ahead, pace)
            for r in range(many):
                settle(
                    to + 4 * TILE * r, scales.ctypes.data + 4 * n, biases.ctypes.data + 4 * n,
                    row_scales[row + r], out[row + r].ctypes.data + 4 * n,
                )  # fmt: skip
            row += many
            ahead += pace * pairs


@summing
def layer_norm(x: Any, out: Any, norm: Any, eps: float) -> None:
    """Layer norm of each row."""
    rows, dim = x.shape
    for row in range(rows):
        total = np.float32(0)
        for i in range(dim):
            total += x[row, i]
        mean = total / np.float32(dim)
        spread = np.float32(0)
        for i in range(dim):
            off = x[row, i] - mean
            spread += off * off
        factor = np.float32(1) / np.float32(math.sqrt(spread / np.float32(dim) + np.float32(eps)))
        for i in range(dim):
            out[row, i] = (x[row, i] - mean) * factor * norm[0, i] + norm[1, i]


def pack8(matrix: Floats, bias: Floats | None) -> tuple[NDArray[np.int8], Floats, Floats]:
    """A matrix [outputs, inputs] in 8 bits as ``Matrices`` has it: weights, scales, biases."""
    outputs, inputs = matrix.shape
    rounded, scales = round_weights(matrix)
    tiled = rounded.reshape(outputs // TILE, TILE, inputs // 2, 2).transpose(0, 2, 1, 3)
    biases = np.zeros(outputs, np.float32) if bias is None else bias
    return np.ascontiguousarray(tiled).reshape(-1), scales, biases
