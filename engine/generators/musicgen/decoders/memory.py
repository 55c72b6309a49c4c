"""What the compiled kernels read and write: weights, rows, their past, and room in between."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["BLOCK", "Matrices", "Room", "Rows", "Weights", "make_room", "share_bytes"]

Floats = NDArray[np.float32]
Bytes = NDArray[np.int8]

BLOCK = 64
"""Steps in a block of the cache."""


class Matrices(NamedTuple):
    """One matrix of each layer."""

    weights: Bytes | NDArray[np.uint32] | NDArray[np.uint8]
    """[layers, numbers]: int8, packed [outputs / TILE, inputs / 2, TILE, 2]; or uint32, four of 8
    bits in each, [outputs / TILE, inputs / 4, TILE] (``quads``); or uint8, two of 4 bits in each
    (``nibbles``)"""
    scales: Floats
    """[layers, outputs]; none where they lie among the weights"""
    biases: Floats
    """[layers, outputs]"""


class Weights(NamedTuple):
    """The transformer, without the tables of its embeddings."""

    joined: Matrices
    """Queries, keys and values."""
    attended: Matrices
    queries: Matrices
    """Of the attention to the prompt; of no layers where there is none."""
    crossed: Matrices
    up: Matrices
    down: Matrices
    heads: Matrices
    """Of one layer."""
    norms: Floats
    """[layers + 1, 3, 2, dim]: before each part, weight and bias; the last one's first is before
    the heads."""
    eps: float


def share_bytes(head_dim: int) -> int:
    """What a head has in a block of the cache, in a layer: one straight line through memory.

    Keys [head dim / 2, steps, 2], pairs of numbers of one step; values [head dim / 16, steps / 2,
    16, 2], pairs of steps of one number; a float for each step's key, and one for its value.
    """
    return 2 * BLOCK * (head_dim + 4)


class Rows(NamedTuple):
    """Who reads: one step of one stream each. A stream's steps stand in their order."""

    x: Floats
    """[rows, dim]: embeddings with positions; written over."""
    steps: NDArray[np.int32]
    """The place of each in its stream."""
    blocks: NDArray[np.int32]
    """[rows, most blocks]: of its stream."""
    prompt_steps: NDArray[np.int32]
    prompt_blocks: NDArray[np.int32]
    asked: NDArray[np.int64]
    """[takes, 2]: rows after which logits are wanted, of what is wanted and of its absence."""
    guidance: Floats
    """[takes]: away from the absence (``decoder.guide``)."""


class Room(NamedTuple):
    """Where a step leaves what the next part needs."""

    joined: Floats
    """[rows, 3 x dim]"""
    found: Floats
    """[rows, dim]"""
    hidden: Floats
    """[rows, 4 x dim]"""
    logits: Floats
    """[takes, codebooks x card]"""


def make_room(weights: Weights, rows: int, takes: int) -> Room:
    dim = weights.norms.shape[-1]
    shapes = (
        (rows, 3 * dim), (rows, dim), (rows, weights.up.biases.shape[1]),
        (takes, weights.heads.biases.shape[1]),
    )  # fmt: skip
    return Room(*(np.zeros(shape, np.float32) for shape in shapes))
