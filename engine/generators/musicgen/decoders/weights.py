"""Audiocraft's transformer taken apart: each layer's matrices, in the precision to run in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.generators.musicgen.checkpoint import Checkpoint
from engine.generators.musicgen.conditions import Conditions
from engine.generators.musicgen.quiet import quiet

with quiet():
    from audiocraft.models.lm import LMModel
    from audiocraft.modules.transformer import StreamingTransformerLayer, create_sin_embedding

__all__ = [
    "Cross",
    "Int8Linear",
    "LMModel",
    "Layer",
    "Linear",
    "Weights",
    "encode_positions",
    "fuse",
    "is_known",
    "prompt_keys_values",
    "take_apart",
]

Linear = Callable[[Tensor], Tensor]
"""A matrix with its bias, applied to the last dimension."""


@dataclass(frozen=True, slots=True, eq=False)
class Cross:
    """A layer's attention to the prompt."""

    norm: nn.Module
    queries: Linear
    keys_values: Linear
    attended: Linear


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One pre-norm transformer layer."""

    norm: nn.Module
    queries_keys_values: Linear
    """Three in one matrix, as the checkpoint has them."""
    attended: Linear
    cross: Cross | None
    """None where the prompt is put before the music instead."""
    norm_feed: nn.Module
    feed_up: Linear
    feed_down: Linear


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """The whole language model but its conditioners."""

    embeddings: Tensor
    """[codebooks, card + 1, dim]"""
    layers: tuple[Layer, ...]
    norm: nn.Module
    heads: Linear
    """All codebooks' logits by one matrix: dim to codebooks x card."""
    attention_heads: int
    dtype: torch.dtype
    """Of the numbers between the matrices."""

    @property
    def dim(self) -> int:
        return self.embeddings.shape[-1]


class Int8Linear:
    """A matrix in 8 bits with one scale for each output, a third of the bytes to read."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        scales = weight.abs().amax(dim=1).clamp(min=1e-12) / 127
        self.weight = (weight / scales[:, None]).round().to(torch.int8).contiguous()
        self.scales = scales.to(torch.bfloat16)
        self.bias = None if bias is None else bias.to(torch.bfloat16)

    def __call__(self, x: Tensor) -> Tensor:
        flat = x.reshape(-1, x.shape[-1])
        y = torch._weight_int8pack_mm(flat, self.weight, self.scales)  # noqa: SLF001 - no other name
        if self.bias is not None:
            y = y + self.bias
        return y.view(*x.shape[:-1], -1)


def encode_positions(lm: LMModel, first: int, count: int) -> Tensor:
    """The position's share of the transformer's input [count, dim], in float32 on the CPU."""
    steps = torch.arange(first, first + count).view(1, -1, 1)
    encoded = create_sin_embedding(steps, lm.dim, max_period=lm.transformer.max_period)
    return lm.transformer.positional_scale * encoded[0]


def fuse(lm: LMModel, conditions: Conditions) -> tuple[Tensor | None, Tensor | None]:
    """What is put before the music, and what cross-attention reads: each [streams, steps, dim]."""
    device = next(lm.parameters()).device
    nothing = torch.zeros(conditions.streams, 0, lm.dim, device=device)
    prefix, prompt = lm.fuser(nothing, dict(conditions.tensors))
    return prefix if prefix.shape[1] else None, prompt


def prompt_keys_values(layer: StreamingTransformerLayer, prompt: Tensor) -> Tensor:
    """What a layer's cross-attention reads of a prompt [streams, steps, dim]: keys and values
    [2, streams, heads, steps, head dim]."""
    attention = layer.cross_attention
    dim, bias = attention.embed_dim, attention.in_proj_bias
    both = functional.linear(
        prompt, attention.in_proj_weight[dim:], None if bias is None else bias[dim:]
    )
    return both.view(*prompt.shape[:2], 2, attention.num_heads, -1).permute(2, 0, 3, 1, 4)


def is_known(lm: LMModel) -> bool:
    """Whether this is the transformer of the published MusicGen models, of any size."""
    transformer, fused = lm.transformer, lm.fuser.fuse2cond
    return (
        type(lm) is LMModel
        and transformer.positional_embedding == "sin"
        and not fused["sum"]
        and not fused["input_interpolate"]
        and lm.out_norm is not None
        and all(_is_known_layer(layer) for layer in transformer.layers)
    )


def _is_known_layer(layer: StreamingTransformerLayer) -> bool:
    attention = layer.self_attn
    return (
        layer.norm_first
        and attention.custom
        and attention.kv_repeat == 1
        and not attention.qk_layer_norm
        and attention.past_context is None
        and isinstance(layer.layer_scale_1, nn.Identity)
        and layer.activation is functional.gelu
        and (layer.cross_attention is None or not layer.cross_attention.qk_layer_norm)
    )


@torch.no_grad()
def take_apart(checkpoint: Checkpoint, precision: str, device: torch.device) -> Weights:
    """The weights in ``precision`` on ``device``. fp32 shares the checkpoint's memory."""
    lm = checkpoint.lm
    dtype = {"fp32": torch.float32, "fp16": torch.float16}.get(precision, torch.bfloat16)

    def linear(weight: Tensor, bias: Tensor | None) -> Linear:
        weight, bias = weight.detach(), None if bias is None else bias.detach()
        if precision == "int8":
            return Int8Linear(weight, bias)
        weight = weight.to(device, dtype)
        bias = None if bias is None else bias.to(device, dtype)
        return lambda x: functional.linear(x, weight, bias)

    def norm(module: nn.LayerNorm) -> nn.Module:
        if module.weight.dtype == dtype and module.weight.device == device:
            return module
        copy = nn.LayerNorm(module.normalized_shape, eps=module.eps)
        copy.load_state_dict(module.state_dict())
        return copy.to(device, dtype).requires_grad_(False)

    heads = torch.cat([head.weight for head in lm.linears])
    biases = [head.bias for head in lm.linears]
    first = lm.transformer.layers[0].self_attn
    return Weights(
        embeddings=torch.stack([table.weight.detach() for table in lm.emb]).to(device, dtype),
        layers=tuple(_take_layer_apart(layer, linear, norm) for layer in lm.transformer.layers),
        norm=norm(lm.out_norm),
        heads=linear(heads, None if biases[0] is None else torch.cat(biases)),
        attention_heads=first.num_heads,
        dtype=dtype,
    )


def _take_layer_apart(
    layer: StreamingTransformerLayer,
    linear: Callable[[Tensor, Tensor | None], Linear],
    norm: Callable[[nn.LayerNorm], nn.Module],
) -> Layer:
    own, cross = layer.self_attn, layer.cross_attention
    to_prompt = None
    if cross is not None:
        dim, bias = cross.embed_dim, cross.in_proj_bias
        to_prompt = Cross(
            norm=norm(layer.norm_cross),
            queries=linear(cross.in_proj_weight[:dim], None if bias is None else bias[:dim]),
            keys_values=linear(cross.in_proj_weight[dim:], None if bias is None else bias[dim:]),
            attended=linear(cross.out_proj.weight, cross.out_proj.bias),
        )
    return Layer(
        norm=norm(layer.norm1),
        queries_keys_values=linear(own.in_proj_weight, own.in_proj_bias),
        attended=linear(own.out_proj.weight, own.out_proj.bias),
        cross=to_prompt,
        norm_feed=norm(layer.norm2),
        feed_up=linear(layer.linear1.weight, layer.linear1.bias),
        feed_down=linear(layer.linear2.weight, layer.linear2.bias),
    )
