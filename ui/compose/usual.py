"""What Compose has chosen: prompt lists take it where their rows leave it open."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.jobs import LOCAL
from ui.compose.fields import LengthField
from ui.compose.model_picker import ModelPicker
from ui.compose.models import SKETCH, ModelOption
from ui.queue.words import model_name
from ui.shared.speeds import Speeds

__all__ = ["Usual"]


def _not_known(_model: str) -> float | None:
    return None


@dataclass(frozen=True, slots=True)
class Usual:
    model: ModelOption = SKETCH
    seconds: float | None = None
    """Length of a take; None where there is none in its field."""
    offered: Sequence[ModelOption] = ()
    """Models that others may be named by."""
    speed_of: Callable[[str], float | None] = _not_known
    """Seconds of music per second of work here, by a model's id."""

    @classmethod
    def of(cls, picker: ModelPicker, length: LengthField, speeds: Speeds) -> Usual:
        """As it stands now."""
        seconds = length.seconds()
        known = seconds if isinstance(seconds, float) else None
        return cls(picker.current, known, picker.options, speeds.of)

    def settings(self) -> dict[str, Any]:
        """Fields of a Request."""
        length = {} if self.seconds is None else {"duration": self.seconds}
        return {"model": self.model.id, **length}

    def name_of(self, model: str) -> str:
        """A model as it is spoken of, with its place where that is a server."""
        if model == self.model.id:
            place = self.model.place_name
            return f"{self.model.name} ({place})" if place else self.model.name
        names = (option.name for option in self.offered if option.id == model)
        return next(names, model_name(model))

    def work(self, lengths: Mapping[str, float]) -> float | None:
        """Seconds that it takes to make so many seconds of music by each model (its id); None
        where that is not known, as of a server."""
        elsewhere = self.model.id if self.model.place != LOCAL else None
        speeds = {model: self.speed_of(model) for model in lengths if model != elsewhere}
        times = [lengths[model] / speed for model, speed in speeds.items() if speed]
        return sum(times) if len(times) == len(lengths) else None
