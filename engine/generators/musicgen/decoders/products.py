"""Products of rows with a matrix, in the arithmetic that belongs to how its weights are kept.

Numba chooses by the type of the weights: int8 (``matrices``), or uint8, two in each (``nibbles``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

from engine.generators.musicgen.decoders.matrices import multiply8, round_rows
from engine.generators.musicgen.decoders.nibbles import GROUP, NOTED, multiply4, round_groups

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
        rows, inputs = x.shape
        q, scales = np.empty((rows, inputs // 2), np.int32), np.empty(rows, np.float32)
        round_rows(x, q, scales)
        return q, scales

    def four(x: Any, weights: Any) -> Any:
        noted = np.empty((x.shape[0], x.shape[1] // GROUP * NOTED), np.int32)
        round_groups(x, noted)
        return noted

    return four if weights.dtype == types.uint8 else eight


@overload(multiply)
def _multiply(
    out: Any, rows: Any, weights: Any, scales: Any, biases: Any, begin: Any, end: Any, then: Any
) -> Any:
    def eight(
        out: Any, rows: Any, weights: Any, scales: Any, biases: Any, begin: Any, end: Any, then: Any
    ) -> None:
        multiply8(out, rows[0], rows[1], weights, scales, biases, begin, end, then)

    def four(
        out: Any, rows: Any, weights: Any, scales: Any, biases: Any, begin: Any, end: Any, then: Any
    ) -> None:
        multiply4(out, rows, weights, biases, begin, end, then)

    return four if weights.dtype == types.uint8 else eight
