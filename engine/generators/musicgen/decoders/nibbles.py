"""Matrices of 4-bit weights with rows of activations in 8 bits, in groups of 32 inputs.

A product of 4 bits with 8 leaves room for a sum of sixteen in 16 bits (``vpmaddubsw``), so this
takes half the instructions of 8-bit weights, and half of their memory. The sum of a group is a
whole number; groups are added as floats, always in the same order.
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
    SHORT,
    at,
    constant,
    fetch,
    fused,
    multiply_pairs,
    spread,
    vector,
)
from engine.generators.musicgen.decoders.processor import HAS_AVX2, compiled
from engine.generators.musicgen.decoders.rounding import noted_words, round_groups
from engine.generators.musicgen.decoders.tiles import TILE, Look, sum_groups, write

__all__ = ["ABREAST", "GROUP", "STEP", "look_at_nibbles", "noted_nibbles", "pack_nibbles"]

Floats = NDArray[np.float32]

GROUP = 32
"""Inputs with a scale of their own: more would not fit into sums of 16 bits."""
MIDDLE = 8
"""What 0 is stored as."""
TOGETHER = 4
"""Inputs of one output that lie together."""
STEP = GROUP * TILE // 2 + 2 * TILE
"""Bytes of a group: the weights, then the scales, the upper half of a float each."""
ABREAST = 4
"""Rows that share a look at the weights: more sums would not stay in 16 registers."""

_LANES = 8
_BYTES, _SHORTS = vector(BYTE, 4 * _LANES), vector(SHORT, 2 * _LANES)
_INTS, _FLOATS = vector(INT, _LANES), vector(FLOAT, _LANES)


def look_at_nibbles(builder: Any, look: Look) -> None:
    """A step is a group of inputs."""

    def add(group: Any, totals: list[list[Any]]) -> None:
        _add_group(builder, look, group, totals)

    write(builder, look, sum_groups(builder, look, look.steps, _LANES, add))


def _add_group(builder: Any, look: Look, group: Any, totals: list[list[Any]]) -> None:
    rows, size = look.rows, group.type
    fetch(builder, look.ahead, builder.mul(group, look.pace), STEP)
    here = builder.gep(look.weights, [builder.mul(group, size(STEP))])
    weights, scales = _half_tiles(builder, here)
    # Behind its words lie a group's unit, and what is to be taken off.
    words = noted_words(GROUP, GROUP)
    noted = builder.gep(look.noted, [builder.mul(group, size(4 * words * rows))])
    for row in range(rows):

        def word(number: int, kind: Any, row: int = row) -> Any:
            return spread(builder, at(builder, noted, 4 * (rows * number + row), kind), _LANES)

        sums = [constant(_SHORTS, 0)] * 2
        for step, both in enumerate(weights):
            four = builder.bitcast(word(step, INT), _BYTES)
            sums = [
                builder.add(total, _multiply_bytes(builder, half, four))
                for total, half in zip(sums, both, strict=True)
            ]
        unit, middle = word(words - 2, FLOAT), word(words - 1, INT)
        for total, short, scale in zip(totals[row], sums, scales, strict=True):
            whole = multiply_pairs(builder, short, constant(_SHORTS, 1))
            exact = builder.sitofp(builder.sub(whole, middle), _FLOATS)
            scaled = builder.fmul(exact, scale)
            builder.store(fused(builder, scaled, unit, builder.load(total)), total)


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


@compiled
def noted_nibbles(x: Any) -> Any:
    """Rows [rows, inputs] as ``look_at_nibbles`` reads them."""
    noted = np.empty((x.shape[0], noted_words(x.shape[1], GROUP)), np.int32)
    round_groups(x, noted, GROUP, MIDDLE, ABREAST)
    return noted


def pack_nibbles(matrix: Floats, bias: Floats | None) -> tuple[NDArray[np.uint8], Floats, Floats]:
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
