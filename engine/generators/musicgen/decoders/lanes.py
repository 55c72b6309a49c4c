"""Vectors in LLVM's instructions: the same number in all lanes, what lies in memory, products."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils

from engine.generators.musicgen.decoders.processor import HAS_AVX2, LINE, WIDE

__all__ = [
    "BYTE", "FLOAT", "INT", "SHORT", "at", "constant", "fetch", "fused", "multiply_pairs",
    "pointer", "put", "spread", "vector",
]  # fmt: skip

BYTE, SHORT, INT, FLOAT = ir.IntType(8), ir.IntType(16), ir.IntType(32), ir.FloatType()
_READ, _INTO_L1, _INTO_L2, _DATA = 0, 3, 2, 1


def vector(element: Any, lanes: int) -> Any:
    """The type of so many numbers."""
    return ir.VectorType(element, lanes)


def constant(kind: Any, number: float) -> Any:
    """A number that is known now, in all lanes."""
    return ir.Constant(kind, [number] * kind.count)


def spread(builder: Any, number: Any, lanes: int) -> Any:
    """One number in all lanes."""
    kind = vector(number.type, lanes)
    one = builder.insert_element(ir.Constant(kind, ir.Undefined), number, INT(0))
    return builder.shuffle_vector(one, one, constant(vector(INT, lanes), 0))


def fused(builder: Any, a: Any, b: Any, c: Any) -> Any:
    """a x b + c of floats."""
    name = f"llvm.fmuladd.v{a.type.count}f32"
    return _called(builder, name, a.type, a, b, c)


def multiply_pairs(builder: Any, a: Any, b: Any) -> Any:
    """Products of 16 or 32 lanes of 16 bits, neighbours summed to half as many of 32 bits."""
    lanes = a.type.count
    wide = vector(INT, lanes // 2)
    name = {16: HAS_AVX2 and "llvm.x86.avx2.pmadd.wd", 32: "llvm.x86.avx512.pmaddw.d.512"}[lanes]
    if name:
        return _called(builder, name, wide, a, b)
    sums = []
    for first in (0, 1):
        mask = ir.Constant(wide, list(range(first, lanes, 2)))
        a_half, b_half = (builder.sext(builder.shuffle_vector(v, v, mask), wide) for v in (a, b))
        sums.append(builder.mul(a_half, b_half))
    return builder.add(*sums)


def _called(builder: Any, name: str, result: Any, *arguments: Any) -> Any:
    kind = ir.FunctionType(result, [argument.type for argument in arguments])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), arguments)


# -- memory ----------------------------------------------------------------------------------------


def pointer(builder: Any, address: Any) -> Any:
    """An address as a pointer to bytes."""
    return builder.inttoptr(address, BYTE.as_pointer())


def at(builder: Any, start: Any, offset: Any, kind: Any) -> Any:
    """What lies ``offset`` bytes, a number or a value, from the pointer ``start``."""
    value = builder.load(_place(builder, start, offset, kind))
    value.align = 1
    return value


def put(builder: Any, value: Any, start: Any, offset: Any) -> None:
    """Write to ``offset`` bytes, a number or a value, from the pointer ``start``."""
    builder.store(value, _place(builder, start, offset, value.type)).align = 1


def _place(builder: Any, start: Any, offset: Any, kind: Any) -> Any:
    offset = INT(offset) if isinstance(offset, int) else offset
    return builder.bitcast(builder.gep(start, [offset]), kind.as_pointer())


def fetch(builder: Any, start: Any, offset: Any, size: int) -> None:
    """Let ``size`` bytes of memory come, and go on."""
    kind = ir.FunctionType(ir.VoidType(), [start.type, INT, INT, INT])
    function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
    # Zen 3 gained nothing by the second level; Zen 4 waits half as long, for it can have more lines
    # on their way there.
    how = [INT(n) for n in (_READ, _INTO_L2 if WIDE else _INTO_L1, _DATA)]
    here = builder.gep(start, [offset])
    for line in range(0, size, LINE):
        builder.call(function, [builder.gep(here, [INT(line)]), *how])
