"""One step of MusicGen's transformer in 8- or 4-bit weights, compiled for this processor by Numba.

Sums of products are whole numbers and everything else is computed row by row in the same order, so
a row's logits are the same bits alone, in any batch, and read in one go or step by step.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.generators.musicgen.decoders.attention import attend, keep, make_desk
from engine.generators.musicgen.decoders.meeting import meet
from engine.generators.musicgen.decoders.memory import BLOCK, Matrices, Room, Rows, Weights
from engine.generators.musicgen.decoders.processor import compiled, inlined
from engine.generators.musicgen.decoders.products import multiply, rounded
from engine.generators.musicgen.decoders.tiles import TILE
from engine.generators.musicgen.decoders.vectors import borrowed, gelu, layer_norm

__all__ = ["run"]

# -- the parts of a layer, each by one of several threads ----------------------------------------


@inlined
def _share(count: int, unit: int, thread: int, threads: int) -> tuple[int, int]:
    """Which of ``count`` a thread takes, in whole units."""
    units = count // unit
    return units * thread // threads * unit, units * (thread + 1) // threads * unit


@inlined
def _start(part: Matrices, layer: int, count: int, unit: int, thread: int, threads: int) -> int:
    """Where in memory a thread's share of the first ``count`` outputs begins."""
    own = part.weights[layer]
    size = own.nbytes // part.biases.shape[1]
    return own.ctypes.data + _share(count, unit, thread, threads)[0] * size


@compiled
def _music(
    x: Any, norm: Any, eps: float, weights: Any, scales: Any, biases: Any, steps: Any, blocks: Any,
    cache: Any, layer: int, joined: Any, out: Any, then: int, thread: int, threads: int,
) -> None:  # fmt: skip
    """Attention to the past of a share of the heads: their queries, keys and values, all of it."""
    rows, dim = x.shape
    heads = cache.shape[2]
    head_dim = dim // heads
    normed = np.empty((rows, dim), np.float32)
    layer_norm(x, normed, norm, eps)
    own = rounded(normed, weights)
    begin, end = _share(heads, 1, thread, threads)
    size = weights.nbytes // (3 * dim)
    past = cache[blocks[0, 0], layer, begin].ctypes.data
    for part in range(3):
        first, last = part * dim + begin * head_dim, part * dim + end * head_dim
        after = weights.ctypes.data + (first + dim) * size if part < 2 else past
        multiply(joined, own, weights, scales, biases, first, last, after)
    desk = make_desk(end - begin, head_dim)
    for head in range(begin, end):
        first, last = head * head_dim, (head + 1) * head_dim
        for row in range(rows):
            keep(
                cache[blocks[row, steps[row] // BLOCK], layer, head], steps[row] % BLOCK,
                joined[row, dim + first : dim + last],
                joined[row, 2 * dim + first : 2 * dim + last], desk.small,
            )  # fmt: skip
    attend(out, joined, desk, cache, blocks, layer, begin, end, steps + np.int32(1), then)


@compiled
def _prompt(
    x: Any, norm: Any, eps: float, weights: Any, scales: Any, biases: Any, lengths: Any,
    blocks: Any, cache: Any, layer: int, queries: Any, out: Any, then: int, thread: int,
    threads: int,
) -> None:  # fmt: skip
    """Attention to the prompt of a share of the heads."""
    rows, dim = x.shape
    heads = cache.shape[2]
    head_dim = dim // heads
    normed = np.empty((rows, dim), np.float32)
    layer_norm(x, normed, norm, eps)
    own = rounded(normed, weights)
    begin, end = _share(heads, 1, thread, threads)
    multiply(
        queries, own, weights, scales, biases, begin * head_dim, end * head_dim,
        cache[blocks[0, 0], layer, begin].ctypes.data,
    )  # fmt: skip
    desk = make_desk(end - begin, head_dim)
    attend(out, queries, desk, cache, blocks, layer, begin, end, lengths, then)


@compiled
def _added(
    x: Any, y: Any, out: Any, weights: Any, scales: Any, biases: Any,
    then: int, thread: int, threads: int,
) -> None:  # fmt: skip
    """Add a matrix of ``y`` to ``x``, a share of its columns; ``out`` is scratch."""
    rows, dim = x.shape
    own = rounded(y, weights)
    begin, end = _share(dim, TILE, thread, threads)
    multiply(out, own, weights, scales, biases, begin, end, then)
    for row in range(rows):
        to, found = x[row, begin:end], out[row, begin:end]
        for n in range(end - begin):
            to[n] += found[n]


@compiled
def _risen(
    x: Any, norm: Any, eps: float, weights: Any, scales: Any, biases: Any, out: Any,
    then: int, thread: int, threads: int,
) -> None:  # fmt: skip
    """GELU of a matrix of the normed ``x``, a share of its columns."""
    rows, dim = x.shape
    normed = np.empty((rows, dim), np.float32)
    layer_norm(x, normed, norm, eps)
    own = rounded(normed, weights)
    begin, end = _share(out.shape[1], TILE, thread, threads)
    multiply(out, own, weights, scales, biases, begin, end, then)
    for row in range(rows):
        share = out[row, begin:end]  # or LLVM makes no vectors of it, and it takes 15 times as long
        for n in range(end - begin):
            share[n] = gelu(share[n])


@compiled
def _guided(
    x: Any, asked: Any, guidance: Any, norm: Any, eps: float, weights: Any, scales: Any,
    biases: Any, out: Any, then: int, thread: int, threads: int,
) -> None:  # fmt: skip
    """Guided logits, a share of them: what is wanted and its absence are mixed before the heads,
    which gives the same as after them, as they are one matrix, for half of the work."""
    takes, dim = len(asked), x.shape[1]
    both, mixed = np.empty((2, dim), np.float32), np.empty((takes, dim), np.float32)
    for take in range(takes):
        for n in range(2):
            layer_norm(x[asked[take, n]].reshape((1, dim)), both[n].reshape((1, dim)), norm, eps)
        for i in range(dim):
            mixed[take, i] = both[1, i] + (both[0, i] - both[1, i]) * guidance[take]
    own = rounded(mixed, weights)
    begin, end = _share(out.shape[1], TILE, thread, threads)
    multiply(out, own, weights, scales, biases, begin, end, then)


# -- a step -------------------------------------------------------------------------------------


@compiled
def run(
    weights: Weights, cache: Any, rows: Rows, room: Room, barrier: Any, thread: int, threads: int
) -> None:
    """Read the rows: one thread's share of it, while the others run theirs.

    Afterwards ``room.logits`` holds the guided logits [takes, codebooks x card].
    """
    x, gate = borrowed(rows.x), barrier.ctypes.data
    steps, blocks = borrowed(rows.steps), borrowed(rows.blocks)
    prompt_steps, prompt_blocks = borrowed(rows.prompt_steps), borrowed(rows.prompt_blocks)
    past = borrowed(cache)
    joined, found, hidden = borrowed(room.joined), borrowed(room.found), borrowed(room.hidden)
    eps, (dim, heads) = weights.eps, (x.shape[1], past.shape[2])
    layers, crossing = weights.joined.weights.shape[0], weights.queries.weights.shape[0] > 0
    for layer in range(layers):
        norms = weights.norms[layer]
        part = weights.joined
        _music(
            x, norms[0], eps, part.weights[layer], part.scales[layer], part.biases[layer],
            steps, blocks, past, layer, joined, found,
            _start(weights.attended, layer, dim, TILE, thread, threads), thread, threads,
        )  # fmt: skip
        meet(gate, threads)
        part, then = (
            weights.attended,
            _start(weights.up, layer, hidden.shape[1], TILE, thread, threads),
        )
        if crossing:
            then = _start(weights.queries, layer, dim, dim // heads, thread, threads)
        _added(
            x, found, joined, part.weights[layer], part.scales[layer], part.biases[layer],
            then, thread, threads,
        )  # fmt: skip
        meet(gate, threads)
        if crossing:
            part = weights.queries
            _prompt(
                x, norms[1], eps, part.weights[layer], part.scales[layer], part.biases[layer],
                prompt_steps, prompt_blocks, past, layer, joined, found,
                _start(weights.crossed, layer, dim, TILE, thread, threads), thread, threads,
            )  # fmt: skip
            meet(gate, threads)
            part = weights.crossed
            _added(
                x, found, joined, part.weights[layer], part.scales[layer], part.biases[layer],
                _start(weights.up, layer, hidden.shape[1], TILE, thread, threads), thread, threads,
            )  # fmt: skip
            meet(gate, threads)
        part = weights.up
        _risen(
            x, norms[2], eps, part.weights[layer], part.scales[layer], part.biases[layer], hidden,
            _start(weights.down, layer, dim, TILE, thread, threads), thread, threads,
        )  # fmt: skip
        meet(gate, threads)
        part, then = (
            weights.down,
            _start(weights.heads, 0, room.logits.shape[1], TILE, thread, threads),
        )
        if layer + 1 < layers:
            then = _start(weights.joined, layer + 1, dim, dim // heads, thread, threads)
        _added(
            x, hidden, joined, part.weights[layer], part.scales[layer], part.biases[layer],
            then, thread, threads,
        )  # fmt: skip
        meet(gate, threads)
    heads_part = weights.heads  # of another type than the rest, perhaps
    _guided(
        x, rows.asked, rows.guidance, weights.norms[layers, 0], eps,
        heads_part.weights[0], heads_part.scales[0], heads_part.biases[0], room.logits,
        _start(weights.joined, 0, dim, dim // heads, thread, threads), thread, threads,
    )  # fmt: skip
