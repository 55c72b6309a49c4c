"""A look at one tile of a matrix with some rows: what all ways to keep weights have in common.

Sixteen outputs' weights lie together, a few inputs of each, then the next few, so that memory is
read in one straight line (a walk over several rows at once ran at half the speed) and each lane of
a vector sums an output of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from numba.core import cgutils

from engine.generators.musicgen.decoders.lanes import FLOAT, at, constant, pointer, put, vector

__all__ = ["TILE", "Look", "sum_groups", "write"]

TILE = 16
"""Outputs whose weights lie together."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the instructions of a look are made from: pointers to bytes, and numbers."""

    rows: int
    """That share it; the rest is known only when it runs."""
    weights: Any
    """Of the tile."""
    steps: Any
    """Its equal parts that are read one after the other."""
    noted: Any
    """The rows, rounded, word by word of 32 bits beside each other."""
    scales: Any
    biases: Any
    out: Any
    apart: Any
    """Bytes from one row's outputs to the next one's."""
    ahead: Any
    """What is read next: each step lets a share of it come."""
    pace: Any
    """Bytes of it a step."""

    @classmethod
    def of(cls, builder: Any, rows: int, arguments: Sequence[Any]) -> Look:
        """``arguments``: the fields from ``weights`` on, with addresses as numbers."""
        weights, steps, noted, scales, biases, out, apart, ahead, pace = arguments
        weights, noted, scales, biases, out, ahead = (
            pointer(builder, address) for address in (weights, noted, scales, biases, out, ahead)
        )
        return cls(rows, weights, steps, noted, scales, biases, out, apart, ahead, pace)


AddGroup = Callable[[Any, list[list[Any]]], None]


def sum_groups(builder: Any, look: Look, groups: Any, lanes: int, add: AddGroup) -> list[list[Any]]:
    """Sums of groups of inputs, which ``add(group, totals)`` adds to the ``totals``: places of
    vectors [rows, vectors] of floats."""
    nothing = constant(vector(FLOAT, lanes), 0.0)
    totals = [
        [cgutils.alloca_once_value(builder, nothing) for _ in range(TILE // lanes)]
        for _ in range(look.rows)
    ]
    with cgutils.for_range(builder, groups) as loop:
        add(loop.index, totals)
    return [[builder.load(total) for total in row] for row in totals]


def write(builder: Any, look: Look, sums: list[list[Any]]) -> None:
    """A tile's outputs: vectors [rows, vectors] of floats, with their biases."""
    size = look.apart.type
    for row, vectors in enumerate(sums):
        start = builder.gep(look.out, [builder.mul(look.apart, size(row))])
        for number, value in enumerate(vectors):
            offset = 4 * value.type.count * number
            bias = at(builder, look.biases, offset, value.type)
            put(builder, builder.fadd(value, bias), start, offset)
