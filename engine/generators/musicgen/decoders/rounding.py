"""How activations and weights become whole numbers.

Rows that share a look at the weights lie beside each other, word by word of 32 bits: apart by a
power of two, as activations are, their numbers would come from one bank of the first-level cache,
one after the other.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.generators.musicgen.decoders.processor import compiled, inlined
from engine.generators.musicgen.decoders.vectors import as_float, bits

__all__ = [
    "abreast", "looks", "noted_words", "round_groups", "round_rows", "round_to", "round_weights",
]  # fmt: skip

Floats = NDArray[np.float32]


@inlined
def abreast(left: int, most: int) -> int:
    """How many of the rows that are left share the next look: ``most``, or half as many, or ..."""
    many = most
    while many > left:
        many //= 2
    return many


@inlined
def looks(rows: int, most: int) -> int:
    """How many looks at the weights all rows need."""
    count = 0
    while rows > 0:
        rows -= abreast(rows, most)
        count += 1
    return count


@compiled
def round_to(x: Any, q: Any, limit: float) -> Any:
    """Write ``x`` as whole numbers up to ``limit`` into ``q``; gives their unit.

    NaN and infinity make the unit NaN, so that nothing hides them.
    """
    # As bits the sizes of floats are in order, infinity and NaN above all others; and the largest
    # of whole numbers is found in vectors, which that of floats is not.
    largest = np.int32(0)
    for i in range(x.shape[0]):
        largest = max(largest, np.int32(bits(x[i]) & np.int32(0x7FFFFFFF)))
    if largest >= np.int32(0x7F800000):
        return np.float32(np.nan)
    most = max(as_float(largest), np.float32(1e-20))
    factor = np.float32(limit) / most
    for i in range(x.shape[0]):
        scaled = x[i] * factor
        q[i] = np.int32(scaled + (np.float32(0.5) if scaled > 0 else np.float32(-0.5)))
    return most / np.float32(limit)


@compiled
def round_rows(x: Any, noted: Any, most: int) -> None:
    """Note rows [rows, inputs] in 16 bits in ``noted`` [rows, inputs / 2 + 1]: two numbers in each
    word, then the row's unit, a float; up to ``most`` rows beside each other."""
    rows, inputs = x.shape
    # What a sum of so many products with 127 can hold in 32 bits.
    limit = min(32767, (2**31 - 1) // (127 * inputs))
    apart = np.empty((most, noted.shape[1]), np.int32)
    numbers = apart.view(np.int16)
    row = 0
    while row < rows:
        many = abreast(rows - row, most)
        for r in range(many):
            unit = round_to(x[row + r], numbers[r, :inputs], limit)
            apart[r, inputs // 2] = bits(np.float32(unit))
        _beside(apart, noted[row : row + many].reshape(-1), many)
        row += many


@inlined
def noted_words(inputs: int, group: int) -> int:
    """What a row of ``round_groups`` takes: of each group four numbers in a word, then the group's
    unit, a float, and the last one ``middle`` times the sum of its numbers."""
    return inputs // group * (group // 4 + 2)


@compiled
def round_groups(x: Any, noted: Any, group: int, middle: int, most: int) -> None:
    """Note rows [rows, inputs] in 8 bits, each ``group`` of inputs with a scale of its own, in
    ``noted`` [rows, ``noted_words``], up to ``most`` rows beside each other.

    ``middle``: what a weight of 0 is stored as, whose share has to be taken off the products.
    """
    rows = x.shape[0]
    apart = np.empty((most, noted.shape[1]), np.int32)
    row = 0
    while row < rows:
        many = abreast(rows - row, most)
        for r in range(many):
            _note(x[row + r], apart[r], group, middle)
        _beside(apart, noted[row : row + many].reshape(-1), many)
        row += many


@compiled
def _note(x: Any, noted: Any, group: int, middle: int) -> None:
    small, words = noted.view(np.int8), group // 4 + 2
    for n in range(x.shape[0] // group):
        own = small[4 * words * n : 4 * words * n + group]
        unit = round_to(x[n * group : (n + 1) * group], own, 127)
        total = np.int32(0)
        for i in range(group):
            total += np.int32(own[i])
        noted[words * n + group // 4] = bits(np.float32(unit))
        noted[words * n + group // 4 + 1] = total * np.int32(middle)


@compiled
def _beside(apart: Any, to: Any, many: int) -> None:
    """Lay the first ``many`` rows of ``apart`` [most, words] beside each other, word by word."""
    words = apart.shape[1]
    if many == 1:
        to[:] = apart[0]
        return
    for row in range(0, many, 2):
        first, second = apart[row], apart[row + 1]
        for i in range(words):
            to[many * i + row], to[many * i + row + 1] = first[i], second[i]


def round_weights(matrix: Floats) -> tuple[NDArray[np.int8], Floats]:
    """A matrix [outputs, inputs] in 8 bits, and the scale of each output."""
    scales = np.maximum(np.abs(matrix).max(axis=1), np.float32(1e-12)) / np.float32(127)
    with np.errstate(invalid="ignore"):  # a damaged matrix: its scale says so in each sum
        return np.rint(matrix / scales[:, None]).astype(np.int8), scales
