"""Which generator makes music for which model; imported only when it is needed."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from engine.errors import ModelUnavailable
from engine.generators.base import Generator, Report
from engine.models.catalogue import find

__all__ = ["BUILT_IN", "GeneratorKind", "ModelOptions", "QuickKind", "find_generator"]

BUILT_IN: Mapping[str, str] = {
    "sketch": "engine.generators.sketch.generator:SketchGenerator",
}
"""Model name to "module:name" of a GeneratorKind, or of a generator's class, which is called
without arguments."""


class GeneratorKind(Protocol):
    """Makes a generator when called."""

    @property
    def heavy(self) -> bool: ...

    def __call__(self, report: Report = lambda _: None) -> Generator:
        """Load it. Raises ModelUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class QuickKind:
    """A generator's class, which has nothing to load."""

    made: type[Generator]

    @property
    def heavy(self) -> bool:
        return self.made.heavy

    def __call__(self, report: Report = lambda _: None) -> Generator:  # noqa: ARG002
        return self.made()


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """How models that are loaded from files shall run."""

    models: Path
    """The folder of all models."""
    precision: str = "auto"


def find_generator(
    model: str, options: ModelOptions, known: Mapping[str, str] = BUILT_IN
) -> GeneratorKind:
    """Import what makes the generator of a model: a known name, or any model of MusicGen's kind.

    Raises ModelUnavailable.
    """
    try:
        if model in known:
            module, _, name = known[model].partition(":")
            found = getattr(importlib.import_module(module), name)
            kind: GeneratorKind = QuickKind(found) if isinstance(found, type) else found
            return kind
        find(model)  # one that nobody knows is told at once
        # Imports torch and audiocraft, which take seconds: only when such a model is asked for.
        from engine.generators.musicgen.loading import MusicGenKind

        return MusicGenKind(model, options.models, options.precision)
    except ImportError as error:
        raise ModelUnavailable(
            f"The model “{model}” can't be used: a package is missing.",
            hint="The full set-up of this program brings it.",
            detail=str(error),
        ) from error
