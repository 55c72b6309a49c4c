"""The compiled products against the same rounding, counted in float64."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numba import njit
from numpy.typing import NDArray

from engine.generators.musicgen.decoders.nibbles import pack_nibbles
from engine.generators.musicgen.decoders.pairs import pack_pairs
from engine.generators.musicgen.decoders.products import multiply, rounded
from engine.generators.musicgen.decoders.quads import pack_quads

CHANCE = np.random.default_rng(4)
OUTPUTS, INPUTS = 48, 256
BIAS = CHANCE.standard_normal(OUTPUTS).astype(np.float32)
Exact = NDArray[np.float64]


def in_groups(numbers: Exact, size: int, limit: int) -> tuple[Exact, Exact]:
    """Whole numbers up to ``limit``, [.., groups, size], and the unit of each group."""
    groups = numbers.reshape(len(numbers), -1, size)
    units = np.maximum(np.abs(groups).max(-1, keepdims=True), 1e-20) / limit
    return np.rint(groups / units), units


def nibbles(weights: Exact) -> tuple[Exact, Exact]:
    """From -8 to 7, the farthest from zero as -8; a group's scale with eight bits of its own."""
    groups = weights.reshape(OUTPUTS, -1, 32)
    least, most = groups.min(-1, keepdims=True), groups.max(-1, keepdims=True)
    part, power = np.frexp(np.where(-least > most, least, most) / -8)
    scales = np.ldexp(np.rint(np.ldexp(part, 8)), power - 8)
    scales[scales == 0] = 1e-30
    return np.clip(np.rint(groups / scales), -8, 7), scales


@dataclass(frozen=True)
class Kind:
    """How weights are kept, and how they and activations are rounded."""

    pack: Callable[..., tuple[Any, ...]]
    group: Callable[[int], int]
    """How many inputs share a unit, of so many."""
    limit: int
    """Of activations."""
    weights: Callable[[Exact], tuple[Exact, Exact]]
    error: float
    """Of the products, as a share of their size."""
    slack: float = 2e-5
    """Where a number on the edge may be rounded the other way."""

    def product(self, matrix: NDArray[np.float32], rows: NDArray[np.float32]) -> Any:
        out = np.zeros((len(rows), OUTPUTS), np.float32)
        compiled(rows, out, *self.pack(matrix, BIAS))
        return out

    def exactly(self, matrix: NDArray[np.float32], rows: NDArray[np.float32]) -> Exact:
        size = self.group(matrix.shape[1])
        numbers, scales = self.weights(matrix.astype(np.float64))
        noted, units = in_groups(rows.astype(np.float64), size, self.limit)
        return np.einsum("oi,ri->ro", flat(numbers * scales), flat(noted * units)) + BIAS


def flat(groups: Exact) -> Exact:
    return groups.reshape(len(groups), -1)


def by_output(weights: Exact) -> tuple[Exact, Exact]:
    return in_groups(weights, weights.shape[1], 127)


KINDS = {
    "pairs": Kind(pack_pairs, lambda inputs: inputs, 32767, by_output, 0.01, slack=1e-3),
    "quads": Kind(
        pack_quads, lambda inputs: 128 if inputs % 128 == 0 else 32, 127, by_output, 0.02
    ),
    "nibbles": Kind(pack_nibbles, lambda inputs: 32, 127, nibbles, 0.1),
}


@njit
def compiled(rows: Any, out: Any, weights: Any, scales: Any, biases: Any) -> None:
    own, then = rounded(rows, weights), weights.ctypes.data
    # In two parts, as two threads have it.
    multiply(out, own, weights, scales, biases, 0, 16, then)
    multiply(out, own, weights, scales, biases, 16, out.shape[1], then)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("inputs", [INPUTS, 96])
def test_a_product_is_that_of_rounded_numbers(kind: Kind, inputs: int) -> None:
    matrix = CHANCE.standard_normal((OUTPUTS, inputs)).astype(np.float32)
    matrix[5, :32] = 0
    matrix[6] = np.where(matrix[6] > 0, 3, -3)  # the largest sums that there are
    rows = CHANCE.standard_normal((15, inputs)).astype(np.float32)
    rows[0] = np.sign(matrix[6]) * 2
    alone = [kind.product(matrix, row[None])[0] for row in rows]
    for count in range(1, len(rows) + 1):
        said = kind.product(matrix, rows[:count])
        assert np.array_equal(said, alone[:count]), "alone as beside others"
    np.testing.assert_allclose(said, kind.exactly(matrix, rows), rtol=2e-5, atol=kind.slack)
    exact = rows @ matrix.T + BIAS
    assert np.abs(said - exact).mean() < kind.error * np.abs(exact).mean()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("damage", [np.nan, np.inf])
def test_damage_is_seen(kind: Kind, damage: float) -> None:
    whole = CHANCE.standard_normal((OUTPUTS, INPUTS)).astype(np.float32)
    rows = np.ones((2, INPUTS), np.float32)
    broken = whole.copy()
    broken[3, 70] = damage
    said = kind.product(broken, rows)
    assert not np.isfinite(said[:, 3]).any()
    assert np.isfinite(np.delete(said, 3, axis=1)).all()
    rows[1, 9] = damage
    said = kind.product(whole, rows)
    assert np.isfinite(said[0]).all()
    assert not np.isfinite(said[1]).any()
