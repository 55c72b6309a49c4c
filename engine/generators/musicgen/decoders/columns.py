"""Sums of columns: of 8-bit numbers in pairs, with numbers of 16 bits.

Numba's own loops over 8-bit numbers run at a third of the speed.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from engine.generators.musicgen.decoders.lanes import (
    BYTE,
    INT,
    SHORT,
    at,
    constant,
    fetch,
    multiply_pairs,
    pointer,
    put,
    spread,
    vector,
)
from engine.generators.musicgen.decoders.processor import LANES

__all__ = ["columns16", "columns64", "sum_pairs"]

UNROLLED = 2
FEW = 8
"""Sums at once that keep a processor waiting."""

_BYTES, _SHORTS, _INTS = vector(BYTE, 2 * LANES), vector(SHORT, 2 * LANES), vector(INT, LANES)


def sum_pairs(
    builder: Any, data: Any, factors: Any, pairs: Any, ahead: Any, pace: Any, shape: tuple[int, int]
) -> list[list[Any]]:
    """Sums of whole columns, 32 bits, as vectors for each row: of 8-bit pairs [pairs, outputs, 2]
    with 16-bit ones [pairs, rows, 2]. ``shape``: (rows, outputs). The pairs are even in number.

    Rows lie pair by pair beside each other: apart by a power of two, as activations are, their
    numbers would come from one bank of the first-level cache, one after the other.

    Meanwhile what lies at ``ahead`` is fetched, ``pace`` bytes with each pair: memory is slow to
    answer, and the processor itself looks no further than a page.
    """
    size, (rows, outputs) = pairs.type, shape
    vectors = range(outputs // LANES)
    # A sum waits for the one before it: few are counted in two halves that do not.
    apart = UNROLLED if rows * len(vectors) < FEW else 1
    zero = constant(_INTS, 0)
    sums = [
        [[cgutils.alloca_once_value(builder, zero) for _ in range(apart)] for _ in vectors]
        for _ in range(rows)
    ]
    with cgutils.for_range_slice(builder, size(0), pairs, size(UNROLLED)) as (first, _):
        fetch(builder, ahead, builder.mul(first, pace), 2 * outputs * UNROLLED)
        for more in range(UNROLLED):
            pair = builder.add(first, size(more))
            here = builder.gep(data, [builder.mul(pair, size(2 * outputs))])
            own = [
                builder.sext(at(builder, here, 2 * LANES * number, _BYTES), _SHORTS)
                for number in vectors
            ]
            beside = builder.gep(factors, [builder.mul(pair, size(4 * rows))])
            for row in range(rows):
                factor = spread(builder, at(builder, beside, 4 * row, INT), LANES)
                there = builder.bitcast(factor, _SHORTS)
                for number in vectors:
                    place = sums[row][number][more % apart]
                    product = multiply_pairs(builder, there, own[number])
                    builder.store(builder.add(builder.load(place), product), place)
    return [
        [reduce(builder.add, [builder.load(part) for part in parts]) for parts in row]
        for row in sums
    ]


def _columns(outputs: int) -> Any:
    @intrinsic
    def columns(
        typing: Any, data: Any, factors: Any, pairs: Any, out: Any, ahead: Any, pace: Any
    ) -> Any:
        """The sums of one row's columns, to ``out``: [outputs] of 32 bits. All are addresses."""

        def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            data, factors, pairs, out, ahead, pace = arguments
            data, factors, out, ahead = (
                pointer(builder, place) for place in (data, factors, out, ahead)
            )
            (sums,) = sum_pairs(builder, data, factors, pairs, ahead, pace, (1, outputs))
            for number, vector_sums in enumerate(sums):
                put(builder, vector_sums, out, 4 * LANES * number)
            return context.get_dummy_value()

        return types.void(*[types.intp] * 6), build

    return columns


columns16, columns64 = _columns(16), _columns(64)
