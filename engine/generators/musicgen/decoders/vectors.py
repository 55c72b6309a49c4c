"""What the kernels do with whole vectors, as instructions for LLVM.

Numba's own loops over 8-bit numbers run at a third of the speed. Nothing here is peculiar to one
processor but ``multiply_pairs``, which knows another way.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

__all__ = [
    "HAS_AVX2", "HAS_VNNI", "LINE", "TILE", "WIDE", "as_float", "bits", "borrowed", "columns64",
    "compiled", "exp", "gelu", "inlined", "multiply_pairs", "prefetch", "settle",
    "suits_this_processor", "summing", "tile1", "tile2", "tile4",
]  # fmt: skip

TILE = 16
"""Outputs whose weights lie together."""
UNROLLED = 2
FEW = 8
"""Sums at once that keep a processor waiting."""
LINE = 64
"""Bytes that come from memory at once."""

compiled = njit(nogil=True, error_model="numpy", cache=True)
inlined = njit(inline="always", error_model="numpy")
summing = njit(nogil=True, error_model="numpy", cache=True, fastmath={"reassoc", "contract"})
"""For sums of floats: in vectors, so in another order than written, but always in the same."""

_I8, _I16, _I32 = ir.IntType(8), ir.IntType(16), ir.IntType(32)
_READ, _INTO_L1, _INTO_L2, _DATA = 0, 3, 2, 1
_FEATURES = llvm.get_host_cpu_features()
HAS_AVX2 = _FEATURES.get("avx2", False)
HAS_VNNI = any(_FEATURES.get(name, False) for name in ("avx512vnni", "avxvnni"))
"""Whether one instruction sums four products of 8 bits."""
WIDE = all(_FEATURES.get(name, False) for name in ("avx512bw", "avx512vl", "avx512vnni"))
"""Whether vectors have 512 bits. Processors from before VNNI became slower by using them."""
LANES = 32 if WIDE else 16
"""Of 16 bits, in a vector of products."""
_HALF = LANES // 2


def suits_this_processor() -> bool:
    """Whether the kernels are quicker here than OpenVINO: so it was seen on Zen 3, which has AVX2
    alone, and on Zen 4, which has AVX-512 with VNNI too."""
    return HAS_AVX2


@intrinsic
def bits(typing: Any, number: Any) -> Any:
    """The 32 bits of this float32."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], _I32)

    return types.int32(types.float32), build


@intrinsic
def as_float(typing: Any, bits: Any) -> Any:
    """The float32 of these 32 bits."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.FloatType())

    return types.float32(types.int32), build


@inlined
def exp(x: Any) -> Any:
    """e to the x, up to 0, to within 2e-7 of it; unlike the library's it works on vectors."""
    x = np.float32(-87) if x < np.float32(-87) else x
    power = np.int32(x * np.float32(1.4426950408889634) - np.float32(0.5))
    whole = np.float32(power)
    x = x - whole * np.float32(0.693359375) + whole * np.float32(2.12194440e-4)
    y = np.float32(1.9875691500e-4)
    y = y * x + np.float32(1.3981999507e-3)
    y = y * x + np.float32(8.3334519073e-3)
    y = y * x + np.float32(4.1665795894e-2)
    y = y * x + np.float32(1.6666665459e-1)
    y = y * x + np.float32(5.0000001201e-1)
    y = y * x * x + x + np.float32(1)
    return y * as_float(np.int32((power + 127) << 23))


@inlined
def gelu(x: Any) -> Any:
    """With the error function after Abramowitz and Stegun 7.1.26, to within 2e-7."""
    z = abs(x) * np.float32(0.7071067811865476)
    t = np.float32(1) / (np.float32(1) + np.float32(0.3275911) * z)
    y = np.float32(1.061405429)
    y = y * t + np.float32(-1.453152027)
    y = y * t + np.float32(1.421413741)
    y = y * t + np.float32(-0.284496736)
    y = y * t + np.float32(0.254829592)
    tail = np.float32(0.5) * y * t * exp(-z * z)
    return x * (np.float32(1) - tail if x > 0 else tail)


def multiply_pairs(builder: Any, a: Any, b: Any) -> Any:
    """Products of 16 or 32 lanes of 16 bits, neighbours summed to half as many of 32 bits."""
    lanes = a.type.count
    wide = ir.VectorType(_I32, lanes // 2)
    name = {16: HAS_AVX2 and "llvm.x86.avx2.pmadd.wd", 32: "llvm.x86.avx512.pmaddw.d.512"}[lanes]
    if name:
        kind = ir.FunctionType(wide, [a.type] * 2)
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), [a, b])
    sums = []
    for first in (0, 1):
        mask = ir.Constant(wide, list(range(first, lanes, 2)))
        a_half, b_half = (builder.sext(builder.shuffle_vector(v, v, mask), wide) for v in (a, b))
        sums.append(builder.mul(a_half, b_half))
    return builder.add(*sums)


def _load(builder: Any, pointer: Any, element: Any) -> Any:
    kind = ir.VectorType(element, LANES)
    value = builder.load(builder.bitcast(pointer, kind.as_pointer()))
    value.align = element.width // 8
    return value


def prefetch(builder: Any, place: Any) -> None:
    """Let a line of memory come, and go on."""
    kind = ir.FunctionType(ir.VoidType(), [place.type, _I32, _I32, _I32])
    function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
    # Zen 3 gained nothing by the second level; Zen 4 waits half as long, for it can have more lines
    # on their way there.
    builder.call(function, [place, *map(_I32, (_READ, _INTO_L2 if WIDE else _INTO_L1, _DATA))])


def _columns(outputs: int, rows: int = 1) -> Any:
    """Sums of whole columns [rows, outputs], 32 bits: of 8-bit pairs [pairs, outputs, 2] with
    16-bit ones [pairs, rows, 2]. The pairs are even in number.

    Rows lie pair by pair beside each other: apart by a power of two, as activations are, their
    numbers would come from one bank of the first-level cache, one after the other.

    Meanwhile what lies at ``ahead`` is fetched, ``pace`` bytes with each pair: memory is slow to
    answer, and the processor itself looks no further than a page.
    """
    width, vectors = 2 * outputs, outputs // _HALF
    # A sum waits for the one before it: few are counted in two halves that do not.
    apart = UNROLLED if rows * vectors < FEW else 1

    @intrinsic
    def columns(
        typing: Any, data: Any, factors: Any, pairs: Any, out: Any, ahead: Any, pace: Any
    ) -> Any:
        def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            data, factors, pairs, out, ahead, pace = arguments
            size = pairs.type
            data, ahead = (builder.inttoptr(place, _I8.as_pointer()) for place in (data, ahead))
            factors = builder.inttoptr(factors, _I32.as_pointer())
            wide = ir.VectorType(_I32, _HALF)
            zero = ir.Constant(wide, [0] * _HALF)
            sums = [cgutils.alloca_once_value(builder, zero) for _ in range(rows * vectors * apart)]
            with cgutils.for_range_slice(builder, size(0), pairs, size(UNROLLED)) as (first, _):
                soon = builder.gep(ahead, [builder.mul(first, pace)])
                for line in range(0, width * UNROLLED, LINE):
                    prefetch(builder, builder.gep(soon, [size(line)]))
                for more in range(UNROLLED):
                    pair = builder.add(first, size(more))
                    here = builder.gep(data, [builder.mul(pair, size(width))])
                    own = [
                        builder.sext(
                            _load(builder, builder.gep(here, [size(LANES * vector)]), _I8),
                            ir.VectorType(_I16, LANES),
                        )
                        for vector in range(vectors)
                    ]
                    beside = builder.gep(factors, [builder.mul(pair, size(rows))])
                    for row in range(rows):
                        factor = builder.load(builder.gep(beside, [size(row)]))
                        factor.align = 4
                        one = builder.insert_element(
                            ir.Constant(wide, ir.Undefined), factor, _I32(0)
                        )
                        all_lanes = builder.shuffle_vector(one, one, zero)
                        there = builder.bitcast(all_lanes, ir.VectorType(_I16, LANES))
                        for vector in range(vectors):
                            place = sums[(row * vectors + vector) * apart + more % apart]
                            product = multiply_pairs(builder, there, own[vector])
                            builder.store(builder.add(builder.load(place), product), place)
            for number in range(rows * vectors):
                parts = [builder.load(place) for place in sums[number * apart :][:apart]]
                at = builder.inttoptr(builder.add(out, size(4 * _HALF * number)), wide.as_pointer())
                builder.store(reduce(builder.add, parts), at).align = 4
            return context.get_dummy_value()

        return types.void(*[types.intp] * 6), build

    return columns


@intrinsic
def settle(typing: Any, sums: Any, scales: Any, biases: Any, unit: Any, out: Any) -> Any:
    """A tile's sums times ``unit`` and their scales, and biases: floats, at ``out``.

    Numba's loop is not made into vectors: it could be that ``out`` lies upon the rest.
    """

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        *places, unit, out = arguments
        size = out.type
        floats = ir.VectorType(ir.FloatType(), _HALF)
        one = builder.insert_element(ir.Constant(floats, ir.Undefined), unit, _I32(0))
        nowhere = ir.Constant(ir.VectorType(_I32, _HALF), [0] * _HALF)
        units = builder.shuffle_vector(one, one, nowhere)
        for first in range(0, TILE, _HALF):
            vectors = []
            for place, element in zip(places, (_I32, *[ir.FloatType()] * 2), strict=True):
                kind = ir.VectorType(element, _HALF).as_pointer()
                vector = builder.load(builder.inttoptr(builder.add(place, size(4 * first)), kind))
                vector.align = 4
                vectors.append(vector)
            own_sums, own_scales, own_biases = vectors
            total = builder.fmul(builder.sitofp(own_sums, floats), own_scales)
            total = builder.fadd(builder.fmul(total, units), own_biases)
            at = builder.inttoptr(builder.add(out, size(4 * first)), floats.as_pointer())
            builder.store(total, at).align = 4
        return context.get_dummy_value()

    place = types.intp
    return types.void(place, place, place, types.float32, place), build


tile1, tile2, tile4 = (_columns(TILE, rows) for rows in (1, 2, 4))
columns64 = _columns(64)


@intrinsic
def borrowed(typing: Any, array: Any) -> Any:
    """The same array, whose owner is not counted. The caller sees that it outlives this.

    Numba counts them at each slice and call, and threads that count the same ones wait for each
    other: some hundred nanoseconds, twenty thousand times in a step of eight takes.
    """

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        own = context.make_array(array)(context, builder, arguments[0])
        own.meminfo = ir.Constant(own.meminfo.type, None)
        own.parent = ir.Constant(own.parent.type, None)
        return own._getvalue()  # noqa: SLF001

    return array(array), build
