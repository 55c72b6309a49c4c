"""What this processor has, and how code is compiled for it."""

from __future__ import annotations

import llvmlite.binding as llvm
from numba import njit

__all__ = [
    "HAS_AVX2", "HAS_VNNI", "LANES", "LINE", "WIDE", "compiled", "inlined", "suits_this_processor",
    "summing",
]  # fmt: skip

compiled = njit(nogil=True, error_model="numpy", cache=True)
inlined = njit(inline="always", error_model="numpy")
summing = njit(nogil=True, error_model="numpy", cache=True, fastmath={"reassoc", "contract"})
"""For sums of floats: in vectors, so in another order than written, but always in the same."""

_FEATURES = llvm.get_host_cpu_features()
HAS_AVX2 = _FEATURES.get("avx2", False)
HAS_VNNI = any(_FEATURES.get(name, False) for name in ("avx512vnni", "avxvnni"))
"""Whether one instruction sums four products of 8 bits."""
WIDE = all(_FEATURES.get(name, False) for name in ("avx512bw", "avx512vl", "avx512vnni"))
"""Whether vectors have 512 bits. Processors from before VNNI became slower by using them."""
LANES = 16 if WIDE else 8
"""Of 32 bits, in a vector."""
LINE = 64
"""Bytes that come from memory at once."""


def suits_this_processor() -> bool:
    """Whether the kernels are quicker here than OpenVINO: so it was seen on Zen 3, which has AVX2
    alone, and on Zen 4, which has AVX-512 with VNNI too."""
    return HAS_AVX2
