"""Floats in compiled code: by their bits, and functions of them that work on vectors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from engine.generators.musicgen.decoders.lanes import FLOAT, INT
from engine.generators.musicgen.decoders.processor import inlined, summing

__all__ = ["as_float", "bits", "borrowed", "exp", "gelu", "layer_norm"]


@intrinsic
def bits(typing: Any, number: Any) -> Any:
    """The 32 bits of this float32."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], INT)

    return types.int32(types.float32), build


@intrinsic
def as_float(typing: Any, bits: Any) -> Any:
    """The float32 of these 32 bits."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], FLOAT)

    return types.float32(types.int32), build


@inlined
def exp(x: Any) -> Any:
    """e to the x, up to 0, to within 2e-7 of it; unlike the library's it works on vectors."""
    x = np.float32(-87) if x < np.float32(-87) else x
    power = np.int32(x * np.float32(1.4426950408889634) - np.float32(0.5))
    whole = np.float32(power)
    x = x - whole * np.float32(0.693359375) + whole * np.float32(2.12194440e-4)
    y = np.float32(1.9875691500e-4)
    y = y * x + np.float32(1.3981999507e-3)
    y = y * x + np.float32(8.3334519073e-3)
    y = y * x + np.float32(4.1665795894e-2)
    y = y * x + np.float32(1.6666665459e-1)
    y = y * x + np.float32(5.0000001201e-1)
    y = y * x * x + x + np.float32(1)
    return y * as_float(np.int32((power + 127) << 23))


@inlined
def gelu(x: Any) -> Any:
    """With the error function after Abramowitz and Stegun 7.1.26, to within 2e-7."""
    z = abs(x) * np.float32(0.7071067811865476)
    t = np.float32(1) / (np.float32(1) + np.float32(0.3275911) * z)
    y = np.float32(1.061405429)
    y = y * t + np.float32(-1.453152027)
    y = y * t + np.float32(1.421413741)
    y = y * t + np.float32(-0.284496736)
    y = y * t + np.float32(0.254829592)
    tail = np.float32(0.5) * y * t * exp(-z * z)
    return x * (np.float32(1) - tail if x > 0 else tail)


@summing
def layer_norm(x: Any, out: Any, norm: Any, eps: float) -> None:
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


@intrinsic
def borrowed(typing: Any, array: Any) -> Any:
    """The same array, whose owner is not counted. The caller sees that it outlives this.

    Numba counts them at each slice and call, and threads that count the same ones wait for each
    other: some hundred nanoseconds, twenty thousand times in a step of eight takes.
    """

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        own = context.make_array(array)(context, builder, arguments[0])
        own.meminfo = ir.Constant(own.meminfo.type, None)
        own.parent = ir.Constant(own.parent.type, None)
        return own._getvalue()  # noqa: SLF001

    return array(array), build
