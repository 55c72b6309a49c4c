"""Local models whose needs are in the folder of models: these stay as long as the models do."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from engine.audio.atomic import replacing
from engine.errors import ModelUnavailable
from engine.models.catalogue import Model, find

__all__ = ["Guests"]


class Guests:
    """Models that are in no list, as their folders are the musician's; so each that was here is
    noted, by its path."""

    def __init__(self, root: Path) -> None:
        self._notes = root / ".local"

    def note(self, model: Model) -> None:
        """Once is enough. Raises OSError."""
        name = hashlib.sha256(model.id.encode()).hexdigest()[:16]
        if model.path is None or (note := self._notes / name).exists():
            return
        with replacing(note) as part:
            part.write_text(model.id, "utf-8")

    def needs(self) -> set[str]:
        """Repositories that they are built on, of all whose folders are there."""
        return {source.repo for model in self._models() for source in model.sources}

    def _models(self) -> Iterator[Model]:
        for note in self._notes.glob("*"):
            try:
                yield find(note.read_text("utf-8"))
            except (ModelUnavailable, OSError, ValueError):  # its folder is gone, or away
                continue
