"""Which generator makes music for which model; imported only when it is needed."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Protocol

from engine.errors import ModelUnavailable
from engine.generators.base import Generator

__all__ = ["BUILT_IN", "GeneratorKind", "find_generator"]

BUILT_IN: Mapping[str, str] = {
    "sketch": "engine.generators.sketch.generator:SketchGenerator",
}
"""Model name to "module:class"; the class is called without arguments."""


class GeneratorKind(Protocol):
    """Makes a generator when called; usually the generator's class."""

    heavy: bool

    def __call__(self) -> Generator: ...


def find_generator(model: str, known: Mapping[str, str] = BUILT_IN) -> GeneratorKind:
    """Import what makes the generator of a model. Raises ModelUnavailable."""
    if model not in known:
        raise ModelUnavailable(f"The model “{model}” is not known here.")
    module, _, name = known[model].partition(":")
    try:
        kind: GeneratorKind = getattr(importlib.import_module(module), name)
    except ImportError as error:
        raise ModelUnavailable(
            f"The model “{model}” can't be used: a package is missing.", detail=str(error)
        ) from error
    return kind
