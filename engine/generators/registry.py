"""Which generator makes music for which model; imported only when it is needed."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from engine.errors import ModelUnavailable
from engine.generators.base import Generator

__all__ = ["BUILT_IN", "load_generator"]

BUILT_IN: Mapping[str, str] = {
    "sketch": "engine.generators.sketch.generator:SketchGenerator",
}
"""Model name to "module:class"; the class is called without arguments."""


def load_generator(model: str, known: Mapping[str, str] = BUILT_IN) -> Generator:
    """Import and make the generator of a model. Raises ModelUnavailable."""
    if model not in known:
        raise ModelUnavailable(f"The model “{model}” is not known here.")
    module, _, name = known[model].partition(":")
    try:
        generator: Generator = getattr(importlib.import_module(module), name)()
    except ImportError as error:
        raise ModelUnavailable(
            f"The model “{model}” can't be used: a package is missing.", detail=str(error)
        ) from error
    return generator
