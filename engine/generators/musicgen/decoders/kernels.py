"""One step of MusicGen's transformer in 8-bit weights, compiled for this processor by Numba.

Sums of products are whole numbers and everything else is computed row by row in the same order, so
a row's logits are the same bits alone, in any batch, and read in one go or step by step.

Weights have 8 bits with one scale for each output. Activations get as many bits as 32-bit sums
allow (13 to 15) with one scale for each row: x86 multiplies 16 bits by 16 (``vpmaddwd``) as quickly
as 8 by 8. Keys and values have 8 bits with a scale for each step and head, a quarter of fp32.

Two outputs' weights lie together, 16 inputs of the one, then 16 of the other, so that memory is
read in one straight line; a walk over several rows at once ran at half the speed.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from engine.generators.musicgen.decoders.memory import BLOCK, Cache, Room, Rows, Weights
from engine.generators.musicgen.decoders.vectors import (
    TILE,
    as_float,
    bits,
    borrowed,
    columns64,
    compiled,
    exp,
    gelu,
    in_order,
    inlined,
    meet,
    settle,
    summing,
    tile1,
    tile2,
    tile4,
)

__all__ = ["run", "store_prompt"]

ABREAST = 4
"""Rows that share a look at the weights: more sums would not stay in 16 registers."""


@compiled
def _matmul(
    out: Any, q: Any, row_scales: Any, weights: Any, scales: Any, biases: Any, begin: int, end: int
) -> None:
    """Outputs ``begin`` to ``end`` of rows [rows, inputs] in 16 bits, into ``out``."""
    rows, inputs = q.shape
    apart, pairs = 2 * inputs, inputs // 2
    sums = np.empty((ABREAST, TILE), np.int32)
    to = sums.ctypes.data
    looks = rows // 4 + rows % 4 // 2 + rows % 2
    # All looks at a tile together fetch the next one.
    pace = 2 * TILE // max(1, looks)
    for n in range(begin, end, TILE):
        here = weights.ctypes.data + n * inputs
        ahead = here + TILE * inputs
        row = 0
        while row < rows:
            there = q.ctypes.data + row * apart
            abreast = 4 if rows - row >= 4 else 2 if rows - row >= 2 else 1
            if abreast == 4:
                tile4(here, there, apart, pairs, to, ahead, pace)
            elif abreast == 2:
                tile2(here, there, apart, pairs, to, ahead, pace)
            else:
                tile1(here, there, apart, pairs, to, ahead, pace)
            for r in range(abreast):
                settle(
                    to + 4 * TILE * r, scales.ctypes.data + 4 * n, biases.ctypes.data + 4 * n,
                    row_scales[row + r], out[row + r].ctypes.data + 4 * n,
                )  # fmt: skip
            row += abreast
            ahead += pace * pairs


@compiled
def _round(x: Any, q: Any, limit: float) -> Any:
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
def _round_rows(x: Any, q: Any, scales: Any) -> None:
    # What a sum of so many products with 127 can hold in 32 bits.
    limit = min(32767, (2**31 - 1) // (127 * x.shape[1]))
    for row in range(x.shape[0]):
        scales[row] = _round(x[row], q[row], limit)


@summing
def _norm(x: Any, out: Any, norm: Any, eps: float) -> None:
    """Layer norm of each row."""
    rows, dim = x.shape
    for row in range(rows):
        total = np.float32(0)
        for i in range(dim):
            total += x[row, i]
        mean = total / np.float32(dim)
        spread = np.float32(0)
        for i in range(dim):
            off = x[row, i] - mean
            spread += off * off
        factor = np.float32(1) / np.float32(math.sqrt(spread / np.float32(dim) + np.float32(eps)))
        for i in range(dim):
            out[row, i] = (x[row, i] - mean) * factor * norm[0, i] + norm[1, i]


# -- attention ----------------------------------------------------------------------------------


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
def _make_desk(head_dim: int, blocks: int) -> Any:
    return Desk(
        np.empty(head_dim, np.int16),
        np.empty(head_dim, np.int8),
        np.empty(max(BLOCK, head_dim), np.int32),
        np.empty(BLOCK, np.float32),
        np.empty(BLOCK, np.int16),
        np.empty(blocks * BLOCK, np.float32),
    )


@compiled
def _keep(
    cache_keys: Any, cache_values: Any, cache_scales: Any, block: int, layer: int, head: int,
    place: int, key: Any, value: Any, small: Any,
) -> None:  # fmt: skip
    """Write one step's key and value [head dim] of one head into the cache."""
    dim = key.shape[0]
    scales = cache_scales[block, layer, head]
    keys, values = cache_keys[block, layer, head], cache_values[block, layer, head]
    scales[0, place] = _round(key, small, 127)
    for i in range(dim // 2):
        keys[i, place, 0] = small[2 * i]
        keys[i, place, 1] = small[2 * i + 1]
    scales[1, place] = _round(value, small, 127)
    for part in range(dim // 16):
        for i in range(16):
            values[part, place // 2, i, place % 2] = small[part * 16 + i]


@compiled
def _attend(
    out: Any, query: Any, desk: Desk, keys: Any, values: Any, scales: Any,
    blocks: Any, layer: int, head: int, length: int, next_keys: int,
) -> None:  # fmt: skip
    """What a query [head dim] finds in the first ``length`` steps of its stream's blocks.

    ``next_keys``: the address of what will be read afterwards.
    """
    dim = query.shape[0]
    q, sums, shares, found = desk.query, desk.sums, desk.shares, desk.found
    to, blocks_read = sums.ctypes.data, (length + BLOCK - 1) // BLOCK
    unit = _round(query, q, 32767) * np.float32(1 / math.sqrt(dim))
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
        unit = _round(shares, found, 32767) / whole
        for part in range(dim // 16):
            offset = part * 16 * BLOCK
            tile1(
                own.ctypes.data + offset, found.ctypes.data, 0, BLOCK // 2, to + 4 * 16 * part,
                ahead + offset, 2 * 16,
            )  # fmt: skip
        for i in range(dim):
            out[i] += np.float32(sums[i]) * unit


@compiled
def _attend_all(
    out: Any, queries: Any, desk: Desk, keys: Any, values: Any, scales: Any,
    blocks: Any, layer: int, head: int, last_head: int, lengths: Any,
) -> None:  # fmt: skip
    """The same for one head of all rows. ``last_head``: up to which this thread goes on."""
    rows, head_dim = out.shape[0], desk.query.shape[0]
    first, last = head * head_dim, (head + 1) * head_dim
    for row in range(rows):
        after = blocks[row + 1, 0] if row + 1 < rows else blocks[0, 0]
        next_head = head if row + 1 < rows else min(head + 1, last_head)
        _attend(
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
            _keep(
                cache.keys, cache.values, cache.scales, blocks[step // BLOCK], layer, head,
                step % BLOCK, keys[head, step], values[head, step], small,
            )  # fmt: skip


# -- the parts of a layer, each by one of several threads ----------------------------------------


@inlined
def _share(count: int, unit: int, thread: int, threads: int) -> tuple[int, int]:
    """Which of ``count`` a thread takes, in whole units."""
    units = count // unit
    return units * thread // threads * unit, units * (thread + 1) // threads * unit


@compiled
def _music(
    x: Any, norm: Any, eps: float, weights: Any, scales: Any, biases: Any, steps: Any, blocks: Any,
    keys: Any, values: Any, cache_scales: Any, layer: int, joined: Any, out: Any,
    thread: int, threads: int,
) -> None:  # fmt: skip
    """Attention to the past of a share of the heads: their queries, keys and values, all of it."""
    rows, dim = x.shape
    heads = keys.shape[2]
    head_dim = dim // heads
    normed = np.empty((rows, dim), np.float32)
    q, row_scales = np.empty((rows, dim), np.int16), np.empty(rows, np.float32)
    _norm(x, normed, norm, eps)
    _round_rows(normed, q, row_scales)
    begin, end = _share(heads, 1, thread, threads)
    for part in range(3):
        _matmul(
            joined, q, row_scales, weights, scales, biases,
            part * dim + begin * head_dim, part * dim + end * head_dim,
        )  # fmt: skip
    desk = _make_desk(head_dim, blocks.shape[1])
    lengths = steps + np.int32(1)
    for head in range(begin, end):
        first, last = head * head_dim, (head + 1) * head_dim
        for row in range(rows):
            _keep(
                keys, values, cache_scales, blocks[row, steps[row] // BLOCK], layer, head,
                steps[row] % BLOCK, joined[row, dim + first : dim + last],
                joined[row, 2 * dim + first : 2 * dim + last], desk.small,
            )  # fmt: skip
        _attend_all(
            out, joined, desk, keys, values, cache_scales, blocks, layer, head, end - 1, lengths
        )


@compiled
def _prompt(
    x: Any, norm: Any, eps: float, weights: Any, scales: Any, biases: Any, lengths: Any,
    blocks: Any, keys: Any, values: Any, cache_scales: Any, layer: int, queries: Any, out: Any,
    thread: int, threads: int,
) -> None:  # fmt: skip
    """Attention to the prompt of a share of the heads."""
    rows, dim = x.shape
    heads = keys.shape[2]
    head_dim = dim // heads
    normed = np.empty((rows, dim), np.float32)
    q, row_scales = np.empty((rows, dim), np.int16), np.empty(rows, np.float32)
    _norm(x, normed, norm, eps)
    _round_rows(normed, q, row_scales)
    begin, end = _share(heads, 1, thread, threads)
    _matmul(queries, q, row_scales, weights, scales, biases, begin * head_dim, end * head_dim)
    desk = _make_desk(head_dim, blocks.shape[1])
    for head in range(begin, end):
        _attend_all(
            out, queries, desk, keys, values, cache_scales, blocks, layer, head, end - 1, lengths
        )


@compiled
def _added(
    x: Any, y: Any, out: Any, weights: Any, scales: Any, biases: Any, thread: int, threads: int
) -> None:
    """Add a matrix of ``y`` to ``x``, a share of its columns; ``out`` is scratch."""
    rows, dim = x.shape
    q, row_scales = np.empty(y.shape, np.int16), np.empty(rows, np.float32)
    _round_rows(y, q, row_scales)
    begin, end = _share(dim, TILE, thread, threads)
    _matmul(out, q, row_scales, weights, scales, biases, begin, end)
    for row in range(rows):
        for n in range(begin, end):
            x[row, n] += out[row, n]


@compiled
def _risen(
    x: Any, norm: Any, eps: float, weights: Any, scales: Any, biases: Any, out: Any, bent: bool,
    thread: int, threads: int,
) -> None:  # fmt: skip
    """A matrix of the normed ``x``, a share of its columns; ``bent`` by GELU or not."""
    rows, dim = x.shape
    normed = np.empty((rows, dim), np.float32)
    q, row_scales = np.empty((rows, dim), np.int16), np.empty(rows, np.float32)
    _norm(x, normed, norm, eps)
    _round_rows(normed, q, row_scales)
    begin, end = _share(out.shape[1], TILE, thread, threads)
    _matmul(out, q, row_scales, weights, scales, biases, begin, end)
    if bent:
        for row in range(rows):
            for n in range(begin, end):
                out[row, n] = gelu(out[row, n])


# -- a step -------------------------------------------------------------------------------------


@compiled
def run(
    weights: Weights, cache: Cache, rows: Rows, room: Room, barrier: Any, thread: int, threads: int
) -> None:
    """Read the rows: one thread's share of it, while the others run theirs.

    Afterwards ``room.logits`` holds the logits [asked rows, codebooks x card].
    """
    x, gate = borrowed(rows.x), barrier.ctypes.data
    steps, blocks = borrowed(rows.steps), borrowed(rows.blocks)
    prompt_steps, prompt_blocks = borrowed(rows.prompt_steps), borrowed(rows.prompt_blocks)
    keys, values, cache_scales = (
        borrowed(cache.keys),
        borrowed(cache.values),
        borrowed(cache.scales),
    )
    joined, found, hidden = borrowed(room.joined), borrowed(room.found), borrowed(room.hidden)
    eps = weights.eps
    layers = weights.joined.weights.shape[0]
    for layer in range(layers):
        norms = weights.norms[layer]
        part = weights.joined
        _music(
            x, norms[0], eps, part.weights[layer], part.scales[layer], part.biases[layer],
            steps, blocks, keys, values, cache_scales, layer, joined, found, thread, threads,
        )  # fmt: skip
        meet(gate, threads)
        part = weights.attended
        _added(
            x, found, joined, part.weights[layer], part.scales[layer], part.biases[layer],
            thread, threads,
        )  # fmt: skip
        meet(gate, threads)
        if weights.queries.weights.shape[0]:
            part = weights.queries
            _prompt(
                x, norms[1], eps, part.weights[layer], part.scales[layer], part.biases[layer],
                prompt_steps, prompt_blocks, keys, values, cache_scales, layer, joined, found,
                thread, threads,
            )  # fmt: skip
            meet(gate, threads)
            part = weights.crossed
            _added(
                x, found, joined, part.weights[layer], part.scales[layer], part.biases[layer],
                thread, threads,
            )  # fmt: skip
            meet(gate, threads)
        part = weights.up
        _risen(
            x, norms[2], eps, part.weights[layer], part.scales[layer], part.biases[layer], hidden,
            True, thread, threads,
        )  # fmt: skip
        meet(gate, threads)
        part = weights.down
        _added(
            x, hidden, joined, part.weights[layer], part.scales[layer], part.biases[layer],
            thread, threads,
        )  # fmt: skip
        meet(gate, threads)
    if thread == 0:
        for index in range(len(room.asked)):
            room.last[index] = x[room.asked[index]]
    meet(gate, threads)
    part = weights.heads
    _risen(
        room.last, weights.norms[layers, 0], eps, part.weights[0], part.scales[0], part.biases[0],
        room.logits, False, thread, threads,
    )  # fmt: skip
