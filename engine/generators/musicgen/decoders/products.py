"""Products of rows with a matrix, in the arithmetic that belongs to how its weights are kept.

Numba chooses by the type of the weights: int8, each in a byte (``matrices``); uint32, four of 8
bits in each (``quads``); or uint8, two in each (``nibbles``).
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import overload

from engine.generators.musicgen.decoders.matrices import multiply8, rounded8
from engine.generators.musicgen.decoders.nibbles import multiply4, noted_nibbles
from engine.generators.musicgen.decoders.quads import multiply_quads, noted_quads

__all__ = ["multiply", "rounded"]


def rounded(x: Any, weights: Any) -> Any:
    """Rows [rows, inputs] as ``multiply`` wants them for these weights. In compiled code only."""
    raise NotImplementedError


def multiply(
    out: Any, rows: Any, weights: Any, scales: Any, biases: Any, begin: int, end: int, then: int
) -> None:
    """Outputs ``begin`` to ``end``, in whole tiles, of ``rounded`` rows. In compiled code only.

    ``then``: the address of what will be read afterwards.
    """
    raise NotImplementedError


@overload(rounded)
def _rounded(x: Any, weights: Any) -> Any:
    def eight(x: Any, weights: Any) -> Any:
        return rounded8(x)

    def quads(x: Any, weights: Any) -> Any:
        return noted_quads(x)

    def four(x: Any, weights: Any) -> Any:
        return noted_nibbles(x)

    return {types.int8: eight, types.uint32: quads, types.uint8: four}[weights.dtype]


@overload(multiply)
def _multiply(
    out: Any, rows: Any, weights: Any, scales: Any, biases: Any, begin: Any, end: Any, then: Any
) -> Any:
    def eight(
        out: Any, rows: Any, weights: Any, scales: Any, biases: Any, begin: Any, end: Any, then: Any
    ) -> None:
        multiply8(out, rows[0], rows[1], weights, scales, biases, begin, end, then)

    def quads(
        out: Any, rows: Any, weights: Any, scales: Any, biases: Any, begin: Any, end: Any, then: Any
    ) -> None:
        multiply_quads(out, rows, weights, scales, biases, begin, end, then)

    def four(
        out: Any, rows: Any, weights: Any, scales: Any, biases: Any, begin: Any, end: Any, then: Any
    ) -> None:
        multiply4(out, rows, weights, biases, begin, end, then)

    return {types.int8: eight, types.uint32: quads, types.uint8: four}[weights.dtype]
