"""Products of rows with a matrix, in the arithmetic that belongs to how its weights are kept.

That is told by the type of the weights: int8, each in a byte; uint32, four of 8 bits in each; or
uint8, two in each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numba import types
from numba.extending import intrinsic, overload

from engine.generators.musicgen.decoders import nibbles, pairs, quads
from engine.generators.musicgen.decoders.processor import compiled
from engine.generators.musicgen.decoders.rounding import abreast, looks
from engine.generators.musicgen.decoders.tiles import TILE, Look

__all__ = ["multiply", "rounded"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to keep weights."""

    noted: Callable[[Any], Any]
    """Compiled: rows [rows, inputs] as ``look`` reads them."""
    look: Callable[[Any, Look], None]
    """Makes the instructions of a look at a tile."""
    abreast: int
    """Rows that share a look."""
    step: int
    """Bytes of a tile that are read at a time."""


KINDS = {
    types.int8: Kind(pairs.noted_pairs, pairs.look_at_pairs, pairs.ABREAST, pairs.STEP),
    types.uint32: Kind(quads.noted_quads, quads.look_at_quads, quads.ABREAST, quads.STEP),
    types.uint8: Kind(
        nibbles.noted_nibbles, nibbles.look_at_nibbles, nibbles.ABREAST, nibbles.STEP
    ),
}


def rounded(x: Any, weights: Any) -> Any:
    """Rows [rows, inputs] as ``multiply`` wants them for these weights. In compiled code only."""
    raise NotImplementedError


@overload(rounded, strict=False)
def _rounded(x: Any, weights: Any) -> Any:
    noted = KINDS[weights.dtype].noted
    return lambda x, weights: noted(x)


@compiled
def multiply(
    out: Any, rows: Any, weights: Any, scales: Any, biases: Any, begin: int, end: int, then: int
) -> None:
    """Outputs ``begin`` to ``end``, in whole tiles, of ``rounded`` rows.

    ``then``: the address of what will be read afterwards.
    """
    count, apart = rows.shape[0], 4 * out.shape[1]
    size = weights.nbytes // biases.shape[0] * TILE
    most, step = _shares(weights)
    # All looks at a tile together fetch the next one.
    steps, pace = size // step, -(-step // max(1, looks(count, most)))
    for n in range(begin, end, TILE):
        here = weights.ctypes.data + n // TILE * size
        ahead = here + size if n + TILE < end else then
        scale, bias = scales.ctypes.data + 4 * n, biases.ctypes.data + 4 * n
        row = 0
        while row < count:
            own, to = rows[row].ctypes.data, out[row].ctypes.data + 4 * n
            many = abreast(count - row, most)
            if many == 8:
                _look8(weights, here, steps, own, scale, bias, to, apart, ahead, pace)
            elif many == 4:
                _look4(weights, here, steps, own, scale, bias, to, apart, ahead, pace)
            elif many == 2:
                _look2(weights, here, steps, own, scale, bias, to, apart, ahead, pace)
            else:
                _look1(weights, here, steps, own, scale, bias, to, apart, ahead, pace)
            row += many
            ahead += pace * steps


# -- what depends on the kind, known when it is compiled -------------------------------------------


def _shares(weights: Any) -> tuple[int, int]:
    """The rows that share a look, and the bytes of its step."""
    raise NotImplementedError


@overload(_shares, strict=False)
def _own_shares(weights: Any) -> Any:
    shares = (KINDS[weights.dtype].abreast, KINDS[weights.dtype].step)
    return lambda weights: shares


def _look(rows: int) -> Any:
    @intrinsic
    def look(
        typing: Any, weights: Any, here: Any, steps: Any, noted: Any, scales: Any, biases: Any,
        out: Any, apart: Any, ahead: Any, pace: Any,
    ) -> Any:  # fmt: skip
        """``weights``: the whole matrix, for its kind alone."""
        kind = KINDS[weights.dtype]

        def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            kind.look(builder, Look.of(builder, rows, arguments[1:]))
            return context.get_dummy_value()

        return types.void(weights, *[types.intp] * 9), build

    return look


_look1, _look2, _look4, _look8 = (_look(rows) for rows in (1, 2, 4, 8))
