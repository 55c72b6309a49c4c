"""Matrices of 8-bit weights with rows of activations in 8 bits, in groups of up to 128 inputs.

For processors that sum four products of 8 bits in one instruction (VNNI): twice as many products a
cycle as with activations in 16 bits (``matrices``), and weights go into it as they come from
memory. They are stored from 0 up, as that instruction wants one side without a sign. The sum of a
group is a whole number; groups are added as floats, always in the same order.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from engine.generators.musicgen.decoders.lanes import (
    BYTE,
    FLOAT,
    INT,
    at,
    constant,
    spread,
    vector,
)
from engine.generators.musicgen.decoders.rounding import (
    abreast,
    looks,
    noted_words,
    round_groups,
    round_weights,
)
from engine.generators.musicgen.decoders.vectors import (
    HAS_VNNI,
    LINE,
    TILE,
    WIDE,
    compiled,
    prefetch,
)

__all__ = ["SMALL_GROUP", "multiply_quads", "noted_quads", "pack_quads"]

Floats = NDArray[np.float32]

GROUP = 128
"""Inputs with a scale of their own; of a matrix that is no multiple of it, ``SMALL_GROUP``."""
SMALL_GROUP = 32
MIDDLE = 128
"""What 0 is stored as."""
ABREAST = 8 if WIDE else 4
"""Rows that share a look at the weights: as many as sums stay in registers."""
UNROLLED = 4

_LANES = 16 if WIDE else 8
_BYTES, _WORDS = vector(BYTE, 4 * _LANES), vector(INT, 4 * _LANES)
_INTS, _FLOATS = vector(INT, _LANES), vector(FLOAT, _LANES)
_HALVES = TILE // _LANES


def _spread(builder: Any, start: Any, offset: Any, element: Any) -> Any:
    return spread(builder, at(builder, start, offset, element), _LANES)


def _add_quads(builder: Any, sums: Any, weights: Any, four: Any) -> Any:
    """Add the products of weights from 0 up with bytes that have a sign, four to each sum."""
    if HAS_VNNI:
        kind = ir.FunctionType(_INTS, [_INTS] * 3)
        name = f"llvm.x86.avx512.vpdpbusd.{32 * _LANES}"
        function = cgutils.get_or_insert_function(builder.module, kind, name)
        return builder.call(function, [sums, weights, four])
    own = builder.zext(builder.bitcast(weights, _BYTES), _WORDS)
    products = builder.mul(own, builder.sext(builder.bitcast(four, _BYTES), _WORDS))
    for first in range(4):
        mask = ir.Constant(_INTS, list(range(first, 4 * _LANES, 4)))
        sums = builder.add(sums, builder.shuffle_vector(products, products, mask))
    return sums


def _tile(rows: int) -> Any:
    @intrinsic
    def tile(
        typing: Any, data: Any, noted: Any, groups: Any, words: Any, scales: Any, biases: Any,
        out: Any, apart: Any, ahead: Any, pace: Any,
    ) -> Any:  # fmt: skip
        """A tile's outputs of rows that were noted beside each other, ``groups`` of ``words`` words
        of four inputs; written ``apart`` bytes from each other. Meanwhile ``pace`` bytes from
        ``ahead`` are fetched with each word."""

        def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            data, noted, groups, words, scales, biases, out, apart, ahead, pace = arguments
            size, halves = groups.type, range(_HALVES)
            data, noted, scales, biases, out, ahead = (
                builder.inttoptr(p, BYTE.as_pointer())
                for p in (data, noted, scales, biases, out, ahead)
            )

            def places(kind: Any) -> list[list[Any]]:
                nothing = constant(kind, 0)
                return [
                    [cgutils.alloca_once_value(builder, nothing) for _ in halves]
                    for _ in range(rows)
                ]

            totals, sums = places(_FLOATS), places(_INTS)
            with cgutils.for_range(builder, groups) as group:
                first = builder.mul(group.index, words)
                # Two words more a group: its unit, and what is to be taken off.
                own = builder.gep(
                    noted,
                    [
                        builder.mul(
                            builder.add(first, builder.mul(group.index, size(2))), size(4 * rows)
                        )
                    ],
                )
                after = builder.mul(words, size(4 * rows))
                for row in range(rows):
                    middle = _spread(builder, own, builder.add(after, size(4 * (rows + row))), INT)
                    for half in halves:
                        builder.store(builder.neg(middle), sums[row][half])
                with cgutils.for_range_slice(builder, size(0), words, size(UNROLLED)) as (word, _):
                    here = builder.add(first, word)
                    soon = builder.gep(ahead, [builder.mul(here, pace)])
                    for line in range(0, 4 * TILE * UNROLLED, LINE):
                        prefetch(builder, builder.gep(soon, [size(line)]))
                    for more in range(UNROLLED):
                        start = builder.mul(builder.add(here, size(more)), size(4 * TILE))
                        weights = [
                            at(builder, data, builder.add(start, size(4 * _LANES * half)), _INTS)
                            for half in halves
                        ]
                        beside = builder.mul(builder.add(word, size(more)), size(4 * rows))
                        for row in range(rows):
                            four = _spread(builder, own, builder.add(beside, size(4 * row)), INT)
                            for half in halves:
                                place = sums[row][half]
                                value = _add_quads(
                                    builder, builder.load(place), weights[half], four
                                )
                                builder.store(value, place)
                for row in range(rows):
                    unit = _spread(builder, own, builder.add(after, size(4 * row)), FLOAT)
                    for half in halves:
                        exact = builder.sitofp(builder.load(sums[row][half]), _FLOATS)
                        scaled = builder.fmul(exact, unit)
                        total = totals[row][half]
                        builder.store(builder.fadd(builder.load(total), scaled), total)
            for row in range(rows):
                start = builder.gep(out, [builder.mul(apart, size(row))])
                for half in halves:
                    offset = size(4 * _LANES * half)
                    scale = at(builder, scales, offset, _FLOATS)
                    bias = at(builder, biases, offset, _FLOATS)
                    value = builder.fmul(builder.load(totals[row][half]), scale)
                    there = builder.bitcast(builder.gep(start, [offset]), _FLOATS.as_pointer())
                    builder.store(builder.fadd(value, bias), there).align = 4
            return context.get_dummy_value()

        return types.void(*[types.intp] * 10), build

    return tile


_tile1, _tile2, _tile4, _tile8 = (_tile(rows) for rows in (1, 2, 4, 8))


@compiled
def multiply_quads(
    out: Any, noted: Any, weights: Any, scales: Any, biases: Any, begin: int, end: int, then: int
) -> None:
    """Outputs ``begin`` to ``end`` of rows as ``noted_quads`` noted them, into ``out``.

    ``then``: the address of what will be read afterwards.
    """
    rows, outputs = noted.shape[0], biases.shape[0]
    inputs = weights.shape[0] // outputs * 4
    group = group_of(inputs)
    groups, words, apart = inputs // group, group // 4, 4 * out.shape[1]
    # All looks at a tile together fetch the next one.
    pace = -(-4 * TILE // max(1, looks(rows, ABREAST)))
    for n in range(begin, end, TILE):
        here = weights.ctypes.data + n * inputs
        ahead = here + TILE * inputs if n + TILE < end else then
        scale, bias = scales.ctypes.data + 4 * n, biases.ctypes.data + 4 * n
        row = 0
        while row < rows:
            own, to = noted[row].ctypes.data, out[row].ctypes.data + 4 * n
            many = abreast(rows - row, ABREAST)
            if many == 8:
                _tile8(here, own, groups, words, scale, bias, to, apart, ahead, pace)
            elif many == 4:
                _tile4(here, own, groups, words, scale, bias, to, apart, ahead, pace)
            elif many == 2:
                _tile2(here, own, groups, words, scale, bias, to, apart, ahead, pace)
            else:
                _tile1(here, own, groups, words, scale, bias, to, apart, ahead, pace)
            row += many
            ahead += pace * groups * words


@compiled
def group_of(inputs: int) -> int:
    """How many inputs of a matrix with so many share a scale."""
    return GROUP if inputs % GROUP == 0 else SMALL_GROUP


@compiled
def noted_quads(x: Any) -> Any:
    """Rows [rows, inputs] as ``multiply_quads`` reads them."""
    rows, inputs = x.shape
    group = group_of(inputs)
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
