"""MusicGen's transformer in our own kernels: the default on PCs.

In weights of 8 bits, or of 4, which is quicker and less exact (the heads keep 8).

A take's logits are the same to the last bit alone, in any batch, read in one go or step by step,
and so are its tokens. Against fp32 the logits are close (the tests say how close).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import psutil
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine import compiling
from engine.errors import ModelUnavailable
from engine.generators.musicgen.checkpoint import Checkpoint
from engine.generators.musicgen.conditions import Conditions
from engine.generators.musicgen.decoder import closed_if_it_fails, out_of_memory
from engine.generators.musicgen.decoders.attention import store_prompt
from engine.generators.musicgen.decoders.embedding import Embedding
from engine.generators.musicgen.decoders.kernels import run
from engine.generators.musicgen.decoders.memory import (
    BLOCK,
    Matrices,
    Rows,
    Weights,
    make_room,
    share_bytes,
)
from engine.generators.musicgen.decoders.nibbles import GROUP, pack_nibbles
from engine.generators.musicgen.decoders.pairs import pack_pairs
from engine.generators.musicgen.decoders.processor import HAS_VNNI
from engine.generators.musicgen.decoders.quads import SMALL_GROUP, pack_quads
from engine.generators.musicgen.decoders.rows import StreamRow, answer
from engine.generators.musicgen.decoders.tiles import TILE
from engine.generators.musicgen.decoders.weights import LMModel, fuse, is_known, prompt_keys_values

__all__ = ["NativeDecoder"]

GROWTH = 16
"""Blocks by which the pool grows at least: twenty seconds of one stream."""
LEAST_SHARE = 128
"""Columns of a layer that are worth a thread."""
Pack = Callable[[NDArray[np.float32], NDArray[np.float32] | None], tuple[NDArray[Any], ...]]
AT_ONCE = 32
"""Rows of a prompt that are read together."""


@dataclass(slots=True, eq=False)
class Stream:
    """One sequence through the transformer: a row has two when it is guided."""

    prompt_steps: int
    prompt_blocks: list[int] = field(default_factory=list)
    blocks: list[int] = field(default_factory=list)


NativeRow = StreamRow[Stream]


class NativeDecoder:
    """Decodes by ``kernels``; the keys and values of all rows lie in one pool of blocks."""

    name = "native"
    repeats = "exactly"

    def __init__(
        self, checkpoint: Checkpoint, precision: str = "int8", *, quads: bool = HAS_VNNI
    ) -> None:
        """``quads``: whether activations that meet weights of 8 bits have 8 too, and not 16.

        Raises ModelUnavailable for a transformer that only the reference decoder knows.
        """
        lm = checkpoint.lm
        whole = (lm.dim // lm.transformer.layers[0].self_attn.num_heads, lm.n_q * lm.card)
        fits = lm.dim % GROUP == 0 or precision == "int8"
        if not is_known(lm) or not fits or any(size % TILE for size in whole):
            raise ModelUnavailable("This model's transformer is of a kind that is not known here.")
        self.precision = precision
        self._lm = lm
        self._embedding = Embedding(lm, int(checkpoint.max_seconds * checkpoint.frame_rate) + BLOCK)
        eight: Pack = pack_pairs
        if quads and lm.dim % SMALL_GROUP == 0:
            # Another computer of a house may round otherwise: its takes and checkpoints are others.
            self.name, eight = "native-vnni", pack_quads
        self._weights = _take_apart(lm, eight if precision == "int8" else pack_nibbles, heads=eight)
        self._cache = _empty(lm, 0)
        self._free: list[int] = []
        cores = psutil.cpu_count(logical=False) or 1
        self._threads = max(1, min(cores, lm.dim // LEAST_SHARE))
        # Compiles, once on each computer: half a minute that no first step should take.
        with compiling.alone():
            compiling.forget_older(Path(run.stats.cache_path), Path(__file__).parent)
            nothing = np.zeros((0, 1, lm.dim), np.float32)
            self._read_some([], [], np.zeros(0, np.int32), nothing)
            none = np.zeros((0, 0, 0), np.float32)
            store_prompt(self._cache, np.zeros(0, np.int32), 0, none, none)

    @torch.no_grad()
    def open(self, conditions: Conditions, guidance: float = 3.0) -> NativeRow:
        prefix, prompt = fuse(self._lm, conditions)
        steps = 0 if prompt is None else prompt.shape[1]
        streams = [Stream(steps) for _ in range(conditions.streams)]
        row = NativeRow(guidance, streams, prefix)
        with out_of_memory(), closed_if_it_fails(self, row):
            for stream in streams:
                self._make_room(stream.prompt_blocks, steps)
            if prompt is not None:
                self._keep_prompts(streams, prompt)
        return row

    def close(self, row: NativeRow) -> None:
        for stream in row.streams:
            self._free += stream.blocks + stream.prompt_blocks
        row.streams = []

    @torch.no_grad()
    def logits(self, rows: Sequence[NativeRow], inputs: Sequence[Tensor]) -> Tensor:
        return answer(rows, inputs, self._read, self._read)

    def row_bytes(self, steps: int, streams: int = 2) -> int:
        """Keys and values with their scales, in whole blocks; one for the prompt."""
        lm = self._lm
        crossing = lm.transformer.layers[0].cross_attention is not None
        blocks = -(-steps // BLOCK) + (1 if crossing else 0)
        heads = lm.transformer.layers[0].self_attn.num_heads
        block = len(lm.transformer.layers) * heads * share_bytes(lm.dim // heads)
        return streams * blocks * block

    def _read(self, rows: Sequence[NativeRow], inputs: Sequence[Tensor]) -> Tensor:
        """Guided logits [rows, codebooks, card] after inputs of equal length."""
        x = np.concatenate(
            [
                self._embedding(row, tokens, len(row.streams))
                for row, tokens in zip(rows, inputs, strict=True)
            ]
        )
        streams = [stream for row in rows for stream in row.streams]
        past = np.array([row.steps for row in rows for _ in row.streams], np.int32)
        for stream, length in zip(streams, past, strict=True):
            self._make_room(stream.blocks, int(length) + x.shape[1])
        for first in range(0, x.shape[1], max(1, AT_ONCE // len(streams))):
            said = self._read_some(
                rows, streams, past + first, x[:, first : first + max(1, AT_ONCE // len(streams))]
            )
        for row in rows:
            row.steps += x.shape[1]
        return torch.from_numpy(said).view(len(rows), self._embedding.codebooks, -1)

    def _read_some(
        self,
        takes: Sequence[NativeRow],
        streams: Sequence[Stream],
        past: NDArray[np.int32],
        x: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Guided logits [takes, codebooks x card] after the last of x [streams, steps, dim]."""
        count, steps, dim = x.shape
        ends = list(accumulate(len(take.streams) for take in takes))
        asked = [(end - len(take.streams), end - 1) for take, end in zip(takes, ends, strict=True)]
        places = past[:, None] + np.arange(steps, dtype=np.int32)
        rows = Rows(
            np.ascontiguousarray(x.reshape(count * steps, dim)),
            places.reshape(-1).astype(np.int32),
            _table([stream.blocks for stream in streams], steps),
            np.repeat(np.array([stream.prompt_steps for stream in streams], np.int32), steps),
            _table([stream.prompt_blocks for stream in streams], steps),
            (np.array(asked, np.int64).reshape(-1, 2) + 1) * steps - 1,
            np.array([take.guidance for take in takes], np.float32),
        )
        room = make_room(self._weights, count * steps, len(takes))
        barrier, threads = np.zeros(2, np.int64), self._threads
        given = (self._weights, self._cache, rows, room, barrier)
        # New ones for each step: that costs 0.1 ms, and there is nothing to close.
        others = [Thread(target=run, args=(*given, n, threads)) for n in range(1, threads)]
        for thread in others:
            thread.start()
        run(*given, 0, threads)
        for thread in others:
            thread.join()
        return room.logits

    def _keep_prompts(self, streams: Sequence[Stream], prompt: Tensor) -> None:
        """Compute the keys and values that the streams' cross-attention reads."""
        for index, layer in enumerate(self._lm.transformer.layers):
            both = prompt_keys_values(layer, prompt).float().cpu().numpy()
            keys, values = (np.ascontiguousarray(part) for part in both)
            for stream, own_keys, own_values in zip(streams, keys, values, strict=True):
                blocks = np.array(stream.prompt_blocks, np.int32)
                store_prompt(self._cache, blocks, index, own_keys, own_values)

    def _make_room(self, blocks: list[int], steps: int) -> None:
        while len(blocks) * BLOCK < steps:
            if not self._free:
                self._grow()
            blocks.append(self._free.pop())

    def _grow(self) -> None:
        """Make the pool half as large again; the blocks that there are stay where they are."""
        before = len(self._cache)
        cache = _empty(self._lm, before + max(GROWTH, before // 2))
        cache[:before] = self._cache
        cache[before:] = 0  # memory that nobody wrote is one page for all, and read for nothing
        self._cache = cache
        self._free += range(len(cache) - 1, before - 1, -1)


def _table(blocks: Sequence[Sequence[int]], steps: int) -> NDArray[np.int32]:
    """[streams x steps, most blocks], each stream's as often as it has steps."""
    table = np.zeros((len(blocks), max([1, *map(len, blocks)])), np.int32)
    for row, own in zip(table, blocks, strict=True):
        row[: len(own)] = own
    return np.repeat(table, steps, axis=0)


def _empty(lm: LMModel, blocks: int) -> NDArray[np.int8]:
    """A cache [blocks, layers, heads, share_bytes]."""
    layers, heads = len(lm.transformer.layers), lm.transformer.layers[0].self_attn.num_heads
    # Not zeros: what is not written is not heard, and this way the system gives large pages.
    return np.empty((blocks, layers, heads, share_bytes(lm.dim // heads)), np.int8)


def _take_apart(lm: LMModel, packed: Pack, *, heads: Pack) -> Weights:
    layers = lm.transformer.layers
    norms = np.zeros((len(layers) + 1, 3, 2, lm.dim), np.float32)
    parts: dict[str, list[tuple[Tensor, Tensor | None]]] = {
        name: [] for name in ("joined", "attended", "queries", "crossed", "up", "down")
    }
    for index, layer in enumerate(layers):
        own, cross = layer.self_attn, layer.cross_attention
        parts["joined"].append((own.in_proj_weight, own.in_proj_bias))
        parts["attended"].append((own.out_proj.weight, own.out_proj.bias))
        parts["up"].append((layer.linear1.weight, layer.linear1.bias))
        parts["down"].append((layer.linear2.weight, layer.linear2.bias))
        norms[index, 0] = _pair(layer.norm1)
        norms[index, 2] = _pair(layer.norm2)
        if cross is not None:
            bias = None if cross.in_proj_bias is None else cross.in_proj_bias[: lm.dim]
            parts["queries"].append((cross.in_proj_weight[: lm.dim], bias))
            parts["crossed"].append((cross.out_proj.weight, cross.out_proj.bias))
            norms[index, 1] = _pair(layer.norm_cross)
    norms[-1, 0] = _pair(lm.out_norm)
    biases = [head.bias for head in lm.linears]
    all_heads = torch.cat([head.weight for head in lm.linears])
    return Weights(
        **{name: _matrices(pairs, packed) for name, pairs in parts.items()},
        heads=_matrices([(all_heads, None if biases[0] is None else torch.cat(biases))], heads),
        norms=norms,
        eps=float(layers[0].norm1.eps),
    )


def _pair(norm: torch.nn.LayerNorm) -> NDArray[np.float32]:
    return np.stack([p.detach().float().cpu().numpy() for p in (norm.weight, norm.bias)])


def _matrices(pairs: Sequence[tuple[Tensor, Tensor | None]], packed: Pack) -> Matrices:
    if not pairs:  # no attention to a prompt
        own = packed(np.zeros((0, GROUP), np.float32), None)
        return Matrices(*(np.zeros((0, 0), part.dtype) for part in own))
    parts = [
        packed(
            weight.detach().float().cpu().numpy(),
            None if bias is None else bias.detach().float().cpu().numpy(),
        )
        for weight, bias in pairs
    ]
    weights, scales, biases = (np.stack(part) for part in zip(*parts, strict=True))
    return Matrices(weights, scales, biases)
