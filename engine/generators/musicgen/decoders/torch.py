"""MusicGen's transformer with a cache that does not move, for CPU, CUDA and Apple's GPUs.

What audiocraft does at every step and this does once: the keys and values of the prompt. What it
copies at every step and this does not: the keys and values of the past. In fp32 its greedy tokens
are audiocraft's, and sums are rounded differently in batches of different size only in the last
bits of the logits. In half precision and int8 those bits are large enough to tip a sampled token:
there a take may differ alone and in a batch (PERFORMANCE.md says how far).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn import functional

from engine.errors import ModelUnavailable
from engine.generators.musicgen.checkpoint import Checkpoint
from engine.generators.musicgen.conditions import Conditions
from engine.generators.musicgen.decoder import closed_if_it_fails, out_of_memory
from engine.generators.musicgen.decoders.cache import BLOCK, SlotCache
from engine.generators.musicgen.decoders.graphs import Capture, Recorder, capture_cuda
from engine.generators.musicgen.decoders.rows import StreamRow, answer, guide_rows
from engine.generators.musicgen.decoders.weights import (
    Layer,
    Linear,
    encode_positions,
    fuse,
    is_known,
    take_apart,
)

__all__ = ["TorchDecoder"]


@dataclass(slots=True, eq=False)
class Stream:
    """One sequence through the transformer: a row has two when it is guided."""

    slot: int
    prompt_steps: int
    """Of the keys and values that cross-attention reads."""


TorchRow = StreamRow[Stream]


@dataclass(slots=True)
class _Seats:
    """Who sits in which slot."""

    taken: list[Stream | None] = field(default_factory=list)

    def seat(self, prompt_steps: int) -> Stream:
        slot = self.taken.index(None) if None in self.taken else len(self.taken)
        stream = Stream(slot, prompt_steps)
        self.taken[slot : slot + 1] = [stream]
        return stream

    def free(self, stream: Stream) -> None:
        self.taken[stream.slot] = None


class TorchDecoder:
    """Our own loop over the checkpoint's weights, in fp32, bf16, fp16 (GPU) or int8 (CPU)."""

    name = "torch"
    repeats = "nearly"

    def __init__(
        self,
        checkpoint: Checkpoint,
        precision: str = "fp32",
        device: str | torch.device = "cpu",
        capture: Capture | None = None,
    ) -> None:
        """``capture`` records steps for replay; without it CUDA graphs are used where CUDA is.

        Raises ModelUnavailable for a transformer that only the reference decoder knows.
        """
        if not is_known(checkpoint.lm):
            raise ModelUnavailable("This model's transformer is of a kind that is not known here.")
        device = torch.device(device)
        if precision == "int8" and device.type != "cpu":
            raise ModelUnavailable("Weights in 8 bits are for the CPU.", hint="Choose fp16.")
        self.precision = precision
        self._lm = checkpoint.lm
        self._weights = weights = take_apart(checkpoint, precision, device)
        self._head_dim = weights.dim // weights.attention_heads
        shape = (len(weights.layers), weights.attention_heads, self._head_dim)
        like = torch.zeros((), dtype=weights.dtype, device=device)
        self._past = SlotCache(*shape, like)
        self._prompts = SlotCache(*shape, like, block=16)
        self._positions = encode_positions(self._lm, 0, 0).to(like)
        self._seats = _Seats()
        on_cuda = device.type == "cuda"
        self._recorder = Recorder(capture_cuda if capture is None and on_cuda else capture)
        self._fixed_lengths = on_cuda or capture is not None

    @torch.no_grad()
    def open(self, conditions: Conditions, guidance: float = 3.0) -> TorchRow:
        prefix, prompt = fuse(self._lm, conditions)
        prompt_steps = 0 if prompt is None else prompt.shape[1]
        streams = [self._seats.seat(prompt_steps) for _ in range(conditions.streams)]
        row = TorchRow(guidance, streams, prefix)
        with out_of_memory(), closed_if_it_fails(self, row):
            self._make_room(self._past.steps, prompt_steps)
            if prompt is not None:
                self._keep_prompt(streams, prompt)
        return row

    def close(self, row: TorchRow) -> None:
        for stream in row.streams:
            self._seats.free(stream)
        row.streams = []

    @torch.no_grad()
    def logits(self, rows: Sequence[TorchRow], inputs: Sequence[Tensor]) -> Tensor:
        return answer(rows, inputs, self._read_run, self._step)

    def row_bytes(self, steps: int, streams: int = 2) -> int:
        """Keys and values, in whole blocks of steps."""
        blocks = -(-steps // BLOCK) * BLOCK
        size = self._weights.dtype.itemsize
        return 2 * len(self._weights.layers) * self._weights.dim * blocks * streams * size

    @property
    def _device(self) -> torch.device:
        return self._weights.embeddings.device

    def _make_room(self, steps: int, prompt_steps: int) -> None:
        before = self._past.moved + self._prompts.moved
        try:
            self._past.make_room(len(self._seats.taken), steps)
            self._prompts.make_room(len(self._seats.taken), prompt_steps)
        finally:  # where memory ended half-way, too
            if self._past.moved + self._prompts.moved != before:
                self._recorder.forget()
        missing = self._past.steps - self._positions.shape[0]
        if missing:
            more = encode_positions(self._lm, self._positions.shape[0], missing)
            self._positions = torch.cat([self._positions, more.to(self._positions)])

    def _keep_prompt(self, streams: Sequence[Stream], prompt: Tensor) -> None:
        """Compute each layer's keys and values of the prompt [streams, steps, dim]."""
        prompt = prompt.to(self._device, self._weights.dtype)
        for index, layer in enumerate(self._weights.layers):
            if layer.cross is None:
                continue
            keys, values = self._split(layer.cross.keys_values(prompt), 2)
            for stream, own_keys, own_values in zip(streams, keys, values, strict=True):
                self._prompts.write_run(index, stream.slot, 0, own_keys, own_values)

    def _split(self, x: Tensor, parts: int) -> tuple[Tensor, ...]:
        """[streams, steps, parts x dim] to parts of [streams, heads, steps, head dim]."""
        streams, steps, _ = x.shape
        x = x.view(streams, steps, parts, self._weights.attention_heads, self._head_dim)
        return x.permute(2, 0, 3, 1, 4).unbind()

    # A run of steps of one row: a prompt, a melody, or what a take had when it was interrupted.

    def _read_run(self, rows: Sequence[TorchRow], inputs: Sequence[Tensor]) -> Tensor:
        """One row reads tokens [codebooks, steps]; logits [1, codebooks, card] after the last."""
        (row,), (tokens,) = rows, inputs
        weights = self._weights
        x = self._embed(tokens.T.to(self._device)).expand(len(row.streams), -1, -1)
        if row.prefix is not None:
            x = torch.cat([row.prefix.to(x), x], dim=1)
            row.prefix = None
        first, last = row.steps, row.steps + x.shape[1]
        self._make_room(last, 0)
        x = x + self._positions[first:last]
        slots = torch.tensor([stream.slot for stream in row.streams], device=self._device)
        for index, layer in enumerate(weights.layers):
            x = x + self._attend_run(index, layer, layer.norm(x), slots, first)
            if layer.cross is not None:
                (queries,) = self._split(layer.cross.queries(layer.cross.norm(x)), 1)
                length = row.streams[0].prompt_steps
                keys = self._prompts.keys[index][slots, :, :length]
                values = self._prompts.values[index][slots, :, :length]
                x = x + self._attended(layer.cross.attended, queries, keys, values)
            x = x + layer.feed_down(functional.gelu(layer.feed_up(layer.norm_feed(x))))
        row.steps = last
        return guide_rows(self._heads(x[:, -1]), rows, [range(len(row.streams))])

    def _attend_run(self, index: int, layer: Layer, x: Tensor, slots: Tensor, first: int) -> Tensor:
        queries, keys, values = self._split(layer.queries_keys_values(x), 3)
        for slot, own_keys, own_values in zip(slots.tolist(), keys, values, strict=True):
            self._past.write_run(index, slot, first, own_keys, own_values)
        if first == 0:
            return self._attended(layer.attended, queries, keys, values, causal=True)
        last = first + x.shape[1]
        steps = torch.arange(last, device=self._device)
        mask = steps <= steps[first:, None]
        keys = self._past.keys[index][slots, :, :last]
        values = self._past.values[index][slots, :, :last]
        return self._attended(layer.attended, queries, keys, values, mask)

    # One step of many rows.

    def _step(self, rows: Sequence[TorchRow], inputs: Sequence[Tensor]) -> Tensor:
        """Logits [rows, codebooks, card] after one step [codebooks, 1] of each row."""
        self._make_room(max(row.steps for row in rows) + 1, 0)
        self._sit_in_front(rows)
        owners = sorted(
            ((stream, row, tokens) for row, tokens in zip(rows, inputs, strict=True)
             for stream in row.streams),
            key=lambda owner: owner[0].slot,
        )  # fmt: skip
        tokens = torch.stack([tokens[:, 0] for _, _, tokens in owners]).to(self._device)
        steps = torch.tensor([row.steps for _, row, _ in owners], device=self._device)
        prompt_steps = torch.tensor([s.prompt_steps for s, _, _ in owners], device=self._device)
        length = int(steps.max()) + 1
        even = bool((steps == steps[0]).all() and (prompt_steps == prompt_steps[0]).all())
        if self._fixed_lengths:  # few lengths, so few recordings
            length, even = -(-length // BLOCK) * BLOCK, False
        prompt_length = int(prompt_steps.max()) if even else self._prompts.steps

        def step(tokens: Tensor, steps: Tensor, prompt_steps: Tensor) -> Tensor:
            return self._step_streams(
                tokens, steps, length, None if even else prompt_steps, prompt_length
            )

        key = (len(owners), length, prompt_length)
        logits = self._recorder.run(key, step, (tokens, steps, prompt_steps)).float().cpu()
        for row in rows:
            row.steps += 1
        return guide_rows(logits, rows, [[s.slot for s in row.streams] for row in rows])

    def _step_streams(
        self,
        tokens: Tensor,
        steps: Tensor,
        length: int,
        prompt_steps: Tensor | None,
        prompt_length: int,
    ) -> Tensor:
        """One step of the streams in the first slots: tokens [streams, codebooks] at ``steps``.

        ``prompt_steps`` None says that all are at the same step with prompts of the same length,
        so nothing needs a mask.
        """
        count = tokens.shape[0]
        slots = torch.arange(count, device=self._device)
        x = (self._embed(tokens) + self._positions[steps])[:, None]
        mask = prompt_mask = None
        if prompt_steps is not None:
            mask = _mask(steps + 1, length)
            prompt_mask = _mask(prompt_steps, prompt_length)
        for index, layer in enumerate(self._weights.layers):
            queries, keys, values = self._split(layer.queries_keys_values(layer.norm(x)), 3)
            self._past.write(index, slots, steps, keys[:, :, 0], values[:, :, 0])
            keys = self._past.keys[index][:count, :, :length]
            values = self._past.values[index][:count, :, :length]
            x = x + self._attended(layer.attended, queries, keys, values, mask)
            if layer.cross is not None:
                (queries,) = self._split(layer.cross.queries(layer.cross.norm(x)), 1)
                keys = self._prompts.keys[index][:count, :, :prompt_length]
                values = self._prompts.values[index][:count, :, :prompt_length]
                x = x + self._attended(layer.cross.attended, queries, keys, values, prompt_mask)
            x = x + layer.feed_down(functional.gelu(layer.feed_up(layer.norm_feed(x))))
        return self._heads(x[:, 0])

    def _sit_in_front(self, rows: Sequence[TorchRow]) -> None:
        """Move the rows' streams to the first slots, where attention reads them as one batch."""
        steps = {stream: row.steps for row in rows for stream in row.streams}
        taken = self._seats.taken
        free = [slot for slot in range(len(steps)) if taken[slot] not in steps]
        for stream in steps:
            if stream.slot < len(steps):
                continue
            target = free.pop()
            other = taken[target]
            if other is not None:  # a row that rests: out of the way, to the very end
                other.slot = len(taken)
                taken.append(other)
                self._make_room(self._past.steps, 0)
                self._move(target, other.slot, self._past.steps)
            self._move(stream.slot, target, steps[stream])
            taken[target], taken[stream.slot] = stream, None
            stream.slot = target
        while taken and taken[-1] is None:
            taken.pop()

    def _move(self, source: int, target: int, steps: int) -> None:
        self._past.move(source, target, steps)
        self._prompts.move(source, target, self._prompts.steps)

    # What both share.

    def _embed(self, tokens: Tensor) -> Tensor:
        """The sum of the codebooks' embeddings [n, dim] for tokens [n, codebooks]."""
        codebooks = torch.arange(tokens.shape[1], device=tokens.device)
        return self._weights.embeddings[codebooks, tokens].sum(dim=1)

    def _attended(
        self,
        project: Linear,
        queries: Tensor,
        keys: Tensor,
        values: Tensor,
        mask: Tensor | None = None,
        causal: bool = False,
    ) -> Tensor:
        """Attention of [streams, heads, steps, head dim], projected to [streams, steps, dim]."""
        y = functional.scaled_dot_product_attention(
            queries, keys, values, attn_mask=mask, is_causal=causal
        )
        return project(y.transpose(1, 2).flatten(2))

    def _heads(self, x: Tensor) -> Tensor:
        """Logits [streams, codebooks, card] of the last layer's output [streams, dim]."""
        logits = self._weights.heads(self._weights.norm(x))
        return logits.view(x.shape[0], self._weights.embeddings.shape[0], -1).float()


def _mask(lengths: Tensor, longest: int) -> Tensor:
    """[streams, 1, 1, longest]: which of a slot's steps are its stream's."""
    steps = torch.arange(longest, device=lengths.device)
    return (steps < lengths[:, None])[:, None, None]
