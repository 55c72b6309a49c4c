"""Matrices of 8-bit weights with rows of activations in 8 bits, in groups of up to 128 inputs.

For processors that sum four products of 8 bits in one instruction (VNNI): twice as many products a
cycle as with activations in 16 bits (``pairs``), and weights go into it as they come from
memory. They are stored from 0 up, as that instruction wants one side without a sign. The sum of a
group is a whole number; groups are added as floats, always in the same order.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils
from numpy.typing import NDArray

from engine.generators.musicgen.decoders.lanes import (
    BYTE,
    FLOAT,
    INT,
    at,
    fetch,
    spread,
    vector,
)
from engine.generators.musicgen.decoders.processor import HAS_VNNI, LANES, WIDE, compiled
from engine.generators.musicgen.decoders.rounding import noted_words, round_groups, round_weights
from engine.generators.musicgen.decoders.tiles import TILE, Look, sum_groups, write

__all__ = ["ABREAST", "SMALL_GROUP", "STEP", "look_at_quads", "noted_quads", "pack_quads"]

Floats = NDArray[np.float32]

GROUP = 128
"""Inputs with a scale of their own; of a matrix that is no multiple of it, ``SMALL_GROUP``."""
SMALL_GROUP = 32
MIDDLE = 128
"""What 0 is stored as."""
ABREAST = 8 if WIDE else 4
"""Rows that share a look at the weights: as many as sums stay in registers."""
STEP = 4 * TILE
"""Bytes of four inputs, which are a word of 32 bits for each output."""
UNROLLED = 4

_BYTES, _WORDS = vector(BYTE, 4 * LANES), vector(INT, 4 * LANES)
_INTS, _FLOATS = vector(INT, LANES), vector(FLOAT, LANES)


def look_at_quads(builder: Any, look: Look) -> None:
    """A step is four inputs."""
    size = look.steps.type
    large = builder.urem(look.steps, size(GROUP // 4))
    is_large = builder.icmp_unsigned("==", large, size(0))
    words = builder.select(is_large, size(GROUP // 4), size(SMALL_GROUP // 4))

    def add(group: Any, totals: list[list[Any]]) -> None:
        _add_group(builder, look, builder.mul(group, words), words, totals)

    sums = sum_groups(builder, look, builder.udiv(look.steps, words), LANES, add)
    for row in sums:
        for number, value in enumerate(row):
            scale = at(builder, look.scales, 4 * LANES * number, _FLOATS)
            row[number] = builder.fmul(value, scale)
    write(builder, look, sums)


def _add_group(builder: Any, look: Look, first: Any, words: Any, totals: list[list[Any]]) -> None:
    """Add a group's products, which is ``words`` words from the ``first`` on."""
    rows, size, halves = look.rows, words.type, range(TILE // LANES)
    # The groups before it had two words more each: the unit, and what is to be taken off.
    before = builder.mul(builder.udiv(first, words), size(2))
    noted = builder.gep(look.noted, [builder.mul(builder.add(first, before), size(4 * rows))])
    behind = builder.gep(noted, [builder.mul(words, size(4 * rows))])
    sums = []
    for row in range(rows):
        middle = spread(builder, at(builder, behind, 4 * (rows + row), INT), LANES)
        taken_off = builder.neg(middle)
        sums.append([cgutils.alloca_once_value(builder, taken_off) for _ in halves])
    with cgutils.for_range_slice(builder, size(0), words, size(UNROLLED)) as (word, _):
        here = builder.add(first, word)
        fetch(builder, look.ahead, builder.mul(here, look.pace), STEP * UNROLLED)
        for more in range(UNROLLED):
            start = builder.gep(
                look.weights, [builder.mul(builder.add(here, size(more)), size(STEP))]
            )
            weights = [at(builder, start, 4 * LANES * half, _INTS) for half in halves]
            beside = builder.gep(
                noted, [builder.mul(builder.add(word, size(more)), size(4 * rows))]
            )
            for row in range(rows):
                four = spread(builder, at(builder, beside, 4 * row, INT), LANES)
                for half in halves:
                    place = sums[row][half]
                    value = _add_quads(builder, builder.load(place), weights[half], four)
                    builder.store(value, place)
    for row in range(rows):
        unit = spread(builder, at(builder, behind, 4 * row, FLOAT), LANES)
        for half in halves:
            exact = builder.sitofp(builder.load(sums[row][half]), _FLOATS)
            total = totals[row][half]
            builder.store(builder.fadd(builder.load(total), builder.fmul(exact, unit)), total)


def _add_quads(builder: Any, sums: Any, weights: Any, four: Any) -> Any:
    """Add the products of weights from 0 up with bytes that have a sign, four to each sum."""
    if HAS_VNNI:
        kind = ir.FunctionType(_INTS, [_INTS] * 3)
        name = f"llvm.x86.avx512.vpdpbusd.{32 * LANES}"
        function = cgutils.get_or_insert_function(builder.module, kind, name)
        return builder.call(function, [sums, weights, four])
    own = builder.zext(builder.bitcast(weights, _BYTES), _WORDS)
    products = builder.mul(own, builder.sext(builder.bitcast(four, _BYTES), _WORDS))
    for first in range(4):
        mask = ir.Constant(_INTS, list(range(first, 4 * LANES, 4)))
        sums = builder.add(sums, builder.shuffle_vector(products, products, mask))
    return sums


@compiled
def noted_quads(x: Any) -> Any:
    """Rows [rows, inputs] as ``look_at_quads`` reads them."""
    rows, inputs = x.shape
    group = GROUP if inputs % GROUP == 0 else SMALL_GROUP
    noted = np.empty((rows, noted_words(inputs, group)), np.int32)
    round_groups(x, noted, group, MIDDLE, ABREAST)
    return noted


def pack_quads(matrix: Floats, bias: Floats | None) -> tuple[NDArray[np.uint32], Floats, Floats]:
    """A matrix [outputs, inputs] in 8 bits as ``Matrices`` has it: weights, scales, biases."""
    outputs, inputs = matrix.shape
    rounded, scales = round_weights(matrix)
    stored = rounded.view(np.uint8) ^ np.uint8(MIDDLE)
    tiled = stored.reshape(outputs // TILE, TILE, inputs // 4, 4).transpose(0, 2, 1, 3)
    biases = np.zeros(outputs, np.float32) if bias is None else bias
    return np.ascontiguousarray(tiled).reshape(-1).view(np.uint32), scales, biases
