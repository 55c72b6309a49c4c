"""Matrices of 8-bit weights with rows of activations in 16 bits, two inputs at a time.

Activations get as many bits as 32-bit sums allow (13 to 15) with one scale for each row: x86
multiplies 16 bits by 16 (``vpmaddwd``) as quickly as 8 by 8, where it has no VNNI (``quads``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.generators.musicgen.decoders.columns import sum_pairs
from engine.generators.musicgen.decoders.lanes import FLOAT, at, spread, vector
from engine.generators.musicgen.decoders.processor import LANES, compiled
from engine.generators.musicgen.decoders.rounding import round_rows, round_weights
from engine.generators.musicgen.decoders.tiles import TILE, Look, write

__all__ = ["ABREAST", "STEP", "look_at_pairs", "noted_pairs", "pack_pairs"]

Floats = NDArray[np.float32]

ABREAST = 4
"""Rows that share a look at the weights: more sums would not stay in 16 registers."""
STEP = 2 * TILE
"""Bytes of two inputs."""

_FLOATS = vector(FLOAT, LANES)


def look_at_pairs(builder: Any, look: Look) -> None:
    """A step is a pair of inputs."""
    shape = (look.rows, TILE)
    sums = sum_pairs(builder, look.weights, look.noted, look.steps, look.ahead, look.pace, shape)
    # Behind its last pair lies the row's unit.
    units = builder.gep(look.noted, [builder.mul(look.steps, look.steps.type(4 * look.rows))])
    for row in range(look.rows):
        unit = spread(builder, at(builder, units, 4 * row, FLOAT), LANES)
        for number, exact in enumerate(sums[row]):
            scale = at(builder, look.scales, 4 * LANES * number, _FLOATS)
            scaled = builder.fmul(builder.sitofp(exact, _FLOATS), scale)
            sums[row][number] = builder.fmul(scaled, unit)
    write(builder, look, sums)


@compiled
def noted_pairs(x: Any) -> Any:
    """Rows [rows, inputs] as ``look_at_pairs`` reads them: [rows, inputs / 2 + 1]."""
    rows, inputs = x.shape
    noted = np.empty((rows, inputs // 2 + 1), np.int32)
    round_rows(x, noted, ABREAST)
    return noted


def pack_pairs(matrix: Floats, bias: Floats | None) -> tuple[NDArray[np.int8], Floats, Floats]:
    """A matrix [outputs, inputs] in 8 bits as ``Matrices`` has it: weights, scales, biases."""
    outputs, inputs = matrix.shape
    rounded, scales = round_weights(matrix)
    tiled = rounded.reshape(outputs // TILE, TILE, inputs // 2, 2).transpose(0, 2, 1, 3)
    biases = np.zeros(outputs, np.float32) if bias is None else bias
    return np.ascontiguousarray(tiled).reshape(-1), scales, biases
