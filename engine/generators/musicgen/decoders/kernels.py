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
from typing import Any

import numpy as np

from engine.generators.musicgen.decoders.memory import BLOCK, Cache, Room, Rows, Weights
from engine.generators.musicgen.decoders.vectors import (
    TILE,
    columns16,
    columns64,
    compiled,
    dots1,
    dots2,
    dots4,
    exp,
    gelu,
    inlined,
    meet,
    summing,
)

__all__ = ["run", "store_prompt"]

CHUNK = 16
"""Outputs after which the next rows take their turn, while the weights are still near."""


@inlined
def _put(out: Any, sums: Any, rows: int, scales: Any, row_scales: Any, row: int, n: int) -> None:
    for r in range(2):
        for s in range(rows):
            total = np.float32(sums[r * rows + s])
            out[row + s, n + r] = total * scales[n + r] * row_scales[row + s]


@compiled
def _matmul(
    out: Any, q: Any, row_scales: Any, weights: Any, scales: Any, biases: Any, begin: int, end: int
) -> None:
    """Outputs ``begin`` to ``end`` of rows [rows, inputs] in 16 bits, into ``out``."""
    rows, inputs = q.shape
    w, x = weights.ctypes.data, q.ctypes.data
    for chunk in range(begin, end, CHUNK):
        stop = min(end, chunk + CHUNK)
        row = 0
        while row < rows:
            there = x + row * inputs * 2
            left = rows - row
            abreast = 4 if left >= 4 else 2 if left >= 2 else 1
            for n in range(chunk, stop, TILE):
                here = w + n * inputs
                if abreast == 4:
                    _put(out, dots4(here, there, inputs), 4, scales, row_scales, row, n)
                elif abreast == 2:
                    _put(out, dots2(here, there, inputs), 2, scales, row_scales, row, n)
                else:
                    _put(out, dots1(here, there, inputs), 1, scales, row_scales, row, n)
            row += abreast
    for row in range(rows):
        for n in range(begin, end):
            out[row, n] += biases[n]


@summing
def _round(x: Any, q: Any, limit: float) -> Any:
    """Write ``x`` as whole numbers up to ``limit`` into ``q``; gives their unit.

    NaN and infinity make the unit NaN, so that nothing hides them.
    """
    most, total = np.float32(0), np.float32(0)
    for i in range(x.shape[0]):
        most = max(most, abs(x[i]))
        total += x[i] * np.float32(0)
    most = max(most, np.float32(1e-20))
    factor = np.float32(limit) / most
    for i in range(x.shape[0]):
        scaled = x[i] * factor
        q[i] = np.int32(scaled + (np.float32(0.5) if scaled > 0 else np.float32(-0.5)))
    return most / np.float32(limit) + total


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


@compiled
def _keep(
    cache_keys: Any, cache_values: Any, cache_scales: Any, block: int, layer: int, head: int,
    place: int, key: Any, value: Any,
) -> None:  # fmt: skip
    """Write one step's key and value [head dim] of one head into the cache."""
    dim = key.shape[0]
    small = np.empty(dim, np.int8)
    scales = cache_scales[block, layer, head]
    keys, values = cache_keys[block, layer, head], cache_values[block, layer, head]
    scales[0, place] = _round(key, small, 127)
    for i in range(dim):
        keys[i // 2, place, i % 2] = small[i]
    scales[1, place] = _round(value, small, 127)
    for i in range(dim):
        values[i // 16, place // 2, i % 16, place % 2] = small[i]


@summing
def _attend(
    out: Any, query: Any, scores: Any, keys: Any, values: Any, scales: Any,
    blocks: Any, layer: int, head: int, length: int,
) -> None:  # fmt: skip
    """What a query [head dim] finds in the first ``length`` steps of its stream's blocks."""
    dim = query.shape[0]
    q, sums = np.empty(dim, np.int16), np.empty(BLOCK, np.int32)
    unit = _round(query, q, 32767) * np.float32(1 / math.sqrt(dim))
    most = np.float32(-3e38)
    for first in range(0, length, BLOCK):
        block = blocks[first // BLOCK]
        own, own_scales = keys[block, layer, head], scales[block, layer, head, 0]
        columns64(own.ctypes.data, q.ctypes.data, dim // 2, sums.ctypes.data)
        there = scores[first : first + BLOCK]
        for j in range(BLOCK):
            there[j] = np.float32(sums[j]) * (unit * own_scales[j])
        for j in range(min(BLOCK, length - first)):
            most = max(most, there[j])
    for j in range(length):
        scores[j] = exp(scores[j] - most)
    whole = np.float32(0)
    for j in range(length):
        whole += scores[j]
    for i in range(dim):
        out[i] = 0
    shares, found = np.empty(BLOCK, np.float32), np.empty(BLOCK, np.int16)
    for first in range(0, length, BLOCK):
        block = blocks[first // BLOCK]
        own, own_scales = values[block, layer, head], scales[block, layer, head, 1]
        count = min(BLOCK, length - first)
        for j in range(count):
            shares[j] = scores[first + j] * own_scales[j]
        for j in range(count, BLOCK):
            shares[j] = 0
        unit = _round(shares, found, 32767) / whole
        for part in range(dim // 16):
            columns16(own[part].ctypes.data, found.ctypes.data, BLOCK // 2, sums.ctypes.data)
            for i in range(16):
                out[part * 16 + i] += np.float32(sums[i]) * unit


@compiled
def store_prompt(cache: Cache, blocks: Any, layer: int, keys: Any, values: Any) -> None:
    """Keep a prompt's keys and values [heads, steps, head dim] of one layer in its blocks."""
    heads, steps, _ = keys.shape
    for head in range(heads):
        for step in range(steps):
            _keep(
                cache.keys, cache.values, cache.scales, blocks[step // BLOCK], layer, head,
                step % BLOCK, keys[head, step], values[head, step],
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
    scores = np.empty(blocks.shape[1] * BLOCK, np.float32)
    for head in range(begin, end):
        first, last = head * head_dim, (head + 1) * head_dim
        for row in range(rows):
            _keep(
                keys, values, cache_scales, blocks[row, steps[row] // BLOCK], layer, head,
                steps[row] % BLOCK, joined[row, dim + first : dim + last],
                joined[row, 2 * dim + first : 2 * dim + last],
            )  # fmt: skip
        for row in range(rows):
            _attend(
                out[row, first:last], joined[row, first:last], scores,
                keys, values, cache_scales, blocks[row], layer, head, steps[row] + 1,
            )  # fmt: skip


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
    scores = np.empty(blocks.shape[1] * BLOCK, np.float32)
    for head in range(begin, end):
        first, last = head * head_dim, (head + 1) * head_dim
        for row in range(rows):
            _attend(
                out[row, first:last], queries[row, first:last], scores,
                keys, values, cache_scales, blocks[row], layer, head, lengths[row],
            )  # fmt: skip


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
    x, gate = rows.x, barrier.ctypes.data
    joined, found, hidden = room.joined, room.found, room.hidden
    eps = weights.eps
    layers = weights.joined.weights.shape[0]
    for layer in range(layers):
        norms = weights.norms[layer]
        part = weights.joined
        _music(
            x, norms[0], eps, part.weights[layer], part.scales[layer], part.biases[layer],
            rows.steps, rows.blocks, cache.keys, cache.values, cache.scales, layer, joined, found,
            thread, threads,
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
                rows.prompt_steps, rows.prompt_blocks, cache.keys, cache.values, cache.scales,
                layer, joined, found, thread, threads,
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
