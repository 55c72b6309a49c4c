"""Attention to keys and values in 8 bits, with a scale for each step and head."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from engine.generators.musicgen.decoders.matrices import round_to
from engine.generators.musicgen.decoders.memory import BLOCK, Cache
from engine.generators.musicgen.decoders.vectors import (
    as_float,
    bits,
    columns64,
    compiled,
    exp,
    in_order,
    inlined,
    tile1,
)

__all__ = ["Desk", "attend", "keep", "make_desk", "store_prompt"]


class Desk(NamedTuple):
    """Where one thread notes what its heads look at."""

    query: Any
    """[heads, head dim] of 16 bits"""
    units: Any
    """[heads]: of the query; then of the shares"""
    tops: Any
    """[heads]: the largest score, by ``in_order``"""
    scores: Any
    """[heads, steps in whole blocks] of floats"""
    small: Any
    """[head dim] of 8 bits"""
    sums: Any
    """[BLOCK or head dim] of 32 bits"""
    shares: Any
    """[BLOCK] of floats"""
    found: Any
    """[BLOCK] of 16 bits"""


@inlined
def make_desk(heads: int, head_dim: int, blocks: int) -> Any:
    return Desk(
        np.empty((heads, head_dim), np.int16),
        np.empty(heads, np.float32),
        np.empty(heads, np.int32),
        np.empty((heads, blocks * BLOCK), np.float32),
        np.empty(head_dim, np.int8),
        np.empty(max(BLOCK, head_dim), np.int32),
        np.empty(BLOCK, np.float32),
        np.empty(BLOCK, np.int16),
    )


@compiled
def keep(
    cache_keys: Any, cache_values: Any, cache_scales: Any, block: int, layer: int, head: int,
    place: int, key: Any, value: Any, small: Any,
) -> None:  # fmt: skip
    """Write one step's key and value [head dim] of one head into the cache."""
    dim = key.shape[0]
    scales = cache_scales[block, layer, head]
    keys, values = cache_keys[block, layer, head], cache_values[block, layer, head]
    scales[0, place] = round_to(key, small, 127)
    for i in range(dim // 2):
        keys[i, place, 0] = small[2 * i]
        keys[i, place, 1] = small[2 * i + 1]
    scales[1, place] = round_to(value, small, 127)
    for part in range(dim // 16):
        for i in range(16):
            values[part, place // 2, i, place % 2] = small[part * 16 + i]


@compiled
def _score(desk: Desk, keys: Any, scales: Any, n: int, head: int, length: int, ahead: int) -> None:
    """What a head's query makes of the ``n``th block's keys; ``ahead`` is read next."""
    query, sums = desk.query[head], desk.sums
    columns64(
        keys.ctypes.data, query.ctypes.data, 0, query.shape[0] // 2, sums.ctypes.data,
        ahead, 2 * BLOCK,
    )  # fmt: skip
    unit, there = desk.units[head], desk.scores[head, n * BLOCK : (n + 1) * BLOCK]
    for j in range(BLOCK):
        there[j] = np.float32(sums[j]) * (unit * scales[j])
    for j in range(length - n * BLOCK, BLOCK):
        there[j] = np.float32(-3e38)
    most = desk.tops[head]
    for j in range(BLOCK):
        most = max(most, in_order(bits(there[j])))
    desk.tops[head] = most


@compiled
def _soften(desk: Desk, head: int, blocks: int) -> None:
    """A head's scores to the power of e, and what each is of their sum."""
    top, shares = as_float(in_order(desk.tops[head])), desk.shares
    # 64 sums, in vectors; of one sum each number would have to wait for the last.
    shares[:] = 0
    for n in range(blocks):
        there = desk.scores[head, n * BLOCK : (n + 1) * BLOCK]
        for j in range(BLOCK):
            there[j] = exp(there[j] - top)
        for j in range(BLOCK):
            shares[j] += there[j]
    whole = np.float32(0)
    for j in range(BLOCK):
        whole += shares[j]
    desk.units[head] = whole


@compiled
def _gather(
    out: Any, desk: Desk, values: Any, scales: Any, n: int, head: int, length: int, ahead: int
) -> None:
    """Add a head's share of the ``n``th block's values to ``out`` [head dim]."""
    dim = out.shape[0]
    sums, shares, found = desk.sums, desk.shares, desk.found
    there = desk.scores[head, n * BLOCK : (n + 1) * BLOCK]
    for j in range(BLOCK):
        shares[j] = there[j] * scales[j]
    for j in range(length - n * BLOCK, BLOCK):
        shares[j] = 0  # what lies behind the end may be of another take
    unit = round_to(shares, found, 32767) / desk.units[head]
    # Of a short prompt there is no need to see the whole block.
    pairs = min(BLOCK, length - n * BLOCK + 3) // 4 * 2
    for part in range(dim // 16):
        offset = part * 16 * BLOCK
        tile1(
            values.ctypes.data + offset, found.ctypes.data, 0, pairs,
            sums.ctypes.data + 4 * 16 * part, ahead + offset, 2 * 16,
        )  # fmt: skip
    for i in range(dim):
        out[i] += np.float32(sums[i]) * unit


@compiled
def attend(
    out: Any, queries: Any, desk: Desk, keys: Any, values: Any, scales: Any,
    blocks: Any, layer: int, begin: int, end: int, lengths: Any, then: int,
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
            query = queries[row, head * dim : (head + 1) * dim]
            unit = round_to(query, desk.query[head - begin], 32767)
            desk.units[head - begin] = unit * np.float32(1 / math.sqrt(dim))
            desk.tops[head - begin] = -0x7FFFFFFF
        for n in range(many):
            after = (
                keys[own[n + 1], layer, begin].ctypes.data
                if n + 1 < many
                else values[own[0], layer, begin].ctypes.data
            )
            for head in range(begin, end):
                ahead = keys[own[n], layer, head + 1].ctypes.data if head + 1 < end else after
                _score(
                    desk, keys[own[n], layer, head], scales[own[n], layer, head, 0], n,
                    head - begin, length, ahead,
                )  # fmt: skip
        for head in range(end - begin):
            _soften(desk, head, many)
        out[row, begin * dim : end * dim] = 0
        for n in range(many):
            after = then
            if n + 1 < many:
                after = values[own[n + 1], layer, begin].ctypes.data
            elif row + 1 < rows:
                after = keys[blocks[row + 1, 0], layer, begin].ctypes.data
            for head in range(begin, end):
                ahead = values[own[n], layer, head + 1].ctypes.data if head + 1 < end else after
                _gather(
                    out[row, head * dim : (head + 1) * dim], desk, values[own[n], layer, head],
                    scales[own[n], layer, head, 1], n, head - begin, length, ahead,
                )  # fmt: skip


@compiled
def store_prompt(cache: Cache, blocks: Any, layer: int, keys: Any, values: Any) -> None:
    """Keep a prompt's keys and values [heads, steps, head dim] of one layer in its blocks."""
    heads, steps, head_dim = keys.shape
    small = np.empty(head_dim, np.int8)
    for head in range(heads):
        for step in range(steps):
            keep(
                cache.keys, cache.values, cache.scales, blocks[step // BLOCK], layer, head,
                step % BLOCK, keys[head, step], values[head, step], small,
            )  # fmt: skip
