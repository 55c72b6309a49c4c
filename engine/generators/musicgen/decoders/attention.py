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
    """Where one thread notes what it looks at."""

    query: Any
    """[head dim] of 16 bits"""
    small: Any
    """[head dim] of 8 bits"""
    sums: Any
    """[BLOCK or head dim] of 32 bits"""
    shares: Any
    """[BLOCK] of floats"""
    found: Any
    """[BLOCK] of 16 bits"""
    scores: Any
    """[steps in whole blocks] of floats"""


@inlined
def make_desk(head_dim: int, blocks: int) -> Any:
    return Desk(
        np.empty(head_dim, np.int16),
        np.empty(head_dim, np.int8),
        np.empty(max(BLOCK, head_dim), np.int32),
        np.empty(BLOCK, np.float32),
        np.empty(BLOCK, np.int16),
        np.empty(blocks * BLOCK, np.float32),
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
def _attend_once(
    out: Any, query: Any, desk: Desk, keys: Any, values: Any, scales: Any,
    blocks: Any, layer: int, head: int, length: int, next_keys: int,
) -> None:  # fmt: skip
    """What a query [head dim] finds in the first ``length`` steps of its stream's blocks.

    ``next_keys``: the address of what will be read afterwards.
    """
    dim = query.shape[0]
    q, sums, shares, found = desk.query, desk.sums, desk.shares, desk.found
    to, blocks_read = sums.ctypes.data, (length + BLOCK - 1) // BLOCK
    unit = round_to(query, q, 32767) * np.float32(1 / math.sqrt(dim))
    most = np.int32(-0x7FFFFFFF)
    for n in range(blocks_read):
        if n + 1 < blocks_read:
            ahead = keys[blocks[n + 1], layer, head].ctypes.data
        else:
            ahead = values[blocks[0], layer, head].ctypes.data
        own, own_scales = keys[blocks[n], layer, head], scales[blocks[n], layer, head, 0]
        columns64(own.ctypes.data, q.ctypes.data, 0, dim // 2, to, ahead, 2 * BLOCK)
        there = desk.scores[n * BLOCK : (n + 1) * BLOCK]
        for j in range(BLOCK):
            there[j] = np.float32(sums[j]) * (unit * own_scales[j])
        for j in range(length - n * BLOCK, BLOCK):
            there[j] = np.float32(-3e38)
        for j in range(BLOCK):
            most = max(most, in_order(bits(there[j])))
    top = as_float(in_order(most))
    # 64 sums, in vectors; of one sum each number would have to wait for the last.
    shares[:] = 0
    for n in range(blocks_read):
        there = desk.scores[n * BLOCK : (n + 1) * BLOCK]
        for j in range(BLOCK):
            there[j] = exp(there[j] - top)
        for j in range(BLOCK):
            shares[j] += there[j]
    whole = np.float32(0)
    for j in range(BLOCK):
        whole += shares[j]
    out[:] = 0
    for n in range(blocks_read):
        ahead = next_keys
        if n + 1 < blocks_read:
            ahead = values[blocks[n + 1], layer, head].ctypes.data
        own, own_scales = values[blocks[n], layer, head], scales[blocks[n], layer, head, 1]
        there = desk.scores[n * BLOCK : (n + 1) * BLOCK]
        for j in range(BLOCK):
            shares[j] = there[j] * own_scales[j]
        for j in range(length - n * BLOCK, BLOCK):
            shares[j] = 0  # what lies behind the end may be of another take
        unit = round_to(shares, found, 32767) / whole
        for part in range(dim // 16):
            offset = part * 16 * BLOCK
            tile1(
                own.ctypes.data + offset, found.ctypes.data, 0, BLOCK // 2, to + 4 * 16 * part,
                ahead + offset, 2 * 16,
            )  # fmt: skip
        for i in range(dim):
            out[i] += np.float32(sums[i]) * unit


@compiled
def attend(
    out: Any, queries: Any, desk: Desk, keys: Any, values: Any, scales: Any,
    blocks: Any, layer: int, head: int, last_head: int, lengths: Any,
) -> None:  # fmt: skip
    """What the queries of all rows [rows, dim] find, of one head, each in its first ``lengths``.

    ``last_head``: up to which this thread goes on afterwards.
    """
    rows, head_dim = out.shape[0], desk.query.shape[0]
    first, last = head * head_dim, (head + 1) * head_dim
    for row in range(rows):
        after = blocks[row + 1, 0] if row + 1 < rows else blocks[0, 0]
        next_head = head if row + 1 < rows else min(head + 1, last_head)
        _attend_once(
            out[row, first:last], queries[row, first:last], desk, keys, values, scales,
            blocks[row], layer, head, lengths[row], keys[after, layer, next_head].ctypes.data,
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
