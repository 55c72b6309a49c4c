"""Attention to keys and values in 8 bits, with a scale for each step and head."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from engine.generators.musicgen.decoders.columns import columns16, columns64
from engine.generators.musicgen.decoders.memory import BLOCK
from engine.generators.musicgen.decoders.processor import compiled, inlined
from engine.generators.musicgen.decoders.rounding import round_to
from engine.generators.musicgen.decoders.softmax import (
    LEAST,
    NOTES,
    SHRINKS,
    TOP,
    UNIT,
    WHOLE,
    weigh,
)

__all__ = ["Desk", "attend", "keep", "make_desk", "store_prompt"]


class Desk(NamedTuple):
    """Where one thread notes what its heads look at."""

    query: Any
    """[heads, head dim] of 16 bits"""
    units: Any
    """[heads]: of the query"""
    notes: Any
    """[heads, NOTES]: of the softmax"""
    small: Any
    """[head dim] of 8 bits"""
    sums: Any
    """[BLOCK or head dim] of 32 bits"""
    shares: Any
    """[BLOCK] of 16 bits"""


@inlined
def make_desk(heads: int, head_dim: int) -> Any:
    return Desk(
        np.empty((heads, head_dim), np.int16),
        np.empty(heads, np.float32),
        np.empty((heads, NOTES), np.float32),
        np.empty(head_dim, np.int8),
        np.empty(max(BLOCK, head_dim), np.int32),
        np.empty(BLOCK, np.int16),
    )


@compiled
def keep(share: Any, place: int, key: Any, value: Any, small: Any) -> None:
    """Write one step's key and value [head dim] into a head's share of a block of the cache."""
    dim = key.shape[0]
    values, scales = share[BLOCK * dim :], share[2 * BLOCK * dim :].view(np.float32)
    scales[place] = round_to(key, small, 127)
    for i in range(dim // 2):
        share[2 * (i * BLOCK + place)] = small[2 * i]
        share[2 * (i * BLOCK + place) + 1] = small[2 * i + 1]
    scales[BLOCK + place] = round_to(value, small, 127)
    for part in range(dim // 16):
        line = values[(part * BLOCK + place // 2 * 2) * 16 :]
        for i in range(16):
            line[2 * i + place % 2] = small[part * 16 + i]


@compiled
def _look(out: Any, desk: Desk, head: int, here: int, left: int, ahead: int) -> None:
    """Add to ``out`` [head dim] what a head finds in its share of a block, ``here`` in memory, of
    which ``left`` steps are there. ``ahead``: the share that is read next."""
    dim = out.shape[0]
    sums, shares, notes = desk.sums, desk.shares.ctypes.data, desk.notes[head]
    columns64(here, desk.query[head].ctypes.data, dim // 2, sums.ctypes.data, ahead, 2 * BLOCK)
    scales = 2 * BLOCK * dim
    weigh(
        sums.ctypes.data, here + scales, desk.units[head], left, notes.ctypes.data, shares,
        ahead + scales,
    )  # fmt: skip
    # Of a short prompt there is no need to see the whole block.
    pairs = min(BLOCK, left + 3) // 4 * 2
    for part in range(dim // 16):
        values = (dim + part * 16) * BLOCK
        columns16(
            here + values, shares, pairs, sums.ctypes.data + 4 * 16 * part, ahead + values, 2 * 16
        )
    shrinks, unit = notes[SHRINKS], notes[UNIT]
    for i in range(dim):
        out[i] = out[i] * shrinks + np.float32(sums[i]) * unit


@compiled
def attend(
    out: Any, queries: Any, desk: Desk, cache: Any, blocks: Any, layer: int, begin: int, end: int,
    lengths: Any, then: int,
) -> None:  # fmt: skip
    """What the queries of all rows [rows, dim] find, of heads ``begin`` to ``end``, each row in its
    first ``lengths``. ``then``: the address of what will be read afterwards.

    Block by block, all heads of one: they lie side by side, and memory answers twice as quickly to
    who reads on than to who looks at a page here and there.
    """
    rows, dim = out.shape[0], desk.query.shape[1]
    for row in range(rows):
        own, length = blocks[row], lengths[row]
        many = (length + BLOCK - 1) // BLOCK
        for head in range(begin, end):
            query, notes = queries[row, head * dim : (head + 1) * dim], desk.notes[head - begin]
            unit = round_to(query, desk.query[head - begin], 32767)
            desk.units[head - begin] = unit * np.float32(1 / math.sqrt(dim))
            notes[:] = 0
            notes[TOP] = np.float32(LEAST)
        out[row, begin * dim : end * dim] = 0
        for n in range(many):
            after = then
            if n + 1 < many:
                after = cache[own[n + 1], layer, begin].ctypes.data
            elif row + 1 < rows:
                after = cache[blocks[row + 1, 0], layer, begin].ctypes.data
            here = cache[own[n], layer, begin].ctypes.data
            for head in range(begin, end):
                ahead = here + cache.shape[3] if head + 1 < end else after
                _look(
                    out[row, head * dim : (head + 1) * dim], desk, head - begin, here,
                    length - n * BLOCK, ahead,
                )  # fmt: skip
                here = ahead
        for head in range(begin, end if many else begin):
            whole = np.float32(0)
            for lane in range(WHOLE, NOTES):
                whole += desk.notes[head - begin, lane]
            found = out[row, head * dim : (head + 1) * dim]
            for i in range(dim):
                found[i] /= whole


@compiled
def store_prompt(cache: Any, blocks: Any, layer: int, keys: Any, values: Any) -> None:
    """Keep a prompt's keys and values [heads, steps, head dim] of one layer in its blocks."""
    heads, steps, head_dim = keys.shape
    small = np.empty(head_dim, np.int8)
    for head in range(heads):
        for step in range(steps):
            keep(
                cache[blocks[step // BLOCK], layer, head], step % BLOCK, keys[head, step],
                values[head, step], small,
            )  # fmt: skip
