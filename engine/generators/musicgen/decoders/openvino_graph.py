"""MusicGen's transformer as an OpenVINO model: a run of steps of several streams at once.

Attention to the past is PagedAttention, the operation that OpenVINO's language-model server is
built on: keys and values live in blocks of 32 steps that belong to one stream each, so streams
have a length of their own and come and go without a copy, and a block's keys lie side by side in
memory. It is experimental in OpenVINO's interface: its inputs may change with the version, which
is why the version is pinned.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from openvino import opset13 as ops
from openvino.op import _PagedAttentionExtension as PagedAttention
from torch import Tensor, nn

from engine.generators.musicgen.quiet import quiet

with quiet():
    from audiocraft.models.lm import LMModel
    from audiocraft.modules.transformer import StreamingMultiheadAttention

__all__ = ["BLOCK", "build_graph"]

BLOCK = 32
"""Steps in a block of the cache; the CPU plugin knows no other size."""

Node: TypeAlias = ov.Node


@dataclass
class _Builder:
    lm: LMModel
    int8: bool
    parameters: list[Node] = field(default_factory=list)

    def parameter(self, name: str, shape: list[int], kind: ov.Type) -> Node:
        node = ops.parameter(shape, kind, name)
        node.output(0).set_names({name})
        self.parameters.append(node)
        return node

    def linear(self, x: Node, weight: Tensor, bias: Tensor | None) -> Node:
        """``x`` by a matrix [outputs, inputs]; in 8 bits with one scale for each output."""
        matrix = weight.detach().float().cpu().numpy()
        if self.int8:
            scales = np.maximum(np.abs(matrix).max(axis=1, keepdims=True), 1e-12) / 127
            rounded = np.rint(matrix / scales).astype(np.int8)
            # This chain is what the CPU plugin takes for a compressed matrix.
            small = ops.convert(ops.constant(rounded), "f16")
            node = ops.convert(ops.multiply(small, ops.constant(scales.astype(np.float16))), "f32")
        else:
            node = ops.constant(matrix)
        y = ops.matmul(x, node, False, True)
        return y if bias is None else ops.add(y, ops.constant(bias.detach().float().cpu().numpy()))

    def norm(self, x: Node, module: nn.LayerNorm) -> Node:
        y = ops.mvn(x, _ints(-1), True, module.eps, "inside_sqrt")
        weight, bias = (p.detach().float().cpu().numpy() for p in (module.weight, module.bias))
        return ops.add(ops.multiply(y, ops.constant(weight)), ops.constant(bias))


def build_graph(lm: LMModel, precision: str) -> ov.Model:
    """Inputs, by name; streams all read ``steps`` steps, each after a past of its own:

    - ``x`` [streams, steps, dim]: embeddings with positions
    - ``past_lens`` [streams], ``subsequence_begins`` [streams + 1]: steps read before, and where
      each stream's steps begin when they stand one after the other
    - ``block_indices``, ``block_indices_begins`` [streams + 1]: the blocks of each stream
    - ``max_context_len``: steps of the longest stream, these among them
    - ``key_cache.N``, ``value_cache.N``: the blocks, written in place
    - ``prompt_keys.N``, ``prompt_values.N`` [streams, heads, prompt, head dim] and
      ``prompt_mask`` [streams, 1, 1, prompt]: where there is cross-attention

    Output: logits [streams, codebooks x card] after the last step.
    """
    builder = _Builder(lm, precision == "int8")
    x = builder.parameter("x", [-1, -1, lm.dim], ov.Type.f32)
    place = [
        builder.parameter(name, [-1], ov.Type.i32)
        for name in ("past_lens", "subsequence_begins", "block_indices", "block_indices_begins")
    ]
    longest = builder.parameter("max_context_len", [], ov.Type.i32)
    crossing = lm.transformer.layers[0].cross_attention is not None
    mask = builder.parameter("prompt_mask", [-1, 1, 1, -1], ov.Type.f32) if crossing else None
    for index, layer in enumerate(lm.transformer.layers):
        y = builder.norm(x, layer.norm1)
        x = ops.add(x, _attend_past(builder, index, layer.self_attn, y, place, longest))
        if layer.cross_attention is not None:
            y = builder.norm(x, layer.norm_cross)
            x = ops.add(x, _attend_prompt(builder, index, layer.cross_attention, y, mask))
        y = builder.norm(x, layer.norm2)
        y = ops.gelu(builder.linear(y, layer.linear1.weight, layer.linear1.bias), "erf")
        x = ops.add(x, builder.linear(y, layer.linear2.weight, layer.linear2.bias))
    last = builder.norm(ops.gather(x, _ints(-1, scalar=True), _ints(1, scalar=True)), lm.out_norm)
    logits = ops.concat([builder.linear(last, head.weight, head.bias) for head in lm.linears], 1)
    result = ops.result(logits)
    return ov.Model([result], builder.parameters, "musicgen")


def _attend_past(
    builder: _Builder,
    index: int,
    attention: StreamingMultiheadAttention,
    x: Node,
    place: list[Node],
    longest: Node,
) -> Node:
    heads, dim = attention.num_heads, attention.embed_dim
    joined = builder.linear(x, attention.in_proj_weight, attention.in_proj_bias)
    flat = [
        ops.reshape(part, _ints(-1, dim), False).output(0)
        for part in ops.split(joined, _ints(2, scalar=True), 3).outputs()
    ]
    caches = [
        builder.parameter(f"{kind}_cache.{index}", [-1, -1, -1, -1], ov.Type.dynamic)
        for kind in ("key", "value")
    ]
    scale = ops.constant(np.float32((dim // heads) ** -0.5))
    others = [*caches, *place, scale, *_unused(longest)]
    paged = PagedAttention(flat + [node.output(0) for node in others])
    for kind in ("k", "v"):  # how the plugin knows the shape of its blocks
        paged.get_rt_info()[f"num_{kind}_heads"] = heads
        paged.get_rt_info()[f"{kind}_head_size"] = dim // heads
    y = ops.reshape(paged.output(0), ops.shape_of(x, "i32"), False)
    return builder.linear(y, attention.out_proj.weight, attention.out_proj.bias)


def _unused(longest: Node) -> list[Node]:
    """PagedAttention's inputs from the sliding window on: all switched off but ``longest``."""
    none_i32 = ops.constant(np.zeros(0, np.int32))
    none_f32 = ops.constant(np.zeros(0, np.float32))
    zero = _ints(0, scalar=True)
    return [
        zero,  # sliding window
        none_f32,  # ALiBi slopes
        longest,
        none_i32,  # score aggregation
        *(none_i32, none_i32, none_f32),  # rotation of evicted blocks
        *(none_f32, zero, zero),  # sparse attention
        ops.constant(np.zeros((0, 0, 0, 0), np.float32)),  # attention sinks
        *(zero, none_i32, none_i32, none_i32),  # eviction of old blocks
        none_i32,  # kinds of tokens
        *(ops.constant(np.zeros(0, np.uint8)), none_i32),  # attention among queries
    ]


def _attend_prompt(
    builder: _Builder,
    index: int,
    attention: StreamingMultiheadAttention,
    x: Node,
    mask: Node | None,
) -> Node:
    heads, dim = attention.num_heads, attention.embed_dim
    bias = attention.in_proj_bias
    queries = builder.linear(
        x, attention.in_proj_weight[:dim], None if bias is None else bias[:dim]
    )
    split = ops.reshape(queries, _ints(0, 0, heads, dim // heads), True)
    keys, values = (
        builder.parameter(f"prompt_{kind}.{index}", [-1, heads, -1, dim // heads], ov.Type.f32)
        for kind in ("keys", "values")
    )
    y = ops.scaled_dot_product_attention(
        ops.transpose(split, _ints(0, 2, 1, 3)), keys, values, mask
    )
    y = ops.reshape(ops.transpose(y, _ints(0, 2, 1, 3)), _ints(0, 0, dim), True)
    return builder.linear(y, attention.out_proj.weight, attention.out_proj.bias)


def _ints(*values: int, scalar: bool = False) -> Node:
    array: NDArray[np.int32] = np.array(values[0] if scalar else values, np.int32)
    return ops.constant(array)
