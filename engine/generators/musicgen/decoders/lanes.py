"""Vectors in LLVM's instructions: the same number in all lanes, and what lies in memory."""

from __future__ import annotations

from typing import Any

from llvmlite import ir

__all__ = ["BYTE", "FLOAT", "INT", "SHORT", "at", "constant", "spread", "vector"]

BYTE, SHORT, INT, FLOAT = ir.IntType(8), ir.IntType(16), ir.IntType(32), ir.FloatType()


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


def at(builder: Any, start: Any, offset: Any, kind: Any) -> Any:
    """What lies ``offset`` bytes, a number or a value, from the pointer ``start``."""
    offset = INT(offset) if isinstance(offset, int) else offset
    value = builder.load(builder.bitcast(builder.gep(start, [offset]), kind.as_pointer()))
    value.align = 1
    return value
