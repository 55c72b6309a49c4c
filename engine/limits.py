"""How long, how much, which kind: the limits of a Request, for forms that never build one.

Apart from ``engine.request`` because that needs pydantic, which costs a quarter of the time until
the window can be seen.
"""

from __future__ import annotations

from typing import Generic, Literal, NamedTuple, TypeVar

__all__ = [
    "FORMATS",
    "GUIDANCE",
    "MAX_DURATION",
    "MAX_PROMPT",
    "MAX_SEED",
    "MIN_DURATION",
    "TEMPERATURE",
    "TOP_K",
    "TOP_P",
    "USUAL_MODEL",
    "Bounds",
    "OutputFormat",
    "Precision",
]


N = TypeVar("N", int, float)


class Bounds(NamedTuple, Generic[N]):
    """What a number may be, and what it is when nobody says."""

    least: N
    most: N
    usual: N


MIN_DURATION = 1.0
"""Shortest piece, in seconds."""
MAX_DURATION = 600.0
"""Longest piece, in seconds."""
MAX_PROMPT = 2_000
"""Longest prompt, in characters."""
MAX_SEED = 2**31 - 1
USUAL_MODEL = "sketch"

GUIDANCE: Bounds[float] = Bounds(0, 20, 3.0)
TEMPERATURE: Bounds[float] = Bounds(0, 5, 1.0)
"""More than the least."""
TOP_K = Bounds(0, 2048, 250)
TOP_P: Bounds[float] = Bounds(0, 1, 0.0)

OutputFormat = Literal["wav", "flac", "mp3", "ogg"]
FORMATS: tuple[OutputFormat, ...] = ("wav", "flac", "mp3", "ogg")

Precision = Literal["auto", "fp32", "bf16", "fp16", "int8", "int4"]
"""Of the weights of models on this computer; auto: fp16 on a GPU, int8 on a CPU."""
