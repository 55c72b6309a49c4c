"""What Compose needs to know of a model to offer it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.jobs import LOCAL

__all__ = ["SKETCH", "ModelOption"]


@dataclass(frozen=True, slots=True)
class ModelOption:
    """One entry of the model picker."""

    id: str
    """What ``Request.model`` takes."""
    name: str
    place: str = LOCAL
    """Where it runs: this computer, or a server's id."""
    place_name: str = ""
    """Shown; empty for this computer."""
    licence: str = ""
    size_bytes: int = 0
    """Of its files on disk; 0 for what is built in."""
    installed: bool = True
    follows_melody: bool = False
    continues: bool = False
    """Can go on from audio."""
    samples: bool = False
    """Has guidance, temperature, top-k and top-p."""
    loops: bool = False
    """Can make pieces whose end meets their start."""


SKETCH = ModelOption("sketch", "Sketch", loops=True)
