"""MusicGen's transformer by OpenVINO: for CPUs that our kernels don't suit, and full precision.

Reading the weights bounds a step, so bytes are what counts: 8 bits are a quarter of audiocraft's
32. Greedy tokens in fp32 are audiocraft's; in int8 the logits are close (the tests say how close).
A row's logits depend on the number of rows in their last bits: by up to 0.003 in int8, where eight
takes of 150 frames were still the same alone and together. A promise it is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import openvino as ov
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import ModelUnavailable
from engine.generators.musicgen.checkpoint import Checkpoint
from engine.generators.musicgen.conditions import Conditions
from engine.generators.musicgen.decoder import out_of_memory
from engine.generators.musicgen.decoders.embedding import Embedding
from engine.generators.musicgen.decoders.openvino_graph import BLOCK, build_graph
from engine.generators.musicgen.decoders.rows import StreamRow, answer, guide_rows
from engine.generators.musicgen.decoders.weights import fuse, is_known, prompt_keys_values

__all__ = ["OpenVinoDecoder"]

Floats = NDArray[np.float32]
CACHE_PRECISION = {"fp32": "f32", "int8": "f16"}
GROWTH = 32
"""Blocks by which the pool grows at least: twenty seconds of one stream."""


@dataclass(slots=True, eq=False)
class Stream:
    """One sequence through the transformer: a row has two when it is guided."""

    prompt: Floats
    """Keys and values for cross-attention [layers, 2, heads, prompt, head dim]."""
    blocks: list[int] = field(default_factory=list)


OpenVinoRow = StreamRow[Stream]


class OpenVinoDecoder:
    """Decodes by one compiled model; the keys and values of all rows lie in one pool of blocks."""

    name = "openvino"
    repeats = "nearly"

    def __init__(self, checkpoint: Checkpoint, precision: str = "int8") -> None:
        """Raises ModelUnavailable for a transformer that only the reference decoder knows."""
        if not is_known(checkpoint.lm):
            raise ModelUnavailable("This model's transformer is of a kind that is not known here.")
        self.precision = precision
        self._lm = lm = checkpoint.lm
        self._embedding = Embedding(lm, int(checkpoint.max_seconds * checkpoint.frame_rate) + BLOCK)
        config = {
            # Half-precision sums where the processor has them would cost exactness for no time.
            "INFERENCE_PRECISION_HINT": "f32",
            "KV_CACHE_PRECISION": CACHE_PRECISION[precision],
            # Activations meet 8-bit weights in 8 bits, with a scale for each so many inputs.
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": "128" if precision == "int8" else "0",
        }
        self._model = ov.Core().compile_model(build_graph(lm, precision), "CPU", config)
        self._steps = self._model.create_infer_request()
        self._runs = self._model.create_infer_request()
        self._crossing = lm.transformer.layers[0].cross_attention is not None
        self._seated: tuple[Stream, ...] = ()
        """The streams whose prompts the request for steps holds."""
        self._pool_blocks = 0
        self._pool: dict[str, ov.Tensor] = {}
        self._free: list[int] = []

    @torch.no_grad()
    def open(self, conditions: Conditions, guidance: float = 3.0) -> OpenVinoRow:
        prefix, prompt = fuse(self._lm, conditions)
        with out_of_memory():
            prompts = self._prompts(prompt, conditions.streams)
            streams = [Stream(own) for own in prompts]
        return OpenVinoRow(guidance, streams, prefix)

    def close(self, row: OpenVinoRow) -> None:
        for stream in row.streams:
            self._free += stream.blocks
        row.streams = []

    @torch.no_grad()
    def logits(self, rows: Sequence[OpenVinoRow], inputs: Sequence[Tensor]) -> Tensor:
        return answer(
            rows, inputs, partial(self._read, self._runs), partial(self._read, self._steps)
        )

    def row_bytes(self, steps: int, streams: int = 2) -> int:
        """Keys and values, in whole blocks."""
        size = {"f32": 4, "f16": 2}[CACHE_PRECISION[self.precision]]
        blocks = -(-steps // BLOCK) * streams
        return 2 * len(self._lm.transformer.layers) * self._lm.dim * blocks * BLOCK * size

    def _prompts(self, prompt: Tensor | None, streams: int) -> list[Floats]:
        """Each stream's keys and values of each layer [layers, 2, heads, prompt, head dim]."""
        if prompt is None:
            return [np.zeros(0, np.float32)] * streams
        layers = [prompt_keys_values(layer, prompt) for layer in self._lm.transformer.layers]
        return list(torch.stack(layers).permute(2, 0, 1, 3, 4, 5).float().cpu().numpy())

    def _read(
        self, request: ov.InferRequest, rows: Sequence[OpenVinoRow], inputs: Sequence[Tensor]
    ) -> Tensor:
        """Guided logits [rows, codebooks, card] after inputs of equal length."""
        x = np.concatenate(
            [
                self._embedding(row, tokens, len(row.streams))
                for row, tokens in zip(rows, inputs, strict=True)
            ]
        )
        steps = x.shape[1]
        streams = [stream for row in rows for stream in row.streams]
        past = [row.steps for row in rows for _ in row.streams]
        self._seat(request, streams, [length + steps for length in past])
        blocks = [stream.blocks for stream in streams]
        given = {
            "x": x,
            "past_lens": np.array(past, np.int32),
            "subsequence_begins": np.arange(len(streams) + 1, dtype=np.int32) * steps,
            "block_indices": np.concatenate(blocks).astype(np.int32),
            "block_indices_begins": np.cumsum([0, *map(len, blocks)]).astype(np.int32),
            "max_context_len": np.array(max(past) + steps, np.int32),
        }
        for name, array in given.items():
            request.set_tensor(name, ov.Tensor(array))
        request.infer()
        logits = torch.from_numpy(request.get_output_tensor().data.copy())
        logits = logits.view(len(streams), self._embedding.codebooks, -1)
        for row in rows:
            row.steps += steps
        return guide_rows(logits, rows)

    def _seat(
        self, request: ov.InferRequest, streams: Sequence[Stream], lengths: Sequence[int]
    ) -> None:
        """See that the streams have blocks enough, and that the request holds their prompts."""
        for stream, length in zip(streams, lengths, strict=True):
            while len(stream.blocks) * BLOCK < length:
                if not self._free:
                    self._grow()
                stream.blocks.append(self._free.pop())
        if not self._crossing or (request is self._steps and self._seated == tuple(streams)):
            return
        longest = max(stream.prompt.shape[-2] for stream in streams)
        shape = list(streams[0].prompt.shape)
        shape[-2] = longest
        prompts = np.zeros((len(streams), *shape), np.float32)
        mask = np.full((len(streams), 1, 1, longest), -np.inf, np.float32)
        for index, stream in enumerate(streams):
            length = stream.prompt.shape[-2]
            prompts[index, ..., :length, :] = stream.prompt
            mask[index, ..., :length] = 0
        request.set_tensor("prompt_mask", ov.Tensor(mask))
        for layer in range(shape[0]):
            for part, kind in enumerate(("keys", "values")):
                own = np.ascontiguousarray(prompts[:, layer, part])
                request.set_tensor(f"prompt_{kind}.{layer}", ov.Tensor(own))
        if request is self._steps:
            self._seated = tuple(streams)

    def _grow(self) -> None:
        """Make the pool half as large again; the blocks that there are stay where they are."""
        before = self._pool_blocks
        count = before + max(GROWTH, before // 2)
        for port in self._model.inputs:
            name = port.any_name
            if "_cache." not in name:
                continue
            shape = [size.get_length() for size in list(port.partial_shape)[1:]]
            pool = ov.Tensor(port.element_type, [count, *shape])
            pool.data[before:] = 0
            if before:
                pool.data[:before] = self._pool[name].data[:before]
            self._pool[name] = pool
            for request in (self._steps, self._runs):
                request.set_tensor(name, pool)
        self._pool_blocks = count  # only now: memory may have ended half-way
        self._free += range(count - 1, before - 1, -1)
