"""The softmax over a past that comes block by block, as instructions for LLVM.

Each block is weighed against the largest score until now, and what was found before shrinks when a
larger one comes (Milakov and Gimelshein 2018). So keys and values of a block are read in one go,
and numbers are worked on while memory answers.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from engine.generators.musicgen.decoders.lanes import (
    FLOAT,
    INT,
    SHORT,
    constant,
    fetch,
    fused,
    pointer,
    spread,
    vector,
)
from engine.generators.musicgen.decoders.memory import BLOCK

__all__ = ["LEAST", "NOTES", "SHRINKS", "TOP", "UNIT", "WHOLE", "weigh"]

TOP, SHRINKS, UNIT, WHOLE, NOTES = 0, 1, 2, 8, 16
"""Where a head's notes hold: its largest score; by what all that was found before shrinks; the unit
of the shares; their sum until now, in 8 lanes. And how many numbers they are."""
LEAST = -3e38
"""A score below all others."""

_LANES = 8
_INTS, _FLOATS = vector(INT, _LANES), vector(FLOAT, _LANES)
_LARGEST = 32767.0
_SMALLEST = 1e-30
"""Of a block's largest share, to divide by."""


def _all(number: float) -> Any:
    return constant(_FLOATS, number)


def _larger(builder: Any, a: Any, b: Any) -> Any:
    """``b`` where ``a`` is no number: who needs to see that looks at the sum of the shares."""
    return builder.select(builder.fcmp_ordered(">", a, b), a, b)


def _largest(builder: Any, vectors: list[Any]) -> Any:
    """Of all lanes of all vectors, in all lanes."""
    while len(vectors) > 1:
        vectors = [_larger(builder, *pair) for pair in zip(*[iter(vectors)] * 2, strict=True)]
    most = vectors[0]
    for far in (4, 2, 1):
        turned = ir.Constant(_INTS, [(lane + far) % _LANES for lane in range(_LANES)])
        most = _larger(builder, builder.shuffle_vector(most, most, turned), most)
    return most


def _exp(builder: Any, x: Any) -> Any:
    """e to the x, up to 0, as ``vectors.exp`` has it."""
    x = builder.select(builder.fcmp_ordered("<", x, _all(-87.0)), _all(-87.0), x)
    power = builder.fptosi(
        builder.fsub(builder.fmul(x, _all(1.4426950408889634)), _all(0.5)), _INTS
    )
    whole = builder.sitofp(power, _FLOATS)
    x = fused(builder, whole, _all(-0.693359375), x)
    x = fused(builder, whole, _all(2.12194440e-4), x)
    y = _all(1.9875691500e-4)
    for factor in (
        1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
    ):  # fmt: skip
        y = fused(builder, y, x, _all(factor))
    y = builder.fadd(fused(builder, builder.fmul(y, x), x, x), _all(1.0))
    bias = ir.Constant(_INTS, [127] * _LANES)
    bits = builder.shl(builder.add(power, bias), ir.Constant(_INTS, [23] * _LANES))
    return builder.fmul(y, builder.bitcast(bits, _FLOATS))


@intrinsic
def weigh(
    typing: Any, sums: Any, scales: Any, unit: Any, left: Any, notes: Any, found: Any, ahead: Any
) -> Any:
    """From the sums of a query's products with a block's keys to the steps' shares.

    ``sums``: 64 of 32 bits. ``scales``: of the keys, then of the values, 64 floats each. ``unit``:
    the query's. ``left``: steps that there are from the block's first one on; others have no share.
    ``notes``: the head's. ``found``: gets the shares times the values' scales, 64 of 16 bits.
    Meanwhile the scales at ``ahead`` are fetched.

    The sum of the shares is NaN when anything is NaN or infinite.
    """

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        sums, scales, unit, left, notes, found, ahead = arguments
        size, parts = sums.type, range(BLOCK // _LANES)

        def place(start: Any, offset: int, kind: Any) -> Any:
            return builder.inttoptr(builder.add(start, size(offset)), kind.as_pointer())

        def load(start: Any, offset: int, kind: Any) -> Any:
            value = builder.load(place(start, offset, kind))
            value.align = 4
            return value

        fetch(builder, pointer(builder, ahead), size(0), 8 * BLOCK)
        units, lefts = (
            spread(builder, unit, _LANES),
            spread(builder, builder.trunc(left, INT), _LANES),
        )
        there = [
            builder.icmp_signed(
                "<", ir.Constant(_INTS, [*range(n * _LANES, (n + 1) * _LANES)]), lefts
            )
            for n in parts
        ]
        scores = []
        for n, is_there in zip(parts, there, strict=True):
            factor = builder.fmul(units, load(scales, 4 * _LANES * n, _FLOATS))
            score = builder.fmul(builder.sitofp(load(sums, 4 * _LANES * n, _INTS), _FLOATS), factor)
            scores.append(builder.select(is_there, score, _all(LEAST)))
        before = spread(builder, load(notes, 4 * TOP, FLOAT), _LANES)
        top = _larger(builder, _largest(builder, scores), before)
        shrinks = _exp(builder, builder.fsub(before, top))
        whole = builder.fmul(load(notes, 4 * WHOLE, _FLOATS), shrinks)
        witness, weighted = _all(0.0), []
        for n, is_there in zip(parts, there, strict=True):
            own = _exp(builder, builder.fsub(scores[n], top))
            whole = builder.fadd(whole, builder.select(is_there, own, _all(0.0)))
            scaled = builder.fmul(own, load(scales, 4 * (BLOCK + _LANES * n), _FLOATS))
            weighted.append(builder.select(is_there, scaled, _all(0.0)))
            witness = builder.fadd(witness, weighted[-1])
        # Nothing is added, but where something is no number.
        whole = builder.fadd(whole, builder.fmul(witness, _all(0.0)))
        most = _larger(builder, _largest(builder, weighted), _all(_SMALLEST))
        factor = builder.fdiv(_all(_LARGEST), most)
        for n in parts:
            rounded = builder.fptosi(fused(builder, weighted[n], factor, _all(0.5)), _INTS)
            small = builder.trunc(rounded, vector(SHORT, _LANES))
            builder.store(small, place(found, 2 * _LANES * n, small.type)).align = 2
        unit = builder.fmul(most, _all(1 / _LARGEST))
        for value, at in ((top, TOP), (shrinks, SHRINKS), (unit, UNIT)):
            one = builder.extract_element(value, INT(0))
            builder.store(one, place(notes, 4 * at, FLOAT)).align = 4
        builder.store(whole, place(notes, 4 * WHOLE, _FLOATS)).align = 4
        return context.get_dummy_value()

    size = types.intp
    return types.void(size, size, types.float32, size, size, size, size), build
