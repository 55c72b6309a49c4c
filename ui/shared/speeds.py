"""How fast each model is here, as far as it was measured since the start."""

from __future__ import annotations

from engine.status import EngineStatus
from ui.queue.words import model_name

__all__ = ["Speeds", "loaded_name"]


def loaded_name(status: EngineStatus) -> str:
    """The loaded model as it is spoken of, without its decoder; empty when none is.

    >>> loaded_name(EngineStatus(model="musicgen-small openvino int8"))
    'MusicGen small'
    """
    return model_name(status.model.split(" ")[0]) if status.model else ""


class Speeds:
    """The engine tells the speed of the model that is loaded; the others' are remembered."""

    def __init__(self) -> None:
        self._known: dict[str, float] = {}

    def note(self, status: EngineStatus) -> None:
        if status.speed and status.model:
            self._known[loaded_name(status)] = status.speed

    def of(self, model: str) -> float | None:
        """Seconds of music per second of work of the model with this id; None: not known yet."""
        return self._known.get(model_name(model))
