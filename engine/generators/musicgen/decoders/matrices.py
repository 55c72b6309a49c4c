"""Matrices of 8-bit weights with rows of activations, and what is done to rows before them.

Activations get as many bits as 32-bit sums allow (13 to 15) with one scale for each row: x86
multiplies 16 bits by 16 (``vpmaddwd``) as quickly as 8 by 8.

Sixteen outputs' weights lie together, two inputs of each, then the next two, so that memory is read
in one straight line (a walk over several rows at once ran at half the speed) and each lane of a
vector sums an output of its own. Rows that share a look at the weights lie beside each other in the
same way: two inputs of each, then the next two.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.generators.musicgen.decoders.vectors import (
    TILE,
    as_float,
    bits,
    compiled,
    inlined,
    settle,
    summing,
    tile1,
    tile2,
    tile4,
)

__all__ = ["ABREAST", "abreast", "beside", "layer_norm", "multiply8", "round_rows", "round_to"]

ABREAST = 4
"""Rows that share a look at the weights: more sums would not stay in 16 registers."""


@inlined
def abreast(left: int) -> int:
    """How many of the rows that are left share the next look."""
    return 4 if left >= 4 else 2 if left >= 2 else 1


@compiled
def beside(apart: Any, to: Any, many: int) -> None:
    """Lay the first ``many`` rows of ``apart`` [ABREAST, words] beside each other, word by word."""
    first, second, third, fourth = apart[0], apart[1], apart[2], apart[3]
    words = apart.shape[1]
    if many == 4:
        for i in range(words):
            to[4 * i], to[4 * i + 1] = first[i], second[i]
            to[4 * i + 2], to[4 * i + 3] = third[i], fourth[i]
    elif many == 2:
        for i in range(words):
            to[2 * i], to[2 * i + 1] = first[i], second[i]
    else:
        for i in range(words):
            to[i] = first[i]


@compiled
def multiply8(
    out: Any, q: Any, row_scales: Any, weights: Any, scales: Any, biases: Any, begin: int, end: int,
    then: int,
) -> None:  # fmt: skip
    """Outputs ``begin`` to ``end`` of rows as ``round_rows`` noted them, into ``out``.

    ``then``: the address of what will be read afterwards.
    """
    rows, pairs = q.shape
    inputs = 2 * pairs
    sums = np.empty((ABREAST, TILE), np.int32)
    to = sums.ctypes.data
    looks = rows // 4 + rows % 4 // 2 + rows % 2
    # All looks at a tile together fetch the next one.
    pace = 2 * TILE // max(1, looks)
    for n in range(begin, end, TILE):
        here = weights.ctypes.data + n * inputs
        ahead = here + TILE * inputs if n + TILE < end else then
        row = 0
        while row < rows:
            there = q[row].ctypes.data
            many = abreast(rows - row)
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


@compiled
def round_to(x: Any, q: Any, limit: float) -> Any:
    """Write ``x`` as whole numbers up to ``limit`` into ``q``; gives their unit.

    NaN and infinity make the unit NaN, so that nothing hides them.
    """
    # As bits the sizes of floats are in order, infinity and NaN above all others; and the largest
    # of whole numbers is found in vectors, which that of floats is not.
    largest = np.int32(0)
    for i in range(x.shape[0]):
        largest = max(largest, np.int32(bits(x[i]) & np.int32(0x7FFFFFFF)))
    if largest >= np.int32(0x7F800000):
        return np.float32(np.nan)
    most = max(as_float(largest), np.float32(1e-20))
    factor = np.float32(limit) / most
    for i in range(x.shape[0]):
        scaled = x[i] * factor
        q[i] = np.int32(scaled + (np.float32(0.5) if scaled > 0 else np.float32(-0.5)))
    return most / np.float32(limit)


@compiled
def round_rows(x: Any, q: Any, scales: Any) -> None:
    """Note rows [rows, inputs] in 16 bits in ``q`` [rows, inputs / 2], two numbers in each, as
    ``multiply8`` reads them: rows that share a look at the weights lie beside each other."""
    rows, inputs = x.shape
    # What a sum of so many products with 127 can hold in 32 bits.
    limit = min(32767, (2**31 - 1) // (127 * inputs))
    apart = np.empty((ABREAST, inputs // 2), np.int32)
    numbers = apart.view(np.int16)
    row = 0
    while row < rows:
        many = abreast(rows - row)
        for r in range(many):
            scales[row + r] = round_to(x[row + r], numbers[r], limit)
        beside(apart, q[row : row + many].reshape(-1), many)
        row += many


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
