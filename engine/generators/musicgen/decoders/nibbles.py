"""Matrices of 4-bit weights with rows of activations in 8 bits, in groups of 32 inputs.

A product of 4 bits with 8 leaves room for a sum of sixteen in 16 bits (``vpmaddubsw``), so this
takes half the instructions of 8-bit weights, and half of their memory. The sum of a group is a
whole number; groups are added as floats, always in the same order.
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
    SHORT,
    at,
    constant,
    spread,
    vector,
)
from engine.generators.musicgen.decoders.rounding import abreast, looks, noted_words, round_groups
from engine.generators.musicgen.decoders.vectors import (
    HAS_AVX2,
    LINE,
    TILE,
    compiled,
    multiply_pairs,
    prefetch,
)

__all__ = ["GROUP", "multiply4", "noted_nibbles", "pack4"]

Floats = NDArray[np.float32]

GROUP = 32
"""Inputs with a scale of their own: more would not fit into sums of 16 bits."""
MIDDLE = 8
"""What 0 is stored as."""
TOGETHER = 4
"""Inputs of one output that lie together."""
BYTES = GROUP * TILE // 2 + 2 * TILE
"""Of a tile's group: the weights, then the scales, the upper half of a float each."""
NOTED = GROUP // 4 + 2
"""Words of a row's group (``rounding.noted_words``)."""
ABREAST = 4
"""Rows that share a look at the weights: more sums would not stay in 16 registers."""

_LANES = 8
_BYTES, _SHORTS = vector(BYTE, 4 * _LANES), vector(SHORT, 2 * _LANES)
_INTS, _FLOATS = vector(INT, _LANES), vector(FLOAT, _LANES)


def _multiply_bytes(builder: Any, a: Any, b: Any) -> Any:
    """Products of 32 bytes from 0 up with 32 that have a sign, neighbours summed to 16 bits."""
    if HAS_AVX2:
        kind = ir.FunctionType(_SHORTS, [_BYTES] * 2)
        name = "llvm.x86.avx2.pmadd.ub.sw"
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), [a, b])
    sums = []
    for first in (0, 1):
        mask = ir.Constant(vector(INT, 2 * _LANES), list(range(first, 4 * _LANES, 2)))
        own = builder.zext(builder.shuffle_vector(a, a, mask), _SHORTS)
        other = builder.sext(builder.shuffle_vector(b, b, mask), _SHORTS)
        sums.append(builder.mul(own, other))
    return builder.add(*sums)


def _spread(builder: Any, start: Any, offset: int, element: Any) -> Any:
    return spread(builder, at(builder, start, offset, element), _LANES)


def _half_tiles(builder: Any, data: Any) -> tuple[list[tuple[Any, Any]], list[Any]]:
    """A group's weights, for each four inputs those of both halves' outputs; and its scales."""
    weights = []
    for step in range(GROUP // TOGETHER):
        both = at(builder, data, step * 4 * _LANES, _BYTES)
        upper = builder.lshr(builder.bitcast(both, _SHORTS), constant(_SHORTS, 4))
        low = constant(_BYTES, 15)
        weights.append((builder.and_(both, low), builder.and_(builder.bitcast(upper, _BYTES), low)))
    scales = []
    for half in (0, 1):
        stored = at(builder, data, GROUP * TILE // 2 + 2 * _LANES * half, vector(SHORT, _LANES))
        wide = builder.shl(builder.zext(stored, _INTS), constant(_INTS, 16))
        scales.append(builder.bitcast(wide, _FLOATS))
    return weights, scales


def _tile(rows: int) -> Any:
    @intrinsic
    def tile(
        typing: Any, data: Any, noted: Any, groups: Any, biases: Any, out: Any, apart: Any,
        ahead: Any, pace: Any,
    ) -> Any:  # fmt: skip
        """A tile's outputs of rows that were noted beside each other, written ``apart`` bytes from
        each other. Meanwhile ``pace`` bytes from ``ahead`` are fetched with each group."""

        def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            data, noted, groups, biases, out, apart, ahead, pace = arguments
            size, place = groups.type, BYTE.as_pointer()
            data, noted, biases, out, ahead = (
                builder.inttoptr(p, place) for p in (data, noted, biases, out, ahead)
            )
            totals = [
                [cgutils.alloca_once_value(builder, constant(_FLOATS, 0.0)) for _ in "12"]
                for _ in range(rows)
            ]
            fused = cgutils.get_or_insert_function(
                builder.module, ir.FunctionType(_FLOATS, [_FLOATS] * 3), "llvm.fmuladd.v8f32"
            )
            with cgutils.for_range(builder, groups) as loop:
                soon = builder.gep(ahead, [builder.mul(loop.index, pace)])
                for line in range(0, BYTES, LINE):
                    prefetch(builder, builder.gep(soon, [size(line)]))
                here = builder.gep(data, [builder.mul(loop.index, size(BYTES))])
                weights, scales = _half_tiles(builder, here)
                for row in range(rows):
                    start = builder.mul(loop.index, size(4 * NOTED * rows))
                    own = builder.gep(noted, [builder.add(start, size(4 * row))])
                    sums = [constant(_SHORTS, 0)] * 2
                    for step, both in enumerate(weights):
                        word = _spread(builder, own, 4 * rows * step, INT)
                        four = builder.bitcast(word, _BYTES)
                        sums = [
                            builder.add(total, _multiply_bytes(builder, half, four))
                            for total, half in zip(sums, both, strict=True)
                        ]
                    unit = _spread(builder, own, GROUP * rows, FLOAT)
                    middle = _spread(builder, own, (GROUP + 4) * rows, INT)
                    for total, short, scale in zip(totals[row], sums, scales, strict=True):
                        whole = multiply_pairs(builder, short, constant(_SHORTS, 1))
                        exact = builder.sitofp(builder.sub(whole, middle), _FLOATS)
                        scaled = builder.fmul(exact, scale)
                        value = builder.call(fused, [scaled, unit, builder.load(total)])
                        builder.store(value, total)
            for row in range(rows):
                start = builder.gep(out, [builder.mul(apart, size(row))])
                for half, total in enumerate(totals[row]):
                    bias = at(builder, biases, 4 * _LANES * half, _FLOATS)
                    there = builder.gep(start, [size(4 * _LANES * half)])
                    value = builder.fadd(builder.load(total), bias)
                    builder.store(value, builder.bitcast(there, _FLOATS.as_pointer())).align = 4
            return context.get_dummy_value()

        return types.void(*[types.intp] * 8), build

    return tile


_tile1, _tile2, _tile4 = (_tile(rows) for rows in (1, 2, 4))


@compiled
def multiply4(
    out: Any, noted: Any, weights: Any, biases: Any, begin: int, end: int, then: int
) -> None:
    """Outputs ``begin`` to ``end`` of rows as ``noted_nibbles`` noted them, into ``out``.

    ``then``: the address of what will be read afterwards.
    """
    rows = noted.shape[0]
    groups = noted.shape[1] // NOTED
    apart = 4 * out.shape[1]
    pace = -(-BYTES // max(1, looks(rows, ABREAST)))
    for n in range(begin, end, TILE):
        here = weights.ctypes.data + n // TILE * groups * BYTES
        ahead = here + groups * BYTES if n + TILE < end else then
        bias = biases.ctypes.data + 4 * n
        row = 0
        while row < rows:
            own, to = noted[row].ctypes.data, out[row].ctypes.data + 4 * n
            many = abreast(rows - row, ABREAST)
            if many == 4:
                _tile4(here, own, groups, bias, to, apart, ahead, pace)
            elif many == 2:
                _tile2(here, own, groups, bias, to, apart, ahead, pace)
            else:
                _tile1(here, own, groups, bias, to, apart, ahead, pace)
            row += many
            ahead += pace * groups


@compiled
def noted_nibbles(x: Any) -> Any:
    """Rows [rows, inputs] as ``multiply4`` reads them."""
    noted = np.empty((x.shape[0], noted_words(x.shape[1], GROUP)), np.int32)
    round_groups(x, noted, GROUP, MIDDLE, ABREAST)
    return noted


def pack4(matrix: Floats, bias: Floats | None) -> tuple[NDArray[np.uint8], Floats, Floats]:
    """A matrix [outputs, inputs] in 4 bits as ``Matrices`` has it, tile by tile, group by group;
    its scales lie among the weights."""
    outputs, inputs = matrix.shape
    groups = matrix.reshape(outputs, inputs // GROUP, GROUP)
    # The farthest from zero becomes -8, as there is no 8; which also wastes none of the 16.
    least, most = groups.min(axis=-1), groups.max(axis=-1)
    scales = np.where(-least > most, least, most) / np.float32(-MIDDLE)
    stored = _upper_half(scales)
    rounded = (stored.astype(np.uint32) << 16).view(np.float32)
    with np.errstate(invalid="ignore", divide="ignore"):  # damage is in the scales, too
        numbers = np.nan_to_num(np.rint(groups / rounded[..., None]), posinf=0, neginf=0)
    nibbles = (np.clip(numbers, -MIDDLE, MIDDLE - 1) + MIDDLE).astype(np.uint8)
    # [tile, half, lane, group, step, four] to [tile, group, step, lane, four, half]
    shape = (outputs // TILE, 2, _LANES, inputs // GROUP, GROUP // TOGETHER, TOGETHER)
    halves = nibbles.reshape(shape).transpose(0, 3, 4, 2, 5, 1)
    both = halves[..., 0] | halves[..., 1] << 4
    tiles = both.reshape(outputs // TILE, inputs // GROUP, GROUP * TILE // 2)
    beside = np.ascontiguousarray(
        stored.reshape(outputs // TILE, TILE, inputs // GROUP).transpose(0, 2, 1)
    )
    packed = np.concatenate([tiles, beside.view(np.uint8)], axis=-1).reshape(-1)
    biases = np.zeros(outputs, np.float32) if bias is None else bias
    return packed, np.zeros(0, np.float32), biases


def _upper_half(numbers: Floats) -> NDArray[np.uint16]:
    """Floats rounded to their upper 16 bits (bfloat16); what is no number stays none."""
    own = np.ascontiguousarray(numbers).view(np.uint32)
    rounded = ((own + 0x7FFF + (own >> 16 & 1)) >> 16).astype(np.uint16)
    return np.where(np.isfinite(numbers), rounded, np.uint16(0x7FC0))
