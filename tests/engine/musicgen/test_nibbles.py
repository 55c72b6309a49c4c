"""Matrices in 4 bits: the compiled product against the same rounding, counted in float64."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.generators.musicgen.decoders.nibbles import (
    GROUP,
    NOTED,
    multiply4,
    pack4,
    round_groups,
)

CHANCE = np.random.default_rng(4)
INPUTS, OUTPUTS = 4 * GROUP, 48
BIAS = CHANCE.standard_normal(OUTPUTS).astype(np.float32)


def product(matrix: NDArray[np.float32], rows: NDArray[np.float32]) -> NDArray[np.float32]:
    weights, _, biases = pack4(matrix, BIAS)
    noted = np.zeros((len(rows), INPUTS // GROUP * NOTED), np.int32)
    round_groups(rows, noted)
    out = np.zeros((len(rows), OUTPUTS), np.float32)
    # In two parts, as two threads have it.
    multiply4(out, noted, weights, biases, 0, 16, weights.ctypes.data)
    multiply4(out, noted, weights, biases, 16, OUTPUTS, weights.ctypes.data)
    return out


def rounded(matrix: NDArray[np.float32], rows: NDArray[np.float32]) -> NDArray[np.float64]:
    weights, own = matrix.reshape(OUTPUTS, -1, GROUP), rows.reshape(len(rows), -1, GROUP)
    least, most = weights.min(-1), weights.max(-1)
    farthest = np.where(-least > most, least, most)
    scales = (farthest / -8).astype(np.float64)
    scales = np.ldexp(np.rint(np.ldexp(np.frexp(scales)[0], 8)), np.frexp(scales)[1] - 8)
    scales[scales == 0] = 1e-30
    numbers = np.clip(np.rint(weights / scales[..., None]), -8, 7)
    units = np.maximum(np.abs(own).max(-1), 1e-20) / 127
    noted = np.rint(own / units[..., None])
    sums = np.einsum("ogi,rgi->rog", numbers, noted)
    return (sums * scales * units[:, None]).sum(-1) + BIAS


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 8])
def test_a_product_is_that_of_rounded_numbers(count: int) -> None:
    matrix = CHANCE.standard_normal((OUTPUTS, INPUTS)).astype(np.float32)
    matrix[5, :GROUP] = 0
    matrix[6] = np.where(matrix[6] > 0, 3, -3)  # the largest sums that there are
    rows = CHANCE.standard_normal((count, INPUTS)).astype(np.float32)
    rows[0] = np.sign(matrix[6]) * 2
    said = product(matrix, rows)
    np.testing.assert_allclose(said, rounded(matrix, rows), rtol=1e-5, atol=1e-5)
    exact = rows @ matrix.T + BIAS
    assert np.abs(said - exact).mean() < 0.1 * np.abs(exact).mean()
    for row in range(count):
        assert np.array_equal(product(matrix, rows[row : row + 1])[0], said[row]), "alone as beside"


@pytest.mark.parametrize("damage", [np.nan, np.inf])
def test_damage_is_seen(damage: float) -> None:
    whole = CHANCE.standard_normal((OUTPUTS, INPUTS)).astype(np.float32)
    rows = np.ones((2, INPUTS), np.float32)
    broken = whole.copy()
    broken[3, 70] = damage
    said = product(broken, rows)
    assert not np.isfinite(said[:, 3]).any()
    assert np.isfinite(np.delete(said, 3, axis=1)).all()
    rows[1, 9] = damage
    said = product(whole, rows)
    assert np.isfinite(said[0]).all()
    assert not np.isfinite(said[1]).any()
